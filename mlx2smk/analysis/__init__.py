"""Experiment -> Analysis: the code each decorated function depends on, and the keys of SETUP it uses."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mlx2smk.analysis.access import Access, access_of, any_mentions
from mlx2smk.analysis.file_uses import FileFinder, FileUse
from mlx2smk.analysis.mistakes import Looked, find_mistakes
from mlx2smk.analysis.modules import Files, FolderFiles
from mlx2smk.analysis.names import names_of
from mlx2smk.analysis.project import Project
from mlx2smk.analysis.sites import certain_names, key_use
from mlx2smk.analysis.slicing import FunctionSlice, Slicer
from mlx2smk.analysis.unguarded import Unguarded, unguarded
from mlx2smk.analysis.updates import updates_in_parameters
from mlx2smk.analysis.variant_slices import NO_VARIANTS, Variants, variants_of
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.keys import ANY, NO_KEYS, SETUP, Keys

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.analysis.used import UsedName
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.language.experiment import Experiment, Setup, Trial, Verify

    Slices = dict[str, tuple[FunctionSlice, tuple[Taken, ...]]]
    Used = Mapping[str, Collection[UsedName]]

NOTHING_USED: Used = {}


@dataclass(frozen=True, slots=True)
class FunctionAnalysis:
    """One decorated function: its slice and its use of SETUP.

    ``trials_read`` (verifications only): the trials whose results the body can access.
    ``files`` (trials only): uses of paths that are the same for all combinations. ``variants`` (trials
    only): the slices of combinations, where values of parameters decide what they need. ``programs`` are
    what local modules do in each of its jobs that is probably not meant for them.
    """

    name: str
    slice: FunctionSlice
    access: Access
    trials_read: Keys = NO_KEYS
    files: tuple[FileUse, ...] = ()
    variants: Variants = NO_VARIANTS
    programs: tuple[Unguarded, ...] = ()

    @property
    def slices(self) -> tuple[FunctionSlice, ...]:
        """The slice for all values, and those of the variants."""
        return (self.slice, *(variant.slice for variant in self.variants.found))

    @property
    def running(self) -> tuple[FunctionSlice, ...]:
        """The slices that its runs have: those of the variants, or else its own."""
        return tuple(variant.slice for variant in self.variants.found) or (self.slice,)

    @property
    def filled(self) -> frozenset[str]:
        """The local modules of which code that some slice leaves out changes objects."""
        return self.slice.filled.union(*(each.filled for each in self.slices))


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysed functions, in the same order as in the experiment, and their mistakes."""

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


def analyse(
    experiment: Experiment,
    folder: Path,
    used: Used = NOTHING_USED,
    places: Iterable[Path] = (),
) -> Analysis:
    """Find slices and uses of SETUP; ``folder`` holds the experiment and its local modules.

    ``used`` are names that functions are known to use besides those that their code shows. ``places`` are
    the folders of the packages that are installed for jobs.
    """
    return analyse_files(experiment, FolderFiles(folder, tuple(places)), used)


def analyse_files(experiment: Experiment, files: Files, used: Used = NOTHING_USED) -> Analysis:
    """Find slices and uses of SETUP; ``files`` provides the local modules, ``used`` as in `analyse`."""
    slicer = Slicer(Project(experiment, files))
    finder = FileFinder(slicer.project)
    functions = experiment.functions
    slices = {
        function.name: slicer.slice(function.name, _missed(function, used), _given(function))
        for function in functions
    }
    whole = slicer.project.experiment
    looked = [Looked(function, whole, *slices[function.name]) for function in functions]
    return Analysis(
        tuple(_function(setup, slices, slicer) for setup in experiment.setups),
        tuple(_trial(trial, slices, slicer, finder, used) for trial in experiment.trials),
        tuple(_verification(each, slices, slicer, experiment) for each in experiment.verifications),
        find_mistakes(slicer.project, looked),
    )


def _missed(function: Setup | Trial | Verify, used: Used) -> list[UsedName]:
    """Return the names that runs of a function missed; what they asked modules for counts for variants alone."""
    return [item for item in used.get(function.name, ()) if not item.asked]


def _given(function: Setup | Trial | Verify) -> dict[str, tuple[object, ...]]:
    """Return the values of a function's parameters."""
    parameters = getattr(function, "parameters", ())
    return {parameter.name: tuple(parameter.values) for parameter in parameters}


def _function(
    function: Setup | Verify, slices: Slices, slicer: Slicer, *, seeded: bool = False
) -> FunctionAnalysis:
    own_slice, taken = slices[function.name]
    access = access_of(taken, own_slice.widened, slicer.project, seeded=seeded, updates=False)
    programs = unguarded(taken, own_slice, slicer)
    return FunctionAnalysis(function.name, own_slice, access, programs=programs)


def _trial(
    trial: Trial, slices: Slices, slicer: Slicer, finder: FileFinder, used: Used
) -> FunctionAnalysis:
    own_slice, taken = slices[trial.name]
    mentioned = any(parameter.mentions(SETUP) for parameter in trial.parameters)
    access = access_of(
        *(taken, own_slice.widened, slicer.project),
        seeded=True,
        updates=True,
        mentioned=mentioned,
    )
    access = access.also(writes=updates_in_parameters(trial))
    files = finder.uses(trial, taken, access.writes)
    variants = variants_of(trial, own_slice, slicer, used.get(trial.name, ()))
    programs = unguarded(taken, own_slice, slicer)
    if variants.found and not variants.deciding:
        own_slice, variants = variants.found[0].slice, NO_VARIANTS
    return FunctionAnalysis(
        trial.name, own_slice, access, files=files, variants=variants, programs=programs
    )


def _verification(
    verify: Verify, slices: Slices, slicer: Slicer, experiment: Experiment
) -> FunctionAnalysis:
    analysis = _function(verify, slices, slicer, seeded=True)
    node = experiment.tree.body[verify.statement]
    wrapped = isinstance(node, ast.FunctionDef) and len(node.decorator_list) > 1
    framed = any_mentions(_LOCALS, slices[verify.name][1])
    read = ANY
    if isinstance(node, ast.FunctionDef) and not wrapped and not framed:
        read = _trials_read(node, slicer.project.experiment)
    trials = Keys.of(*(trial.name for trial in experiment.trials))
    return replace(analysis, trials_read=read & trials)


_LOCALS = ("f_locals", "getargvalues")
"""How code comes from a frame to the variables of a function, and so to the results."""


def _trials_read(node: ast.FunctionDef, module: Module) -> Keys:
    """Return the keys that a function uses of its first parameter, the results."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    if not parameters or parameters[0].arg in {each.name for each in scope_of(node.body).bindings}:
        return ANY
    results = parameters[0].arg
    names = names_of(_without_parameter(node, results))
    certain = certain_names(names)
    keys = NO_KEYS
    for reference in names.references:
        if reference.name in {"locals", "vars", "dir", "eval", "exec"}:
            return ANY
        if reference.name == results and reference.deferred:
            use = key_use(reference, module, certain)
            keys |= use.keys if use.read else ANY
    return keys


def _without_parameter(node: ast.FunctionDef, name: str) -> ast.FunctionDef:
    """Copy a function without one of its parameters, which makes the name in its body a free variable."""
    arguments = node.args
    kept = [
        [parameter for parameter in parameters if parameter.arg != name]
        for parameters in (arguments.posonlyargs, arguments.args)
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
