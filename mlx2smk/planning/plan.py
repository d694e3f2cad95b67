"""The plan: what will run, in which jobs, after what. The versioned form between compiler and run.

``plan.json`` is this module's dataclasses, field by field; the worker and ``runtime/workflow`` read it.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict

from mlx2smk.language.keys import Keys
from mlx2smk.planning.job_plan import JobPlan
from mlx2smk.planning.naming import escaped
from mlx2smk.runtime import layout
from mlx2smk.runtime.plan import PLAN_FORMAT, PLAN_VERSION
from mlx2smk.runtime.variants import deciding_number

if TYPE_CHECKING:
    from mlx2smk.analysis.slicing import Partial


@dataclass(frozen=True, slots=True, kw_only=True)
class ModulePlan:
    """A local module that a function imports: the slice that runs, and the file it was taken from.

    ``path`` is relative to the experiment's folder, ``slice`` to the plan's; ``file_digest`` is the
    SHA-256 of the file's bytes when it was compiled. ``removed`` are names that its slice leaves out,
    ``partial`` dicts of which it has only the entries under some keys, which are literals.
    """

    name: str
    path: str
    slice: str
    file_digest: str
    package: bool
    removed: tuple[str, ...]
    partial: Partial = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPlan:
    """One of the user's functions: the rule that runs it and the slice that it runs.

    ``digest`` stands for everything of the code that the run can depend on; ``reads`` are the keys of
    SETUP that it may read; ``removed`` and ``partial`` are those of the experiment's module. ``filled`` are
    local modules whose objects code changes that slices leave out (``*``: it does what any may notice), and
    ``watched`` modules of which a run records what it asks them for, by names that its code does not show.
    ``learned_from`` are the records of earlier runs from which the slice has names that its code does not show.
    """

    kind: ClassVar[str]

    name: str
    rule: str
    line: int
    slice: str
    digest: str
    reads: Keys
    removed: tuple[str, ...]
    modules: tuple[ModulePlan, ...]
    partial: Partial = ()
    filled: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()
    learned_from: tuple[str, ...] = ()


class FunctionFields(TypedDict):
    """The fields of a function's plan that all kinds have, to make one of a kind."""

    name: str
    rule: str
    line: int
    slice: str
    digest: str
    reads: Keys
    removed: tuple[str, ...]
    modules: tuple[ModulePlan, ...]
    partial: Partial
    filled: tuple[str, ...]
    watched: tuple[str, ...]
    learned_from: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupPlan(FunctionPlan):
    """A setup; ``order`` as in SPEC; ``after``: the setups before it, whose merged keys it may read."""

    kind: ClassVar[str] = "setup"

    order: int | None
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantPlan:
    """What the combinations of a trial run in which the deciding parameters have certain values.

    ``values`` are the numbers of these values in the deciding parameters' own grid; all else is as in the
    plan of a function.
    """

    values: tuple[int, ...]
    slice: str
    digest: str
    removed: tuple[str, ...]
    modules: tuple[ModulePlan, ...]
    partial: Partial = ()
    watched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPlan(FunctionPlan):
    """A trial: its grid as literals, and its jobs.

    ``chained``: each combination runs after the one before, and sees the updates of those before it.
    ``in_order``: files that its combinations or other trials share put it in order, so results of runs
    that were not in order do not count. An explicit ``"__parallel__": 1`` chains it but leaves earlier
    results valid, since a trial without it is sequential too. ``after``: the trials whose updates its
    context is made of, in the order of their merging. ``parallel``: the most combinations that run at
    once. ``stream``: the output goes to the terminal too. ``tail`` is None if ``jobs`` has all
    combinations; else it stands for everything that the jobs of the rest depend on, into which it is put
    while the trial runs. ``alone`` are jobs of one combination each for these, where there may be as many.
    ``variants``: where the values of ``deciding`` parameters decide what code a combination runs; else
    empty, and all run the trial's own.
    ``timeout`` (seconds) and ``memory`` (bytes) are limits of each combination; no digest has them, since a
    run that kept to other limits counts.
    """

    kind: ClassVar[str] = "trial"

    order: int
    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    chained: bool
    parallel: int | None
    writes: Keys
    after: tuple[str, ...]
    inputs: tuple[str, ...]
    threads: int | None
    resources: tuple[tuple[str, int | float | str], ...]
    stream: bool
    jobs: tuple[JobPlan, ...]
    outputs: tuple[str, ...] = ()
    in_order: bool = False
    tail: str | None = None
    alone: tuple[JobPlan, ...] = ()
    deciding: tuple[str, ...] = ()
    variants: tuple[VariantPlan, ...] = ()
    timeout: int | float | None = None
    memory: int | None = None

    def code_of(self, number: int) -> str:
        """Return the digest of the code that a combination runs."""
        if not self.variants:
            return self.digest
        at = deciding_number(self.parameters, self.deciding, number)
        found = (variant.digest for variant in self.variants if at in variant.values)
        return next(found, self.digest)

    @property
    def codes(self) -> tuple[str, ...]:
        """The digests of the code that combinations run, each once."""
        return tuple(variant.digest for variant in self.variants) or (self.digest,)

    @property
    def combinations(self) -> int:
        """How many combinations the grid has."""
        return prod(len(values) for _, values in self.parameters)

    @property
    def gpus(self) -> int:
        """How many GPUs each of its combinations runs on."""
        asked = dict(self.resources)
        count = asked.get("gpus", asked.get("gpu", 0))
        return count if isinstance(count, int) else 0

    @property
    def batched(self) -> bool:
        """Whether any job runs more than one combination."""
        return any(job.count > 1 for job in self.jobs)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyPlan(FunctionPlan):
    """A verification; ``depends``: the trials whose results it is given.

    ``all_trials`` says that these are all there are, so that nothing need be withheld from it.
    """

    kind: ClassVar[str] = "verify"

    trial_names: tuple[str, ...]
    depends: tuple[str, ...]
    all_trials: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The whole run of one experiment; ``source`` is relative to the folder that is compiled into.

    ``conda`` (a file, relative to the plan's folder) and ``container`` are the software environment
    that the user's functions run in, if that is not Snakemake's own. ``module`` is the name of the
    experiment's module in a job, if that is not ``experiment``, its stem. ``file_digest`` is the SHA-256
    of the experiment's bytes when it was compiled. ``parallel``, ``batch`` and ``python`` are options
    that it was compiled with, to do so again. ``part`` says which part of the experiment this is, if not all.
    """

    experiment: str
    source: str
    folder: str
    file: str
    report_rule: str
    stream_all: bool
    setups: tuple[SetupPlan, ...]
    trials: tuple[TrialPlan, ...]
    verifications: tuple[VerifyPlan, ...]
    conda: str | None = None
    container: str | None = None
    module: str | None = None
    file_digest: str = ""
    parallel: int | None = None
    batch: int | None = None
    python: str | None = None
    part: str | None = None
    format: str = field(default=PLAN_FORMAT)
    version: int = field(default=PLAN_VERSION)

    @property
    def functions(self) -> tuple[FunctionPlan, ...]:
        """All that is planned: setups, then trials, then verifications."""
        return (*self.setups, *self.trials, *self.verifications)

    def file_in(self, directory: Path) -> Path:
        """Return where the experiment's file is, if the plan is in the folder that it was compiled into."""
        base = directory / layout.experiment_folder(self.experiment)
        return Path(os.path.normpath(base / self.folder / self.file))

    @property
    def interpreter(self) -> str | None:
        """The interpreter that was chosen for the jobs; None if none was, or an environment brings its own."""
        return None if self.conda or self.container else self.python

    def to_json(self) -> str:
        """Return the plan as JSON text, indented so that a diff of it can be read."""
        return escaped(json.dumps(self, default=_entry, indent=1, ensure_ascii=False)) + "\n"


def _entry(item: Any) -> object:
    """Return what stands for a part of a plan in JSON: its fields, without rare ones that it has none of."""
    if isinstance(item, Keys):
        return item.listed()
    if isinstance(item, JobPlan):
        return item.line
    values = {each.name: getattr(item, each.name) for each in fields(item)}
    return {name: value for name, value in values.items() if value or name not in _RARE}


_RARE = frozenset({"partial", "filled", "watched", "learned_from", "deciding", "variants", "part"})
"""What few plans, functions and modules have."""
