"""The passage through the compiler: start reading here.

read -> parse -> analyse -> plan -> print -> bundle
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.analysis import analyse
from mlx2smk.analysis.inputs import missing_inputs
from mlx2smk.archive import archived
from mlx2smk.batching import earlier_trials
from mlx2smk.bundle import Bundle, Conflict
from mlx2smk.deployment import leaves_unused, methods, profiles
from mlx2smk.evidence import Evidence, read_evidence
from mlx2smk.messages.folder import (
    BracesInFolder,
    EditedFile,
    ForeignFile,
    HidingSnakefile,
    SameStem,
)
from mlx2smk.messages.warnings import UnusedEnvironment
from mlx2smk.naming import digest_of
from mlx2smk.neighbours import check_neighbours, dropped, is_same_file, neighbours
from mlx2smk.notes import notes
from mlx2smk.parser import parse
from mlx2smk.planner import PlanOptions, make_plan, rule_prefixes
from mlx2smk.reader import read
from mlx2smk.snakefile import snakefile
from mlx2smk.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from mlx2smk.analysis import Analysis, FunctionAnalysis
    from mlx2smk.diagnostics import Diagnostic
    from mlx2smk.experiment import Experiment
    from mlx2smk.neighbours import Neighbour
    from mlx2smk.plan import FunctionPlan, Plan


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """What the command line says.

    ``settings`` become defaults of Snakemake's config; ``profiles`` are put in place beside the default.
    ``only`` drops the experiments that were compiled into the folder before.
    """

    directory: Path = Path()
    plan: PlanOptions = field(default_factory=PlanOptions)
    settings: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    only: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """One experiment with all that the compiler found out about it."""

    experiment: Experiment
    analysis: Analysis
    plan: Plan
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Compiled:
    """The bundle, None if there is any error, and all messages."""

    bundle: Bundle | None
    units: tuple[Unit, ...]
    diagnostics: tuple[Diagnostic, ...]


def compile_experiments(paths: Sequence[str], options: CompileOptions) -> Compiled:
    """Compile experiment files, and those that were compiled into the folder before; write nothing."""
    given = tuple(dict.fromkeys(paths))
    before = neighbours(options.directory)
    others = () if options.only else tuple(_others(given, before))
    findings = [*_same_stems(given), *check_neighbours(given, others, options.plan.python)]
    plans = dict.fromkeys(given, options.plan)
    plans |= {each.path: each.options for each in others if each.is_there}
    experiments = list(_experiments(plans, given, findings))
    findings += _hiding_snakefile(options.directory)
    if _failed(findings):
        return Compiled(None, (), tuple(findings))
    # In one order, however often and in whatever order they were named.
    experiments.sort(key=lambda experiment: experiment.source.stem)
    units = tuple(_units(experiments, plans, options.directory))
    bundle = make_bundle(units, options, dropped(before, [unit.plan for unit in units]))
    findings += _conflicts(bundle, options.directory)
    findings += _unused_environments(bundle, options.directory, units)
    for unit in units:
        findings += _braces(unit.plan)
        if unit.experiment.source.path in given:
            findings += _mistakes(unit)
            findings += notes(unit.experiment, unit.analysis, unit.plan, unit.evidence)
    return Compiled(None if _failed(findings) else bundle, units, tuple(findings))


def _failed(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def _others(given: Sequence[str], before: Iterable[Neighbour]) -> Iterator[Neighbour]:
    """Yield the experiments of the folder that are none of those given."""
    for each in before:
        if each.plan is None or not any(is_same_file(path, each.path) for path in given):
            yield each


def _experiments(
    paths: Iterable[str], given: Sequence[str], findings: list[Diagnostic]
) -> Iterator[Experiment]:
    """Yield what can be read; of files that were not given, only errors are noted."""
    for path in paths:
        source = read(path)
        if not isinstance(source, Source):
            findings.append(source)
            continue
        parsed = parse(source)
        findings += [d for d in parsed.diagnostics if path in given or d.severity == "error"]
        if parsed.experiment is not None:
            yield parsed.experiment


def _mistakes(unit: Unit) -> Iterator[Diagnostic]:
    yield from missing_inputs(unit.experiment)
    yield from unit.analysis.mistakes


def _units(
    experiments: Sequence[Experiment], plans: Mapping[str, PlanOptions], directory: Path
) -> Iterator[Unit]:
    prefixes = rule_prefixes([experiment.source.stem for experiment in experiments])
    for experiment, prefix in zip(experiments, prefixes, strict=True):
        analysis = analyse(experiment, Path(experiment.source.path).parent)
        earlier = earlier_trials(directory, experiment.source.stem)
        evidence = read_evidence(directory, experiment.source.stem)
        chosen = plans[experiment.source.path]
        plan_options = replace(chosen, earlier=earlier, evidence=evidence)
        plan = make_plan(experiment, analysis, directory, plan_options, prefix)
        yield Unit(experiment, analysis, plan, evidence)


def make_bundle(units: Sequence[Unit], options: CompileOptions, gone: Mapping[str, str]) -> Bundle:
    """Put together all files that a workflow consists of; ``gone`` are the plans that leave it."""
    package = files("mlx2smk")
    texts = {
        "workflow/rules/mlx.smk": _text(_rules_folder() / "mlx.smk"),
        "workflow/mlx/worker.py": _text(package / "runtime" / "worker.py"),
    }
    for folder in ("", "follow/"):
        for module in sorted(_modules(package / "runtime" / folder), key=lambda item: item.name):
            texts[f"workflow/mlx/mlx_runtime/{folder}{module.name}"] = _text(module)
    for unit in units:
        texts |= _experiment_files(unit)
    digest = digest_of(*(part for path in sorted(texts) for part in (path, texts[path])))
    plans = [unit.plan for unit in units]
    texts["workflow/Snakefile"] = snakefile(plans, options.settings, digest)
    settings = profiles(options.directory, options.profiles, methods(plans))
    archive = {path: text for unit in units for path, text in archived(unit.analysis).items()}
    return Bundle(texts | settings, frozenset(settings), archive, gone, digest)


def _experiment_files(unit: Unit) -> dict[str, str]:
    folder = f"workflow/experiments/{unit.plan.experiment}"
    texts = {f"{folder}/plan.json": unit.plan.to_json()}
    plan = unit.plan
    functions: tuple[FunctionPlan, ...] = (*plan.setups, *plan.trials, *plan.verifications)
    for function in functions:
        found: FunctionAnalysis = unit.analysis[function.name]
        texts[f"{folder}/{function.slice}"] = found.slice.text
        for module, piece in zip(function.modules, found.slice.modules, strict=True):
            texts[f"{folder}/{module.slice}"] = piece.text
    return texts


def _rules_folder() -> Traversable:
    """Return the hand-written rules: in the package when installed, beside it in a checkout."""
    installed = files("mlx2smk") / "rules"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "rules"


def _modules(folder: Traversable) -> Iterator[Traversable]:
    for item in folder.iterdir():
        if item.name.endswith(".py") and item.name != "worker.py":
            yield item


def _text(item: Traversable) -> str:
    return item.read_text(encoding="utf-8")


def _same_stems(paths: Sequence[str]) -> Iterator[Diagnostic]:
    first: dict[str, str] = {}
    for path in paths:
        stem = Path(path).stem
        if stem.casefold() in first:
            yield SameStem.about(path, first=first[stem.casefold()], stem=stem)
        first.setdefault(stem.casefold(), path)


def _hiding_snakefile(directory: Path) -> Iterator[Diagnostic]:
    """Yield the files that Snakemake would find before ``workflow/Snakefile``."""
    for name in ("Snakefile", "snakefile"):
        if (directory / name).is_file():
            yield HidingSnakefile.about(str(directory / name))
            return


def _conflicts(bundle: Bundle, directory: Path) -> Iterator[Diagnostic]:
    for path, conflict in bundle.conflicts(directory).items():
        message = EditedFile if conflict is Conflict.EDITED else ForeignFile
        yield message.about(str(directory / path))


def _unused_environments(
    bundle: Bundle, directory: Path, units: Iterable[Unit]
) -> Iterator[Diagnostic]:
    """Yield the profiles of the user's that would have Snakemake refuse the environments."""
    needed = methods(unit.plan for unit in units)
    for path, text in bundle.kept(directory).items():
        unused = leaves_unused(text, needed)
        if unused:
            yield UnusedEnvironment.about(str(directory / path), methods=", ".join(unused))


def _braces(plan: Plan) -> Iterator[Diagnostic]:
    """Yield what Snakemake would take for a wildcard in the paths of inputs."""
    folder = plan.source.rpartition("/")[0]
    if {"{", "}"} <= set(folder) and any(trial.inputs for trial in plan.trials):
        yield BracesInFolder.about(plan.source)
