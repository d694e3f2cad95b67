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
from mlx2smk.deployment import leaves_unused, profiles
from mlx2smk.evidence import Evidence, read_evidence
from mlx2smk.messages.folder import EditedFile, ForeignFile, HidingSnakefile, SameStem
from mlx2smk.messages.warnings import UnusedEnvironment
from mlx2smk.notes import notes
from mlx2smk.parser import parse
from mlx2smk.planner import PlanOptions, make_plan, rule_prefixes
from mlx2smk.reader import read
from mlx2smk.snakefile import snakefile
from mlx2smk.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from mlx2smk.analysis import Analysis, FunctionAnalysis
    from mlx2smk.diagnostics import Diagnostic
    from mlx2smk.experiment import Experiment
    from mlx2smk.plan import FunctionPlan, Plan


@dataclass(frozen=True, slots=True)
class CompileOptions:
    """What the command line says.

    ``settings`` become defaults of Snakemake's config; ``profiles`` are put in place beside the default.
    """

    directory: Path = Path()
    plan: PlanOptions = field(default_factory=PlanOptions)
    settings: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()


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
    """Compile experiment files into a bundle; nothing is written."""
    findings: list[Diagnostic] = [*_same_stems(paths)]
    experiments = list(_experiments(paths, findings))
    findings += _hiding_snakefile(options.directory)
    if any(finding.severity == "error" for finding in findings):
        return Compiled(None, (), tuple(findings))
    units = tuple(_units(experiments, options))
    bundle = make_bundle(units, options)
    findings += _conflicts(bundle, options.directory)
    findings += _unused_environments(bundle, options)
    findings += [item for u in units for item in _mistakes(u)]
    findings += [
        item for u in units for item in notes(u.experiment, u.analysis, u.plan, u.evidence)
    ]
    failed = any(finding.severity == "error" for finding in findings)
    return Compiled(None if failed else bundle, units, tuple(findings))


def _experiments(paths: Sequence[str], findings: list[Diagnostic]) -> Iterator[Experiment]:
    for path in dict.fromkeys(paths):
        source = read(path)
        if not isinstance(source, Source):
            findings.append(source)
            continue
        parsed = parse(source)
        findings += parsed.diagnostics
        if parsed.experiment is not None:
            yield parsed.experiment


def _mistakes(unit: Unit) -> Iterator[Diagnostic]:
    yield from missing_inputs(unit.experiment)
    yield from unit.analysis.mistakes


def _units(experiments: Sequence[Experiment], options: CompileOptions) -> Iterator[Unit]:
    prefixes = rule_prefixes([experiment.source.stem for experiment in experiments])
    for experiment, prefix in zip(experiments, prefixes, strict=True):
        analysis = analyse(experiment, Path(experiment.source.path).parent)
        earlier = earlier_trials(options.directory, experiment.source.stem)
        evidence = read_evidence(options.directory, experiment.source.stem)
        plan_options = replace(options.plan, earlier=earlier, evidence=evidence)
        plan = make_plan(experiment, analysis, options.directory, plan_options, prefix)
        yield Unit(experiment, analysis, plan, evidence)


def make_bundle(units: Sequence[Unit], options: CompileOptions) -> Bundle:
    """Put together all files that a workflow consists of."""
    package = files("mlx2smk")
    texts = {
        "workflow/Snakefile": snakefile([unit.plan for unit in units], options.settings),
        "workflow/rules/mlx.smk": _text(_rules_folder() / "mlx.smk"),
        "workflow/mlx/worker.py": _text(package / "runtime" / "worker.py"),
    }
    for folder in ("", "follow/"):
        for module in sorted(_modules(package / "runtime" / folder), key=lambda item: item.name):
            texts[f"workflow/mlx/mlx_runtime/{folder}{module.name}"] = _text(module)
    for unit in units:
        texts |= _experiment_files(unit)
    settings = profiles(options.directory, options.profiles, options.plan)
    archive = {path: text for unit in units for path, text in archived(unit.analysis).items()}
    return Bundle(texts | settings, frozenset(settings), archive)


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
    for path in dict.fromkeys(paths):
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


def _unused_environments(bundle: Bundle, options: CompileOptions) -> Iterator[Diagnostic]:
    """Yield the profiles of the user's that would have Snakemake refuse the environments."""
    for path, text in bundle.kept(options.directory).items():
        methods = leaves_unused(text, options.plan)
        if methods:
            name = str(options.directory / path)
            yield UnusedEnvironment.about(name, methods=", ".join(methods))
