"""Checks for problems in the folder that a workflow is written to, and in its paths."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_folder import (
    BracesInFolder,
    EditedFile,
    ForeignFile,
    HidingSnakefile,
    SameOnThisDisk,
    SameStem,
)
from mlx2smk.diagnostics.about_warnings import BrokenProfile, UnusedEnvironment
from mlx2smk.emission.bundle import Conflict
from mlx2smk.emission.deployment import ProfileError, leaves_unused, methods
from mlx2smk.runtime import letter_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.emission.bundle import Bundle
    from mlx2smk.language.experiment import Experiment
    from mlx2smk.planning.plan import Plan


def check_bundle(bundle: Bundle, directory: Path, plans: Sequence[Plan]) -> Iterator[Diagnostic]:
    """Yield the problems of writing a bundle into a folder, before anything is written."""
    yield from _conflicts(bundle, directory)
    yield from _unused_environments(bundle, directory, plans)
    for plan in plans:
        yield from _braces(plan)


def check_stems(paths: Sequence[str]) -> Iterator[Diagnostic]:
    """Yield the experiments whose results would be written into the same folder."""
    first: dict[str, str] = {}
    for path in paths:
        stem = Path(path).stem
        if stem.casefold() in first:
            yield SameStem.about(path, first=first[stem.casefold()], stem=stem)
        first.setdefault(stem.casefold(), path)


def check_letter_case(experiment: Experiment, directory: Path) -> Iterator[Diagnostic]:
    """Yield the functions whose files the folder's file system would take for those of others."""
    functions = {each.name: each for each in experiment.functions}
    pairs = list(letter_case.alike(functions))
    for first, name in pairs if pairs and letter_case.is_ignored_in(str(directory)) else ():
        span = functions[name].span
        yield SameOnThisDisk.at(experiment.source, span, name=name, first=first)


def check_hiding_snakefile(directory: Path) -> Iterator[Diagnostic]:
    """Yield the files that Snakemake would find before ``workflow/Snakefile``."""
    for name in ("Snakefile", "snakefile"):
        if (directory / name).is_file():
            yield HidingSnakefile.about(str(directory / name))
            return


def _conflicts(bundle: Bundle, directory: Path) -> Iterator[Diagnostic]:
    for path, conflict in bundle.conflicts(directory).items():
        message = EditedFile if conflict is Conflict.EDITED else ForeignFile
        yield message.about(os.path.normpath(directory / path))


def _unused_environments(
    bundle: Bundle, directory: Path, plans: Iterable[Plan]
) -> Iterator[Diagnostic]:
    """Yield the edited profiles with which Snakemake would not use the environments."""
    needed = methods(plans)
    for name, text in bundle.kept(directory).items() if needed else ():
        path = str(directory / name)
        try:
            unused = leaves_unused(text, needed)
        except ProfileError as error:
            yield BrokenProfile.about(path, problem=error)
            continue
        if unused:
            yield UnusedEnvironment.about(path, methods=", ".join(unused))


def _braces(plan: Plan) -> Iterator[Diagnostic]:
    """Yield the input paths with braces that Snakemake would take for wildcards."""
    folder = plan.source.rpartition("/")[0]
    if {"{", "}"} <= set(folder) and any(trial.inputs for trial in plan.trials):
        yield BracesInFolder.about(plan.source)
