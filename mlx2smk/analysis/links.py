"""What taking a unit into a slice brings with it, found once for each unit."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.blanking import groups
from mlx2smk.analysis.modules import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.bindings import Imported
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """What a unit needs: names of modules, whole modules as objects, modules loaded, other units.

    ``stars``: local modules of which all names are imported.
    """

    names: tuple[tuple[Module, str], ...]
    objects: tuple[tuple[Module, ast.expr], ...]
    loads: tuple[Module, ...]
    stars: tuple[Module, ...]
    units: tuple[Unit, ...]


class Linker:
    """Finds the links of units, each once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._links: dict[Unit, Links] = {}
        self._groups: dict[str, dict[int, tuple[int, ...]]] = {}
        self._loads: dict[str, list[tuple[Unit, str]]] = {}

    def of(self, unit: Unit, module: Module) -> Links:
        """Return what a unit of a module needs."""
        if unit not in self._links:
            self._links[unit] = self._find(unit, module)
        return self._links[unit]

    def _find(self, unit: Unit, module: Module) -> Links:
        names: dict[tuple[Module, str], None] = {}
        objects: list[tuple[Module, ast.expr]] = []
        units = dict.fromkeys(self._together(unit, module))
        for reference in unit.names.references:
            if not reference.imports:
                names[module, reference.name] = None
            for imported in reference.imports or tuple(module.imports(reference.name)):
                units.update(dict.fromkeys(self._submodule_imports(imported, reference, module)))
                for step in self.project.trace(imported, module, reference.attributes):
                    if step.name is None:
                        objects.append((step.module, reference.node))
                    else:
                        names[step.module, step.name] = None
        loads: dict[Module, None] = {}
        stars: list[Module] = []
        for imported, _ in unit.names.imports:
            loaded = tuple(self.project.loaded_by(imported, module))
            loads.update(dict.fromkeys(loaded))
            if imported.star:
                stars.extend(loaded[-1:])
            elif imported.name is not None:
                steps = self.project.trace(imported, module, ())
                names.update(dict.fromkeys((s.module, s.name) for s in steps if s.name is not None))
        return Links(tuple(names), tuple(objects), tuple(loads), tuple(stars), tuple(units))

    def loading(self, unit: Unit, module: Module) -> str | None:
        """Return which module a ``from`` import of a local one loads if nobody needs the name that it binds.

        None if it cannot stand for that alone, as other statements share its line, or what it loads
        depends on the name.
        """
        node = unit.node
        if not isinstance(node, ast.ImportFrom) or self.of(unit, module).units:
            return None
        imported = unit.names.imports[0][0]
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
        """Yield the other imports that make ``package.submodule`` there to be used."""
        base, first = self.project.base(imported, module)
        path = [base or "", *first, *reference.attributes]
        wanted = f"{path[0]}." if len(path) == 1 else f"{path[0]}.{path[1]}."
        for unit, loaded in self._loaded(module):
            if f"{loaded}.".startswith(wanted) and loaded != path[0]:
                yield unit

    def _loaded(self, module: Module) -> list[tuple[Unit, str]]:
        """Return what the imports of a module load: dotted names, possible submodules included."""
        if module.dotted not in self._loads:
            self._loads[module.dotted] = [
                (unit, name)
                for unit in module.units
                for imported, deferred in unit.names.imports
                if not deferred
                for name in _dotted(imported, module)
            ]
        return self._loads[module.dotted]


def _is_star(unit: Unit, module: Module) -> bool:
    node = module.tree.body[unit.statement] if module.tree is not None else None
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def _dotted(imported: Imported, module: Module) -> Iterator[str]:
    base = absolute(imported.module, imported.level, module.parent_package)
    if base:
        yield base
        if imported.name is not None and not imported.star:
            yield f"{base}.{imported.name}"
