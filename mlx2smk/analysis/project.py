"""The experiment and its local modules, cut into units, and what an import stands for among them.

A unit is a top-level statement; an import statement is one unit for each name that it imports.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from mlx2smk.analysis.lasting import starts_imported
from mlx2smk.analysis.module_attributes import asks_module, hides_submodule
from mlx2smk.analysis.modules import (
    STANDARD_LIBRARY,
    Files,
    LocalModule,
    absolute,
    all_modules,
    bytes_digest,
    decoded,
    find,
)
from mlx2smk.analysis.parsed_module import Module
from mlx2smk.analysis.search import OWN_FOLDER, PYTHONS, extended
from mlx2smk.analysis.stars import Stars
from mlx2smk.analysis.units import Unit
from mlx2smk.analysis.untaken import Untaken
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.bindings import imports_of
from mlx2smk.language.origins import is_own

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlx2smk.analysis.additions import Addition
    from mlx2smk.analysis.moving import Moving
    from mlx2smk.language.bindings import Imported
    from mlx2smk.language.experiment import Experiment


__all__ = ["Module", "Project", "Step", "Unit"]


@dataclass(frozen=True, slots=True)
class Step:
    """A module reached through an import, and the name used in it; None: the module as an object.

    ``asks``: Python may ask the module's own ``__getattr__`` for whatever is used.
    """

    module: Module
    name: str | None
    asks: bool = False


class Project:
    """All modules met so far, read when they are first asked for."""

    def __init__(self, experiment: Experiment, files: Files) -> None:
        self.files = files
        self.stars = Stars(self)
        self.experiment = _experiment_module(experiment, self.stars)
        self._modules: dict[str, Module | None] = {}
        self._imported: dict[Module, frozenset[Module]] = {}
        self._direct: dict[tuple[Module, bool], frozenset[Module]] = {}
        self.linked: dict[Module, Mapping[str, frozenset[str]]] = {}
        self.additions: Mapping[tuple[Module, str], list[Addition]] | None = None
        self.moving: Moving | None = None
        self._untaken: Untaken | None = None
        self.roots: tuple[str, ...] = (OWN_FOLDER, *files.python_path(), PYTHONS)
        while (roots := self._searched(experiment)) != self.roots:
            self.roots = roots
            self._modules.clear()
            self._direct.clear()
        self._take_out_untaken()

    def _take_out_untaken(self) -> None:
        """Take the branches that never run out of the modules that were met, and of those to come."""
        self._untaken = Untaken(self._loaded_by_name())
        whole = self.experiment
        self.experiment = self._untaken.without(whole)
        for dotted, module in self._modules.items():
            if module is not None:
                own = module is whole
                self._modules[dotted] = self.experiment if own else self._untaken.without(module)
        self._direct.clear()

    def _loaded_by_name(self) -> list[Module]:
        """Return the modules that imports may load, and calls of which the names are partly written out."""
        found = [self.experiment, *self.imported_with(self.experiment)]
        for module in found:
            starts = sorted(filter(None, starts_imported(module) if module.tree else ()))
            names = (
                name for start in starts for name in all_modules(self.files, start, self.roots)
            )
            for called in filter(None, map(self.load, names)):
                more = (*self.around(called.dotted), called, *self.imported_with(called))
                found += [each for each in dict.fromkeys(more) if each not in found]
        return found

    def _searched(self, experiment: Experiment) -> tuple[str, ...]:
        """Return the folders that modules are searched in, those that local modules add included."""
        roots = extended(self.roots, experiment.tree, self.experiment.path or OWN_FOLDER)
        for module in sorted(self.imported_with(self.experiment), key=lambda item: item.dotted):
            if module.tree is not None and module.path is not None:
                roots = extended(roots, module.tree, module.path)
        return roots

    def load(self, dotted: str) -> Module | None:
        """Return the local module of a name; None if it is not local."""
        if dotted not in self._modules:
            found = find(dotted, self.files, self.roots) if dotted else None
            self._modules[dotted] = None if found is None else self._read(found)
        return self._modules[dotted]

    def _read(self, found: LocalModule) -> Module | None:
        if found.path == self.experiment.path:
            # Python's own modules keep their names in a job, whatever the experiment's is.
            return None if found.name in STANDARD_LIBRARY else self.experiment
        module = _local_module(found, self.files, self.stars)
        return module if self._untaken is None else self._untaken.without(module)

    def imported_with(self, module: Module, *, directly: bool = False) -> frozenset[Module]:
        """Return the local modules that a module's imports, and theirs, may load once it has begun to run.

        The packages around it have begun before. ``directly``: only imports count that are statements
        of the modules themselves.
        """
        begun = {module, *self.around(module.dotted)}
        found: set[Module] = set()
        waiting = [module]
        while waiting:
            new = self._imported_by(waiting.pop(), directly) - found - begun
            found |= new
            waiting.extend(new)
        return frozenset(found)

    def imported_at_top(self, module: Module) -> frozenset[Module]:
        """Return the local modules that a module's own imports at its top level load."""
        return self._imported_by(module, directly=True)

    def _imported_by(self, module: Module, directly: bool) -> frozenset[Module]:
        """Return the local modules that a module's own imports load."""
        key = module, directly
        if key not in self._direct:
            body = module.tree.body if module.tree else []
            nodes = body if directly else module.import_statements
            self._direct[key] = frozenset(
                loaded
                for node in nodes
                if isinstance(node, (ast.Import, ast.ImportFrom))
                for imported in imports_of(node)
                for loaded in self.loaded_by(imported, module)
            )
        return self._direct[key]

    def reaches(self, module: Module, other: Module) -> bool:
        """Whether another module may be imported, for the first time, while a module runs."""
        if module not in self._imported:
            self._imported[module] = self.imported_with(module)
        return other in self._imported[module]

    def base(self, imported: Imported, importer: Module) -> tuple[str | None, tuple[str, ...]]:
        """Return what a name bound by an import stands for: a dotted module and attributes in it."""
        module, attributes = imported.path
        dotted = absolute(module, imported.level, importer.parent_package)
        package, _, last = (dotted or "").rpartition(".")
        outer = self.load(package) if imported.name is None and package else None
        # `import a.b as x` takes what `a` has under the name `b`, which need not be the submodule.
        if outer is not None and last in outer.bindings:
            return package, (last,)
        return dotted, attributes

    def loaded_by(self, imported: Imported, importer: Module) -> Iterator[Module]:
        """Yield the local modules that an import runs: the module, the packages around it, a submodule."""
        dotted = absolute(imported.module, imported.level, importer.parent_package)
        if not dotted:
            return
        yield from self.around(dotted)
        submodule = self.load(f"{dotted}.{imported.name}") if imported.name is not None else None
        if submodule is not None:
            yield submodule

    def around(self, dotted: str) -> Iterator[Module]:
        """Yield the local ones of a module and of the packages that it lies in, from the outside in."""
        parts = dotted.split(".")
        names = [".".join(parts[: depth + 1]) for depth in range(len(parts))]
        yield from (module for module in map(self.load, names) if module is not None)

    def trace(
        self, imported: Imported, importer: Module, attributes: tuple[str, ...]
    ) -> list[Step]:
        """Follow a use of an imported name, with the attributes behind it, to what it needs."""
        return list(self._trace(imported, importer, attributes, set()))

    def inside(self, module: Module, name: str) -> list[Step]:
        """Follow an attribute of a module to what it needs."""
        return list(self._inside(module, (name,), set()))

    def _trace(
        self,
        imported: Imported,
        importer: Module,
        attributes: tuple[str, ...],
        seen: set[tuple[str, str]],
    ) -> Iterator[Step]:
        base, first = self.base(imported, importer)
        module = self.load(base) if base else None
        if module is not None:
            yield from self._inside(module, first + attributes, seen, importer)

    def _inside(
        self,
        module: Module,
        attributes: tuple[str, ...],
        seen: set[tuple[str, str]],
        importer: Module | None = None,
    ) -> Iterator[Step]:
        """Follow a chain of attributes from a module on, through re-exports and submodules."""
        if not attributes:
            yield Step(module, None)
            return
        name, rest = attributes[0], attributes[1:]
        submodule = self.load(f"{module.dotted}.{name}") if module.package else None
        if name == "__doc__" and name in module.binders:
            yield Step(module, name)
        if (module.dotted, name) not in seen and name in module.bindings:
            yield Step(module, name)
            for imported in module.imports(name):
                yield from self._trace(imported, module, rest, seen | {(module.dotted, name)})
        if submodule is not None and not hides_submodule(self, module, submodule, importer):
            yield from self._inside(submodule, rest, seen, importer)
        if asks_module(self, module, name, submodule, importer):
            yield Step(module, None, asks=True)


def _experiment_module(experiment: Experiment, stars: Stars) -> Module:
    source = experiment.source
    marks = {item.statement: item.mark for item in experiment.functions if item.mark is not None}
    return Module(
        name=None,
        dotted=source.stem,
        path=PurePath(source.path).name,
        package=False,
        source=source,
        file_digest="",
        tree=experiment.tree,
        stars=stars.of,
        declared={index: (mark.node,) for index, mark in marks.items()},
        # Those of a module of the user's own run, as they may do anything.
        blanked={
            index: (mark.node,) for index, mark in marks.items() if not is_own(mark.module, source)
        },
    )


def _local_module(found: LocalModule, files: Files, stars: Stars) -> Module:
    data = b"" if found.path is None else files.read(found.path) or b""
    try:
        text = decoded(data)
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        text, tree = data.decode("utf-8", "replace"), None
    return Module(
        name=found.name,
        dotted=found.name,
        path=found.path,
        package=found.package,
        source=Source(found.path or found.name, text),
        file_digest=bytes_digest(data),
        tree=tree,
        stars=stars.of,
    )
