"""Analysis -> Plan: makes all decisions about what runs when."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from mlx2smk.analysis.modules import STANDARD_LIBRARY
from mlx2smk.language.keys import Keys
from mlx2smk.planning.batching import combinations_per_job, head_of
from mlx2smk.planning.evidence import Evidence
from mlx2smk.planning.plan import (
    Plan,
    SetupPlan,
    TrialPlan,
    VerifyPlan,
)
from mlx2smk.planning.shared_files import conflict, shared_write
from mlx2smk.planning.splitting import Splitting
from mlx2smk.planning.trial_code import TrialCode, module_plans, variant_plans
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.analysis import Analysis
    from mlx2smk.language.experiment import Experiment, Setup, Trial, Verify
    from mlx2smk.planning.batching import Earlier
    from mlx2smk.planning.plan import FunctionFields
    from mlx2smk.planning.surprises import Learned


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What the command line says about the plan.

    ``parallel`` stands in where a trial has no ``__parallel__``; ``batch`` is the number of combinations
    in a job (None: as ``batching`` decides). ``conda`` is an environment's file, ``container`` an image,
    ``python`` the jobs' interpreter.
    """

    parallel: int | None = None
    batch: int | None = None
    stream_all: bool = False
    conda: Path | None = None
    container: str | None = None
    python: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRuns:
    """What runs in the folder have left that the plan goes by.

    ``trials`` are those that have results, by name; ``evidence`` is what runs showed of files, ``learned``
    what the analysis has of names that they used, by function.
    """

    trials: Mapping[str, Earlier] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    learned: Mapping[str, Learned] = field(default_factory=dict)


NO_RUNS = EarlierRuns()


def make_plan(  # noqa: PLR0913 -- all that a plan depends on
    experiment: Experiment,
    analysis: Analysis,
    directory: Path,
    options: PlanOptions,
    rule_prefix: str = "",
    *,
    earlier: EarlierRuns = NO_RUNS,
    part: tuple[str, Path] | None = None,
) -> Plan:
    """Decide jobs, contexts and order for one experiment that is compiled into ``directory``.

    All names of rules start with ``rule_prefix``. If the experiment is only a part of one, ``part`` says which,
    and into which folder the whole is compiled: both know their results by the same keys.
    """
    source = Path(experiment.source.path)
    path = _relative(source, part[1] if part else directory)
    planner = _Planner(experiment, analysis, options, earlier, rule_prefix, path)
    plan_folder = directory / layout.experiment_folder(source.stem)
    return Plan(
        experiment=source.stem,
        source=planner.source,
        folder=_relative(source.parent, plan_folder),
        file=source.name,
        report_rule=f"{rule_prefix}report",
        stream_all=options.stream_all,
        setups=tuple(map(planner.setup, experiment.setups)),
        trials=tuple(map(planner.trial, experiment.trials)),
        verifications=tuple(map(planner.verify, experiment.verifications)),
        conda=_relative(options.conda, plan_folder) if options.conda else None,
        container=options.container,
        module=module_name(source.stem),
        file_digest=experiment.source.digest,
        parallel=options.parallel,
        batch=options.batch,
        python=options.python,
        part=part[0] if part else None,
    )


def module_name(stem: str) -> str | None:
    """Return the name of an experiment's module, if it cannot be the file's stem.

    The names of the standard library's modules and of the worker are reserved.
    """
    taken = stem in STANDARD_LIBRARY or stem == "mlx_runtime"
    return f"{stem}_experiment" if taken else None


def rule_prefixes(stems: Sequence[str]) -> list[str]:
    """Return a prefix for the rules of each of the experiments that share a Snakefile.

    A single experiment needs none. If one prefix is the start of another, all are numbered, since ``a_``
    with ``b_trial_x`` would give the same name as ``a_b_`` with ``trial_x``.
    """
    if len(stems) == 1:
        return [""]
    prefixes = [_identifier(stem) + "_" for stem in stems]
    clear = all(a is b or not b.startswith(a) for a in prefixes for b in prefixes)
    if clear and all(prefix.isidentifier() for prefix in prefixes):
        return prefixes
    return [f"e{number}_{prefix}" for number, prefix in enumerate(prefixes, start=1)]


def _identifier(stem: str) -> str:
    """Return a text as part of a rule's name, in the form in which Python compares identifiers."""
    normal = unicodedata.normalize("NFKC", stem)
    return "".join(char if f"_{char}".isidentifier() else "_" for char in normal)


def _relative(path: Path, start: Path) -> str:
    return PurePath(os.path.relpath(path.absolute(), start.absolute())).as_posix()


