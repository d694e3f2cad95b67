"""All uses of a name of a module in the program, and whether code may reach it in ways that show no name."""

from __future__ import annotations

from functools import cached_property
from itertools import repeat
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.dynamic import Reach, dynamics_of
from mlx2smk.analysis.import_calls import imported_by_call

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from mlx2smk.analysis.dynamic import Dynamic
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.language.bindings import Imported


class PlacedUse(NamedTuple):
    """An expression that stands for something, and where it is."""

    node: ast.expr
    unit: Unit
    module: Module

    @property
    def parent(self) -> ast.AST | None:
        """What stands around it."""
        return self.unit.parents.get(self.node)


class References:
    """Finds uses in the experiment and all modules that it may load."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._looked: dict[Module, tuple[Dynamic, ...]] = {}

    @cached_property
    def modules(self) -> tuple[Module, ...]:
        """The experiment, and what its imports, and calls that import modules, may load."""
        found = dict.fromkeys([self.project.experiment])
        for module in found.copy():
            found |= dict.fromkeys(self.project.imported_with(module))
        waiting = list(found)
        for module in waiting:
            for called in self._imported_by_calls(module):
                new = [
                    each
                    for each in (called, *self.project.imported_with(called))
                    if each not in found
                ]
                found |= dict.fromkeys(new)
                waiting += new
        return tuple(found)

    def _imported_by_calls(self, module: Module) -> Iterator[Module]:
        """Yield the local modules that calls in a module may import whose names are not all unknown."""
        for dynamic in self._dynamics_of(module):
            if dynamic.reach is Reach.IMPORT and dynamic.name:
                yield from imported_by_call(dynamic, self.project)

    def _dynamics_of(self, module: Module) -> tuple[Dynamic, ...]:
        if module not in self._looked:
            self._looked[module] = tuple(
                each for unit in module.units for each in dynamics_of(unit, module, self.project)
            )
        return self._looked[module]

    def of(self, name: str, module: Module) -> list[PlacedUse] | None:
        """Return all uses of a name of a module; None if there may be others."""
        if self._unseen or any(self._hands_on(each, module) for each in self._objects):
            return None
        if any(self._may_find(each, where, module) for each, where in self._dynamics):
            return None
        return self.shown(name, module)

    def shown(self, name: str, module: Module) -> list[PlacedUse]:
        """Return the uses of a name of a module that code shows."""
        return self._uses.get((module, name), [])

    @cached_property
    def is_complete(self) -> bool:
        """Whether all modules are known that code imports by calls."""
        imports = (each for each, _ in self._dynamics if each.reach is Reach.IMPORT)
        return all(each.name for each in imports)

    @cached_property
    def _unseen(self) -> bool:
        """Whether names are imported that nobody knows."""
        return self.project.stars.given is None or any(
            module.tree is None or any(map(self._is_local, module.star_imports, repeat(module)))
            for module in self.modules
        )

    def _is_local(self, imported: Imported, importer: Module) -> bool:
        return any(self.project.loaded_by(imported, importer))

    @cached_property
    def _uses(self) -> dict[tuple[Module, str], list[PlacedUse]]:
        found: dict[tuple[Module, str], list[PlacedUse]] = {}
        for module in self.modules:
            for unit in module.units:
                for reference in unit.names.references:
                    for key, node in self._meant(reference, module):
                        found.setdefault(key, []).append(PlacedUse(node, unit, module))
        return found

    def _meant(
        self, reference: Reference, module: Module
    ) -> Iterator[tuple[tuple[Module, str], ast.expr]]:
        """Yield the names that a reference, or a part of its chain of attributes, stands for."""
        chain = chain_of(reference)
        if not reference.imports and reference.name in module.bindings:
            yield (module, reference.name), chain[-1]
        seen: set[tuple[Module, str]] = set()
        for imported in reference.imports or module.imports(reference.name):
            for depth in range(len(reference.attributes) + 1):
                for step in self.project.trace(imported, module, reference.attributes[:depth]):
                    if step.name is not None and (step.module, step.name) not in seen:
                        seen.add((step.module, step.name))
                        yield (step.module, step.name), chain[len(chain) - 1 - depth]

    @cached_property
    def _objects(self) -> frozenset[Module]:
        """The modules that are used as objects."""
        return frozenset(
            step.module
            for module in self.modules
            for unit in module.units
            for reference in unit.names.references
            for imported in reference.imports or module.imports(reference.name)
            for step in self.project.trace(imported, module, reference.attributes)
            if step.name is None
        )

    def _hands_on(self, used: Module, module: Module) -> bool:
        """Whether somebody who has a module may get at another one."""
        return used is module or module in self.project.imported_with(used)

    @cached_property
    def _dynamics(self) -> list[tuple[Dynamic, Module]]:
        return [
            (dynamic, module) for module in self.modules for dynamic in self._dynamics_of(module)
        ]

    def _may_find(self, dynamic: Dynamic, where: Module, module: Module) -> bool:
        """Whether a look-up may find what a module holds, for more than to call it."""
        if dynamic.reach is Reach.OWN:
            return not dynamic.calls and self._hands_on(where, module)
        if dynamic.reach is Reach.IMPORT:
            imported = imported_by_call(dynamic, self.project)
            return not dynamic.name or any(self._hands_on(each, module) for each in imported)
        return dynamic.reach is Reach.ALL


def chain_of(reference: Reference) -> list[ast.expr]:
    """Return a reference's chain of attributes as expressions, the longest first and the name last."""
    chain: list[ast.expr] = [reference.node]
    for _ in reference.attributes:
        chain.append(getattr(chain[-1], "value", chain[-1]))
    return chain
