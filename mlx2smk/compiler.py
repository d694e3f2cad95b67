"""The phases of the compiler, called one after another. Start reading here.

read -> parse -> analyse -> plan -> emit
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.analysis import analyse
from mlx2smk.analysis.editable import package_places
from mlx2smk.analysis.missing_inputs import missing_inputs
from mlx2smk.diagnostics.source import Source
from mlx2smk.emission.bundle_contents import make_bundle
from mlx2smk.emission.checks import (
    check_bundle,
    check_hiding_snakefile,
    check_letter_case,
    check_stems,
)
from mlx2smk.emission.neighbours import check_neighbours, dropped, neighbours, others_than
from mlx2smk.language.parser import parse
from mlx2smk.language.reader import read_source
from mlx2smk.planning.evidence import read_evidence
from mlx2smk.planning.notes import notes
from mlx2smk.planning.planned import PlannedExperiment
from mlx2smk.planning.planner import EarlierRuns, PlanOptions, make_plan, rule_prefixes
from mlx2smk.planning.surprises import learn, widened
from mlx2smk.results.earlier import earlier_trials
from mlx2smk.results.selecting import GridPart, part_of
from mlx2smk.results.validation import COMPILE, malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlx2smk.analysis import Analysis
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.emission.bundle import Bundle
    from mlx2smk.language.experiment import Experiment
    from mlx2smk.planning.plan import Plan
    from mlx2smk.planning.surprises import Learned, Surprises


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """The options of the command line.

    ``settings`` become defaults of Snakemake's config. ``profiles`` are written in addition to the default
    one. ``only`` drops the experiments that were compiled into the folder before. ``part`` makes the grids
    smaller, for a folder that is not the experiments' own.
    """

    directory: Path = Path()
    plan: PlanOptions = field(default_factory=PlanOptions)
    settings: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    only: bool = False
    part: GridPart | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """The bundle (None if there is any error), the planned experiments, and all diagnostics."""

    bundle: Bundle | None
    units: tuple[PlannedExperiment, ...]
    diagnostics: tuple[Diagnostic, ...]


def compile_experiments(paths: Sequence[str], options: CompileOptions) -> Compiled:
    """Compile the given experiments and those compiled into the folder before; write nothing."""
    given = tuple(dict.fromkeys(paths))
    before = neighbours(options.directory)
    others = () if options.only else tuple(others_than(given, before))
    findings: list[Diagnostic] = [
        malformed(each.file, "plan", COMPILE) for each in before if each.is_damaged
    ]
    findings += [*check_stems(given), *check_neighbours(given, others, options.plan.python)]
    plans = dict.fromkeys(given, options.plan)
    plans |= {each.path: each.options for each in others if each.is_there}
    experiments = list(_experiments(plans, given, findings))
    for experiment in experiments:
        findings += check_letter_case(experiment, options.directory)
    findings += check_hiding_snakefile(options.directory)
    if _failed(findings):
        return Compiled(None, (), tuple(findings))
    # A fixed order, however often and in whatever order the files were named.
    if options.part is not None:
        experiments = part_of(experiments, options.part)
    experiments.sort(key=lambda experiment: experiment.source.stem)
    read = {each.name: each.plan for each in before}
    planned = tuple(_planned(experiments, plans, read, options))
    made = [each.plan for each in planned]
    gone = dropped(before, made)
    bundle = make_bundle(planned, options.directory, options.settings, options.profiles, gone)
    findings += check_bundle(bundle, options.directory, made)
    for each in planned:
        if each.experiment.source.path in given:
            findings += _remarks(each)
    return Compiled(None if _failed(findings) else bundle, planned, tuple(findings))


def _failed(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _experiments(
    paths: Iterable[str], given: Sequence[str], findings: list[Diagnostic]
) -> Iterator[Experiment]:
    """Yield the experiments that can be parsed; for files that were not given, record only errors."""
    for path in paths:
        source = read_source(path)
        if not isinstance(source, Source):
            findings.append(source)
            continue
        parsed = parse(source)
        findings += [d for d in parsed.diagnostics if path in given or d.severity == "error"]
        if parsed.experiment is not None:
            yield parsed.experiment


def _planned(
    experiments: Sequence[Experiment],
    plans: Mapping[str, PlanOptions],
    before: Mapping[str, Plan | None],
    given: CompileOptions,
) -> Iterator[PlannedExperiment]:
    directory, part = given.directory, given.part
    prefixes = rule_prefixes([experiment.source.stem for experiment in experiments])
    for experiment, prefix in zip(experiments, prefixes, strict=True):
        evidence = read_evidence(directory, experiment.source.stem)
        options = plans[experiment.source.path]
        elsewhere = options.conda or options.container
        places = [] if elsewhere else package_places(options.python, directory)
        analysis, learned = _analysed(experiment, evidence.surprises, places)
        trials = earlier_trials(
            directory, experiment.source.stem, before.get(experiment.source.stem)
        )
        earlier = EarlierRuns(trials=trials, evidence=evidence, learned=learned)
        named = None if part is None else (str(part), part.home)
        plan = make_plan(
            experiment, analysis, directory, options, prefix, earlier=earlier, part=named
        )
        yield PlannedExperiment(experiment, analysis, plan, evidence)


def _analysed(
    experiment: Experiment, surprises: Mapping[str, Surprises], places: Sequence[Path]
) -> tuple[Analysis, Mapping[str, Learned]]:
    """Analyse an experiment, and add what its earlier runs did that the code does not show."""
    path = Path(experiment.source.path)
    learned: Mapping[str, Learned] = {}
    analysis = analyse(experiment, path.parent, places=places)
    while (more := learn(analysis, surprises, path, learned)) != learned:
        learned = more
        used = {name: each.names for name, each in learned.items()}
        analysis = analyse(experiment, path.parent, used, places)
    return widened(analysis, surprises), learned


def _remarks(planned: PlannedExperiment) -> Iterator[Diagnostic]:
    """Yield warnings and notes about an experiment and its plan."""
    yield from missing_inputs(planned.experiment)
    yield from planned.analysis.mistakes
    yield from notes(planned.experiment, planned.analysis, planned.plan, planned.evidence)
