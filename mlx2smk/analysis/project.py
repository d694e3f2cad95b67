"""The experiment and its local modules, cut into units, and what an import stands for among them.

A unit is a top-level statement; an import statement is one unit for each name that it imports.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from mlx2smk.analysis.module_attributes import asks_module, hides_submodule
from mlx2smk.analysis.modules import (
    STANDARD_LIBRARY,
    Files,
    LocalModule,
    absolute,
    bytes_digest,
    decoded,
    find,
)
from mlx2smk.analysis.patches import patched_in, replaced_in
from mlx2smk.analysis.search import OWN_FOLDER, PYTHONS, extended
from mlx2smk.analysis.stars import StarName, Stars, certainly_bound
from mlx2smk.analysis.texts import WORDY, pattern, queries_in, words_in
from mlx2smk.analysis.units import Unit, cut
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.bindings import imports_of, is_main_guard
from mlx2smk.language.origins import MODULES, is_own
from mlx2smk.language.scopes import nodes_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping

    from mlx2smk.language.bindings import Binding, Imported
    from mlx2smk.language.experiment import Experiment

    Decorators: TypeAlias = Mapping[int, tuple[ast.expr, ...]]


__all__ = ["Module", "Project", "Step", "Unit"]


@dataclass(eq=False)
class Module:
    """One file: its units and who binds what; ``name`` is None for the experiment.

    ``tree`` None: the file does not parse. ``path`` None: a namespace package, without a file.
    ``declared``: for each statement, the decorators that make a function a trial or its like;
    ``blanked``: those of them that do not run in a job, as they are ours. ``stars`` knows the names of
    a star import.
    """

    name: str | None
    dotted: str
    path: str | None
    package: bool
    source: Source
    file_digest: str
    tree: ast.Module | None
    stars: Callable[[Imported, Module], tuple[StarName, ...]]
    declared: Decorators = field(default_factory=dict)
    blanked: Decorators = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The module cut into units, in the order of the text."""
        return tuple(cut(self))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of the module's statements that can run in a job."""
        body = () if self.tree is None else self.tree.body
        running = (
            part for item in body for part in (item.orelse if is_main_guard(item) else [item])
        )
        return tuple(node for statement in running for node in nodes_of(statement))

    @cached_property
    def by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        """The nodes of each kind."""
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.nodes:
            found.setdefault(type(node), []).append(node)
        return found

    @cached_property
    def entered(self) -> dict[ast.AST, ast.expr]:
        """The expressions of ``with`` statements, by the targets that they are bound to."""
        items = (
            node for node in self.by_kind.get(ast.withitem, ()) if isinstance(node, ast.withitem)
        )
        return {node.optional_vars: node.context_expr for node in items if node.optional_vars}

    @cached_property
    def words(self) -> frozenset[str]:
        """All texts in the module's code, and the names of attributes and keyword arguments."""
        return frozenset(
            word for kind in WORDY for node in self.by_kind.get(kind, ()) for word in words_in(node)
        )

    @cached_property
    def certain(self) -> frozenset[str]:
        """The names that the module has whenever it has run."""
        if self.tree is None:
            return frozenset()
        starred = {
            name
            for unit in self.units
            if unit.alias is not None and unit.certain
            for name in unit.names.bound
        }
        items = (item for unit in self.units for item in unit.names.bindings)
        gone = {item.name for item in items if item.kind == "deleted"}
        return (certainly_bound(self.tree) | starred) - gone

    @cached_property
    def binders(self) -> dict[str, tuple[Unit, ...]]:
        """For each name of the module, the units that bind, change or delete it."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in sorted(unit.names.bound):
                found.setdefault(name, []).append(unit)
        if self.tree is not None and ast.get_docstring(self.tree, clean=False) is not None:
            found.setdefault("__doc__", []).insert(0, self.units[0])
        return {name: tuple(units) for name, units in found.items()}

    @cached_property
    def bindings(self) -> dict[str, tuple[Binding, ...]]:
        """For each name of the module, the places that bind it."""
        found: dict[str, list[Binding]] = {}
        for unit in self.units:
            for binding in unit.names.bindings:
                found.setdefault(binding.name, []).append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}

    @cached_property
    def patched(self) -> frozenset[str]:
        """The names at whose attributes the module assigns, as in ``A.__init__ = f``."""
        return frozenset(patched_in(self))

    @cached_property
    def replaced(self) -> frozenset[str]:
        """The attributes that it assigns to what it imports, as in ``helper.f = g``."""
        return frozenset(replaced_in(self))

    @cached_property
    def nameable(self) -> tuple[str, ...]:
        """The names that a query may mean: all but our decorators and what they declare."""
        declared = {
            binding.name
            for unit in self.units
            for binding in unit.names.bindings
            if unit.statement in self.blanked and binding.kind == "function"
        }
        ours = {
            name for name in self.bindings if any(i.module in MODULES for i in self.imports(name))
        }
        return tuple(name for name in self.bindings if name not in declared | ours)

    @cached_property
    def queries(self) -> tuple[re.Pattern[str], ...]:
        """Patterns for the names after ``@`` in all of its texts."""
        if self.tree is None or not any("@" in word for word in self.words):
            return ()
        return tuple(map(pattern, queries_in(self.tree)))

    @cached_property
    def star_imports(self) -> tuple[Imported, ...]:
        """The imports of all names of a module."""
        return tuple(each for unit in self.units for each, _ in unit.names.imports if each.star)

    def imports(self, name: str) -> tuple[Imported, ...]:
        """Return the imports that bind a name of the module."""
        return self._imports.get(name, ())

    @cached_property
    def _imports(self) -> dict[str, tuple[Imported, ...]]:
        found: dict[str, list[Imported]] = {}
        for unit in self.units:
            for binding in unit.names.bindings:
                if binding.imported is not None:
                    found.setdefault(binding.name, []).append(binding.imported)
        return {name: tuple(imports) for name, imports in found.items()}

    @property
    def parent_package(self) -> str:
        """The package that relative imports start from."""
        return self.dotted if self.package else self.dotted.rpartition(".")[0]


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
        self.roots: tuple[str, ...] = (OWN_FOLDER, *files.python_path(), PYTHONS)
        while (roots := self._searched(experiment)) != self.roots:
            self.roots = roots
            self._modules.clear()
            self._direct.clear()

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
        return _local_module(found, self.files, self.stars)

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

    def _imported_by(self, module: Module, directly: bool) -> frozenset[Module]:
        """Return the local modules that a module's own imports load."""
        key = module, directly
        if key not in self._direct:
            body = module.tree.body if module.tree else []
            nodes = (
                body
                if directly
                else [
                    *module.by_kind.get(ast.Import, ()),
                    *module.by_kind.get(ast.ImportFrom, ()),
                ]
            )
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
        if asks_module(self, module, name, is_submodule=submodule is not None):
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
