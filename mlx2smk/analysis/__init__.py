"""Experiment -> Analysis: what each decorated function is made of, and what of SETUP it touches."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.access import Access, access_of
from mlx2smk.analysis.bindings import scope_of
from mlx2smk.analysis.file_uses import FileFinder, FileUse
from mlx2smk.analysis.mistakes import Looked, find_mistakes
from mlx2smk.analysis.modules import Files, FolderFiles
from mlx2smk.analysis.names import names_of
from mlx2smk.analysis.project import Project
from mlx2smk.analysis.sites import certain_names, key_use
from mlx2smk.analysis.slicing import FunctionSlice, Slicer
from mlx2smk.language.keys import ANY, NO_KEYS, Keys

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.language.experiment import Experiment, Setup, Trial, Verify

    Slices = dict[str, tuple[FunctionSlice, tuple[Taken, ...]]]


@dataclass(frozen=True, slots=True)
class FunctionAnalysis:
    """One decorated function: its slice and its use of SETUP.

    ``trials_read``, of verifications only: the trials whose results the body can touch.
    ``files``, of trials only: uses of paths that are the same for all combinations.
    """

    name: str
    slice: FunctionSlice
    access: Access
    trials_read: Keys = NO_KEYS
    files: tuple[FileUse, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysed functions, in the order of the experiment's own three tuples, and their mistakes."""

    setups: tuple[FunctionAnalysis, ...]
    trials: tuple[FunctionAnalysis, ...]
    verifications: tuple[FunctionAnalysis, ...]
    mistakes: tuple[Diagnostic, ...] = ()

    @property
    def functions(self) -> tuple[FunctionAnalysis, ...]:
        """All of them: setups, then trials, then verifications."""
        return (*self.setups, *self.trials, *self.verifications)

    def __getitem__(self, name: str) -> FunctionAnalysis:
        for function in self.functions:
            if function.name == name:
                return function
        raise KeyError(name)


def analyse(experiment: Experiment, folder: Path) -> Analysis:
    """Find slices and uses of SETUP; ``folder`` is where the experiment and its local modules lie."""
    return analyse_files(experiment, FolderFiles(folder))


def analyse_files(experiment: Experiment, files: Files) -> Analysis:
    """Find slices and uses of SETUP, with local modules from wherever they are."""
    slicer = Slicer(Project(experiment, files))
    finder = FileFinder(slicer.project)
    items = experiment.functions
    slices = {item.name: slicer.slice(item.name) for item in items}
    whole = slicer.project.experiment
    return Analysis(
        tuple(_function(item, slices) for item in experiment.setups),
        tuple(_trial(item, slices, finder) for item in experiment.trials),
        tuple(_verification(item, slices, slicer, experiment) for item in experiment.verifications),
        find_mistakes(slicer.project, [Looked(item, whole, *slices[item.name]) for item in items]),
    )


def _function(item: Setup | Verify, slices: Slices, *, seeded: bool = False) -> FunctionAnalysis:
    found, taken = slices[item.name]
    access = access_of(taken, found.widened, seeded=seeded, updates=False)
    return FunctionAnalysis(item.name, found, access)


def _trial(item: Trial, slices: Slices, finder: FileFinder) -> FunctionAnalysis:
    found, taken = slices[item.name]
    access = access_of(taken, found.widened, seeded=True, updates=True)
    files = finder.uses(item, taken, access.writes)
    return FunctionAnalysis(item.name, found, access, files=files)


def _verification(
    item: Verify, slices: Slices, slicer: Slicer, experiment: Experiment
) -> FunctionAnalysis:
    found = _function(item, slices, seeded=True)
    node = experiment.tree.body[item.statement]
    dynamic = any(widening.dynamic for widening in found.slice.widened)
    read = ANY
    wrapped = isinstance(node, ast.FunctionDef) and len(node.decorator_list) > 1
    if isinstance(node, ast.FunctionDef) and not dynamic and not wrapped:
        read = _trials_read(node, slicer.project.experiment)
    known = Keys.of(*(trial.name for trial in experiment.trials))
    return FunctionAnalysis(found.name, found.slice, found.access, read & known)


def _trials_read(node: ast.FunctionDef, module: Module) -> Keys:
    """Return the keys of its parameter that a function uses."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    if not parameters or parameters[0].arg in {item.name for item in scope_of(node.body).bindings}:
        return ANY
    results = parameters[0].arg
    names = names_of(_without_parameter(node, results))
    certain = certain_names(names)
    keys = NO_KEYS
    for reference in names.references:
        if reference.name in {"locals", "vars", "dir"}:
            return ANY
        if reference.name == results and reference.deferred:
            use = key_use(reference, module, certain)
            keys |= use.keys if use.read else ANY
    return keys


def _without_parameter(node: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """Copy a function without one parameter, so that the name in its body is free to be followed."""
    arguments = node.args
    kept = [
        [item for item in items if item.arg != name]
        for items in (arguments.posonlyargs, arguments.args)
    ]
    without = ast.arguments(
        posonlyargs=kept[0],
        args=kept[1],
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=arguments.kw_defaults,
        kwarg=arguments.kwarg,
        defaults=[],
    )
    copy = ast.FunctionDef(name=node.name, args=without, body=node.body, decorator_list=[])
    return ast.copy_location(copy, node)