@dataclass(frozen=True, slots=True)
class _Planner:
    experiment: Experiment
    analysis: Analysis
    options: PlanOptions
    earlier: EarlierRuns
    rule_prefix: str
    source: str

    def setup(self, setup: Setup) -> SetupPlan:
        setups = self.experiment.setups
        before = tuple(earlier.name for earlier in setups[: setups.index(setup)])
        return SetupPlan(**self._function("setup", setup), order=setup.order, after=before)

    def trial(self, trial: Trial) -> TrialPlan:
        analysis = self.analysis[trial.name]
        parallel = self._parallel(trial)
        in_order = parallel is None and self._shares_files(trial)
        chained = parallel is None and self._is_chained(trial, in_order=in_order)
        paired = self.earlier.evidence.is_paired(trial.name)
        code = TrialCode(trial, analysis, _order(chained=chained, paired=paired), self.source)
        jobs = Splitting(trial, code)
        before = self.earlier.trials.get(trial.name)
        batch = self.options.batch or combinations_per_job(
            jobs.size, code.digests, before, chained=chained
        )
        head = head_of(jobs.size)
        has_tail = batch is None and len(head) < jobs.size
        grid = tuple((p.name, p.texts) for p in trial.parameters)
        return TrialPlan(
            **self._function("trial", trial),
            order=trial.order,
            parameters=grid,
            chained=chained,
            in_order=in_order or paired,
            parallel=parallel,
            writes=analysis.access.writes,
            after=tuple(t.name for t in self._feeding(trial)),
            inputs=trial.inputs,
            outputs=trial.outputs,
            threads=trial.threads,
            resources=trial.resources,
            stream=jobs.size == 1,
            jobs=tuple(jobs.batches(batch) if batch is not None else jobs.singles(head)),
            tail=jobs.digest if has_tail else None,
            alone=tuple(jobs.beside(head)) if has_tail else (),
            deciding=analysis.variants.deciding,
            variants=variant_plans("trial", analysis),
            timeout=trial.timeout,
            memory=trial.memory,
        )

    def verify(self, verify: Verify) -> VerifyPlan:
        analysis = self.analysis[verify.name]
        names = [trial.name for trial in self.experiment.trials]
        needed = analysis.trials_read | Keys.of(*verify.trial_names)
        depends = tuple(name for name in names if name in needed)
        return VerifyPlan(
            **self._function("verify", verify),
            trial_names=verify.trial_names,
            depends=depends,
            all_trials=len(depends) == len(names),
        )

    def _function(self, kind: str, item: Setup | Trial | Verify) -> FunctionFields:
        """Return the fields that the plans of all kinds of functions have in common."""
        found, learned = self.analysis[item.name], self.earlier.learned.get(item.name)
        return {
            "name": item.name,
            "rule": f"{self.rule_prefix}{kind}_{item.name}",
            "line": item.span.line,
            "slice": f"slices/{kind}_{item.name}.py",
            "digest": found.slice.digest,
            "reads": found.access.reads,
            "removed": found.slice.removed,
            "partial": found.slice.partial,
            "modules": module_plans(kind, found),
            "filled": tuple(sorted(found.filled)),
            "learned_from": tuple(sorted(learned.records)) if learned is not None else (),
            "watched": tuple(sorted(found.slice.watched)) if kind == "trial" else (),
        }

    def _parallel(self, trial: Trial) -> int | None:
        """Return how many combinations may run at once; None for sequential mode, which 1 means too."""
        parallel = self.options.parallel if trial.parallel is None else trial.parallel
        return parallel if parallel is not None and parallel > 1 else None

    def _shares_files(self, trial: Trial) -> bool:
        """Whether combinations are known to share a file, from the code or from an earlier run."""
        shared = shared_write(self.analysis[trial.name]) is not None or shares_output(trial)
        return shared or trial.name in self.earlier.evidence.trials

    def _is_chained(self, trial: Trial, *, in_order: bool) -> bool:
        """Whether each combination of a sequential trial must run after the previous one."""
        access = self.analysis[trial.name].access
        return in_order or trial.parallel == 1 or access.reads.meets(access.writes)

    def _feeding(self, trial: Trial) -> Iterator[Trial]:
        """Yield the trials that end before this one starts, in the order in which they are merged.

        Those of a lower order always do; those of the same order only if this trial may read what they
        write to SETUP or to a file, since otherwise it makes no difference.
        """
        for other in self.experiment.trials:
            if other is trial:
                return
            if other.order < trial.order or self._meet(other, trial):
                yield other

    def _meet(self, first: Trial, then: Trial) -> bool:
        """Whether the second of two trials of the same order may depend on the first."""
        earlier, later = self.analysis[first.name], self.analysis[then.name]
        return (
            later.access.reads.meets(earlier.access.writes)
            or conflict(earlier, later) is not None
            or self.earlier.evidence.pair(first.name, then.name) is not None
        )


def shares_output(trial: Trial) -> bool:
    """Whether several combinations declare the same output."""
    names = [p.name for p in trial.parameters if len(p.values) > 1]
    own = (any("{" + name + "}" in path for name in names) for path in trial.outputs)
    return bool(names) and not all(own)


def _order(*, chained: bool, paired: bool) -> tuple[str, ...]:
    """Return what distinguishes the code of chained jobs, which pass updates on, from that of others.

    It also distinguishes trials that were observed to share files with others, since their earlier results
    are not trusted.
    """
    return ("chained" if chained else "", *(["paired"] if paired else []))
