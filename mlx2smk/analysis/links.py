"""Finds what else a slice needs when it includes a unit, once for each unit."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from mlx2smk.analysis.attached import LoadingImport, imports_leading_to, submodules_used
from mlx2smk.analysis.blanking import groups
from mlx2smk.analysis.modules import absolute
from mlx2smk.analysis.project import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.language.bindings import Imported

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """What a unit needs.

    ``names`` are names of modules, ``objects`` modules that are used as objects, ``asked`` those whose own
    ``__getattr__`` may be asked, ``loads`` modules that it loads, ``stars`` local modules whose names it
    imports with ``*``, ``units`` other units of its module, ``imports`` those of others without which
    packages would not have the submodules that it uses.
    """

    names: tuple[tuple[Module, str], ...]
    objects: tuple[tuple[Module, ast.expr], ...]
    asked: tuple[tuple[Module, ast.expr], ...]
    loads: tuple[Module, ...]
    stars: tuple[Module, ...]
    units: tuple[Unit, ...]
    imports: tuple[LoadingImport, ...]


class Linker:
    """Finds the links of units and caches them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._links: dict[Unit, Links] = {}
        self.filled: dict[Unit, frozenset[tuple[Module, str]]] = {}
        self._groups: dict[str, dict[int, tuple[int, ...]]] = {}
        self._loads: dict[str, list[tuple[Unit, str]]] = {}
        self._attaching_imports: dict[Module, tuple[LoadingImport, ...]] = {}

    def of(self, unit: Unit, module: Module) -> Links:
        """Return what a unit of a module needs."""
        if unit not in self._links:
            self._links[unit] = self._find(unit, module)
        return self._links[unit]

    def _find(self, unit: Unit, module: Module) -> Links:
        uses = list(self.uses(unit, module))
        names = [(step.module, step.name) for step, _ in uses if step.name is not None]
        modules = [(step, node) for step, node in uses if step.name is None]
        units = [*self._together(unit, module), *self._submodules_of(unit, module)]
        imported = [each for each, _ in unit.names.imports]
        loads = {each: tuple(self.project.loaded_by(each, module)) for each in imported}
        return Links(
            names=_unique((*names, *self._imported_names(unit, module))),
            objects=tuple((step.module, node) for step, node in modules if not step.asks),
            asked=tuple((step.module, node) for step, node in modules if step.asks),
            loads=_unique(chain.from_iterable(loads.values())),
            stars=tuple(loads[each][-1] for each in imported if each.star and loads[each]),
            units=_unique(units),
            imports=_unique(self._attaching(unit, module)),
        )

    def uses(self, unit: Unit, module: Module) -> Iterator[tuple[Step, ast.expr]]:
        """Yield what a unit's code refers to, and where."""
        for reference in unit.names.references:
            if not reference.imports:
                yield Step(module, reference.name), reference.node
            for imported in _imports_behind(reference, module):
                for step in self.project.trace(imported, module, reference.attributes):
                    yield step, reference.node

    def _imported_names(self, unit: Unit, module: Module) -> Iterator[tuple[Module, str]]:
        """Yield what the names refer to that a unit imports explicitly."""
        for imported, _ in unit.names.imports:
            if imported.name is not None and not imported.star:
                steps = self.project.trace(imported, module, ())
                yield from ((step.module, step.name) for step in steps if step.name is not None)

    def _submodules_of(self, unit: Unit, module: Module) -> Iterator[Unit]:
        """Yield the units that import the submodules that a unit's code uses."""
        for reference in unit.names.references:
            for imported in _imports_behind(reference, module):
                yield from self._submodule_imports(imported, reference, module)

    def _attaching(self, unit: Unit, module: Module) -> Iterator[LoadingImport]:
        """Yield the imports of others that make the submodules attributes that a unit's code uses."""
        for reference in unit.names.references:
            for imported in _imports_behind(reference, module):
                for submodule in submodules_used(
                    self.project, imported, module, reference.attributes
                ):
                    if not self._imports_itself(unit, module, submodule):
                        yield from self.attaching(submodule)

    def _imports_itself(self, unit: Unit, module: Module, submodule: Module) -> bool:
        """Whether a unit, or another one of its module that it then needs, imports a submodule."""
        own = (dotted for each, _ in unit.names.imports for dotted in _dotted(each, module))
        others = (dotted for _, dotted in self._loaded(module))
        wanted = f"{submodule.dotted}."
        return any(f"{each}.".startswith(wanted) for each in chain(own, others))

    def attaching(self, submodule: Module) -> tuple[LoadingImport, ...]:
        """Return the imports that make a submodule an attribute of its package."""
        if submodule not in self._attaching_imports:
            found = tuple(imports_leading_to(self.project, submodule))
            self._attaching_imports[submodule] = found
        return self._attaching_imports[submodule]

    def loading(self, unit: Unit, module: Module) -> str | None:
        """Return which module a ``from`` import of a local one loads if nobody needs the name that it binds.

        None if it cannot stand for that alone, as other statements share its line, or what it loads
        depends on the name.
        """
        node = unit.node
        imports = unit.names.imports if isinstance(node, ast.ImportFrom) else ()
        if not imports or self.of(unit, module).units:
            return None
        imported = imports[0][0]
        dotted = absolute(imported.module, imported.level, module.parent_package)
        package = self.project.load(dotted) if dotted else None
        if package is None or imported.star or imported.name is None:
            return None
        begun = package is module or self.project.reaches(package, module)
        bound = imported.name in package.certain and not begun
        # `import *` without `__all__` takes what is there and loads no submodules.
        if bound or (_is_star(unit, module) and "__all__" not in package.bindings):
            return dotted
        if not package.bindings.keys().isdisjoint({imported.name, "__getattr__"}):
            return None
        submodule = self.project.load(f"{dotted}.{imported.name}")
        return dotted if submodule is None else submodule.dotted

    def _together(self, unit: Unit, module: Module) -> Iterator[Unit]:
        """Yield the units whose statements share a line with this one."""
        if module.dotted not in self._groups:
            self._groups[module.dotted] = groups(module)
        together = self._groups[module.dotted].get(unit.statement, ())
        if together:
            yield from (other for other in module.units if other.statement in together)

    def _submodule_imports(
        self, imported: Imported, reference: Reference, module: Module
    ) -> Iterator[Unit]:
        """Yield the other units whose imports make ``package.submodule`` available."""
        base, first = self.project.base(imported, module)
        path = [base or "", *first, *reference.attributes]
        wanted = f"{path[0]}." if len(path) == 1 else f"{path[0]}.{path[1]}."
        for unit, loaded in self._loaded(module):
            if f"{loaded}.".startswith(wanted) and loaded != path[0]:
                yield unit

    def _loaded(self, module: Module) -> list[tuple[Unit, str]]:
        """Return the dotted names that a module's imports load, including possible submodules."""
        if module.dotted not in self._loads:
            self._loads[module.dotted] = [
                (unit, name)
                for unit in module.units
                for imported, deferred in unit.names.imports
                if not deferred
                for name in self._may_load(imported, module)
            ]
        return self._loads[module.dotted]

    def _may_load(self, imported: Imported, module: Module) -> Iterator[str]:
        """Yield the dotted names of the module that an import loads, and of what may be a submodule of it."""
        base, *submodules = _dotted(imported, module) or ("",)
        package = self.project.load(base) if submodules else None
        if base:
            yield base
        if package is None or imported.name not in package.certain:
            yield from submodules
        else:  # what is no submodule that we know is the package's own name
            yield from (each for each in submodules if self.project.load(each) is not None)


def _is_star(unit: Unit, module: Module) -> bool:
    node = module.tree.body[unit.statement] if module.tree is not None else None
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _imports_behind(reference: Reference, module: Module) -> tuple[Imported, ...]:
    """Return the imports that bind a name, in its own scope or else in the module."""
    return reference.imports or tuple(module.imports(reference.name))


def _unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _dotted(imported: Imported, module: Module) -> list[str]:
    base = absolute(imported.module, imported.level, module.parent_package)
    if not base:
        return []
    own = imported.name is not None and not imported.star
    return [base, f"{base}.{imported.name}"] if own else [base]
