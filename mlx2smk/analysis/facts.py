"""What slicing needs to know about each unit of a module, computed once for all functions."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.attached import submodules_used
from mlx2smk.analysis.confined import EVERYWHERE
from mlx2smk.analysis.dynamic import SUBCLASSES, Dynamic, dynamics_of
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.filling import names_used_later
from mlx2smk.analysis.known_packages import QUIET_PACKAGES
from mlx2smk.analysis.modules import STANDARD_LIBRARY
from mlx2smk.analysis.order_of_units import order_of
from mlx2smk.analysis.purity import Purity
from mlx2smk.analysis.registered import RegisteredClasses
from mlx2smk.analysis.values import Values
from mlx2smk.language.origins import MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.language.bindings import Imported

_QUIET = STANDARD_LIBRARY | QUIET_PACKAGES | {"__future__", *MODULES}


@dataclass(frozen=True, slots=True, eq=False)
class UnitFacts:
    """One unit: why it has effects (None: it has none), whose containers it changes, what it looks up.

    ``domains`` say who can notice the effects (`confined`).
    """

    unit: Unit
    effect: str | None
    domains: frozenset[str]
    touches: frozenset[str]
    dynamics: tuple[Dynamic, ...]


_MAKING = (ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
"""Statements that are there for what they bind."""


class Facts:
    """The facts about all modules of a project, computed on demand."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.purity = Purity(project, self.loads_quietly)
        self._purity_of_values = Purity(project, self.loads_quietly, strict=self.purity)
        self.registered = RegisteredClasses(self)
        self._asked_for: set[str] = set()
        self._own: dict[str, tuple[UnitFacts, ...]] = {}
        self._domains: dict[Module, frozenset[str]] = {}
        self._with_imports: dict[Unit, frozenset[str]] = {}
        self._without_imports: dict[Module, frozenset[str]] = {}
        self._direct: dict[Module, frozenset[Module]] = {}
        self._outside: dict[Unit, frozenset[str]] = {}
        self._changers: dict[str, dict[str, tuple[Unit, ...]]] = {}
        self._before: dict[str, tuple[frozenset[int], ...]] = {}

    def of(self, module: Module) -> tuple[UnitFacts, ...]:
        """Return the facts about a module's units, which ignore the effects of local imports."""
        if module.dotted not in self._own:
            used = _used_names(module)
            self._own[module.dotted] = tuple(
                self._find(unit, module, used) for unit in module.units
            )
        return self._own[module.dotted]

    def _find(self, unit: Unit, module: Module, used: frozenset[str]) -> UnitFacts:
        # Whoever uses what `X = checked(1)` binds has the statement, and it matters to nobody else if it fails.
        making = isinstance(unit.node, _MAKING)
        purity = self._purity_of_values if making else self.purity
        evaluation = Evaluation(Values(self.project, module), purity)
        evaluation.statement(unit.node)
        if self._imports_for_effects(unit, module, used):
            evaluation.effect("is an import that nothing uses by name")
        return UnitFacts(
            unit,
            evaluation.reason,
            self.registered.domains(frozenset(evaluation.domains), unit, module),
            frozenset(evaluation.touches),
            dynamics_of(unit, module, self.project),
        )

    def _imports_for_effects(self, unit: Unit, module: Module, used: frozenset[str]) -> bool:
        """Whether a statement imports an installed package without using any of its names."""
        if isinstance(unit.node, (ast.Import, ast.ImportFrom)):
            # A statement that imports at least one used name is not there for its effects.
            together = (other for other in module.units if other.statement == unit.statement)
            if any(other.names.bound & used for other in together):
                return False
        elif not isinstance(unit.node, _AROUND_IMPORTS):
            return False
        return any(
            not deferred
            and imported.bound not in used
            and self._is_from_outside(imported)
            and (module.dotted, imported.bound) not in self._named
            and imported.bound not in _replaced_imports(unit)
            for imported, deferred in unit.names.imports
        )

    @cached_property
    def _lists_subclasses(self) -> bool:
        """Whether some module may list the subclasses of a class, which loading another one changes."""
        experiment = self.project.experiment
        modules = (experiment, *self.project.imported_with(experiment))
        return any(SUBCLASSES in module.words for module in modules)

    @cached_property
    def used_later(self) -> frozenset[str]:
        """The names and attributes that functions use, and so may call when they run, or that may fail unnoticed."""
        experiment = self.project.experiment
        modules = (experiment, *self.project.imported_with(experiment))
        return frozenset(
            name for module in modules for name in names_used_later(module, self.project)
        )

    @cached_property
    def _attached(self) -> frozenset[Module]:
        """The submodules that some module uses as attributes of their packages."""
        experiment = self.project.experiment
        return frozenset(
            submodule
            for module in (experiment, *self.project.imported_with(experiment))
            for unit in module.units
            for reference in unit.names.references
            for imported in reference.imports or module.imports(reference.name)
            for submodule in submodules_used(self.project, imported, module, reference.attributes)
        )

    @cached_property
    def _named(self) -> frozenset[tuple[str, str]]:
        """The names that modules use of others, with the names of these."""
        experiment = self.project.experiment
        found: set[tuple[str, str]] = set()
        for module in (experiment, *self.project.imported_with(experiment)):
            for reference in (each for unit in module.units for each in unit.names.references):
                for imported in reference.imports or tuple(module.imports(reference.name)):
                    base, first = self.project.base(imported, module)
                    parts = (*(base or "").split("."), *first, *reference.attributes)
                    found |= {
                        (".".join(parts[:count]), parts[count]) for count in range(1, len(parts))
                    }
        return frozenset(found)

    def _is_from_outside(self, imported: Imported) -> bool:
        """Whether this imports an installed package that may be imported for its effects."""
        return (
            imported.level == 0
            and not _is_quiet(imported.module)
            and self.project.load(imported.module) is None
        )

    def handed_on(self, unit: Unit, module: Module) -> list[str]:
        """Return the names of what a unit binds and may hand on where it stands, as ``@register`` does with a class.

        Who gets it from there needs what changes it, too.
        """
        own = self.of(module)[unit.index]
        simple = isinstance(unit.node, (ast.Assign, ast.AnnAssign))
        if own.effect is None and not own.touches:
            return []
        return [
            binding.name
            for binding in unit.names.bindings
            if binding.kind in {"function", "class"} or (simple and binding.kind == "value")
        ]

    def changers(self, module: Module, name: str) -> tuple[Unit, ...]:
        """Return the units that bind a name of a module or change the container bound to it."""
        if module.dotted not in self._changers:
            changers = {key: list(units) for key, units in module.binders.items()}
            for facts in self.of(module):
                for touched in sorted(facts.touches):
                    changers.setdefault(touched, []).append(facts.unit)
            self._changers[module.dotted] = {
                key: tuple(dict.fromkeys(units)) for key, units in changers.items()
            }
        return self._changers[module.dotted].get(name, ())

    def domains(self, facts: UnitFacts, module: Module) -> frozenset[str]:
        """Return who can notice what a unit does, the effects of local modules that it imports included.

        Empty if it has no effects.
        """
        if facts.unit not in self._with_imports:
            found = set(facts.domains)
            begun = set(self.project.around(module.dotted)) if module.name else set()
            for loaded in self._loaded_at_once(facts.unit, module):
                if loaded not in begun:
                    found |= self.domains_of(loaded)
            self._with_imports[facts.unit] = frozenset(found)
        return self._with_imports[facts.unit]

    def domains_of(self, module: Module) -> frozenset[str]:
        """Return who can notice that a module is loaded, with all that it imports.

        The packages around it do not count: they are loaded before.
        """
        if module not in self._domains:
            found = map(self._own_domains, self._loaded_with(module))
            self._domains[module] = frozenset[str]().union(*found)
        return self._domains[module]

    def loads_quietly(self, dotted: str) -> bool:
        """Whether loading a local module, with the packages around it, has no effects."""
        around = set(self.project.around(dotted))
        if not around or dotted in self._asked_for or around & self._attached:
            return False  # it is asked for to answer the question itself, or somebody relies on the import
        self._asked_for.add(dotted)
        try:
            return not self._lists_subclasses and not any(map(self.domains_of, around))
        finally:
            self._asked_for.discard(dotted)

    def _own_domains(self, module: Module) -> frozenset[str]:
        """Return who can notice what the statements of a module do, its imports of local modules aside."""
        if module not in self._without_imports:
            broken = {EVERYWHERE} if module.tree is None else set[str]()
            found = (facts.domains for facts in self.of(module))
            self._without_imports[module] = frozenset(broken.union(*found))
        return self._without_imports[module]

    def outside(self, unit: Unit) -> frozenset[str]:
        """Return the first names of the modules outside that a unit imports, and ``io`` if it opens files."""
        if unit not in self._outside:
            found = {
                imported.module.partition(".")[0]
                for imported, _ in unit.names.imports
                if not imported.level and self.project.load(imported.module) is None
            }
            opens = any(item.name == "open" for item in unit.names.references)
            self._outside[unit] = frozenset(found | ({"io"} if opens else set()))
        return self._outside[unit]

    def _loaded_with(self, module: Module) -> set[Module]:
        """Return a module and the local modules loaded with it; the experiment is loaded already."""
        begun = set(self.project.around(module.dotted))
        found, waiting = {module}, [module]
        while waiting:
            new = self._loaded_by(waiting.pop()) - found - begun
            found |= new
            waiting.extend(new)
        return found - {self.project.experiment}

    def _loaded_by(self, module: Module) -> frozenset[Module]:
        """Return the local modules that a module's own statements load when it runs."""
        if module not in self._direct:
            self._direct[module] = frozenset(
                loaded for unit in module.units for loaded in self._loaded_at_once(unit, module)
            )
        return self._direct[module]

    def _loaded_at_once(self, unit: Unit, module: Module) -> Iterator[Module]:
        """Yield the local modules that a unit loads where it stands."""
        for imported, deferred in unit.names.imports:
            if not deferred:
                yield from self.project.loaded_by(imported, module)

    def before(self, module: Module) -> tuple[frozenset[int], ...]:
        """Return, for each unit of a module, the earlier units that must stay before it."""
        if module.dotted not in self._before:
            self._before[module.dotted] = order_of(self, module)
        return self._before[module.dotted]


def _is_quiet(name: str) -> bool:
    """Whether an external module is known not to be imported for its effects."""
    return name.partition(".")[0] in _QUIET and not name.startswith("sklearn.experimental")


def _used_names(module: Module) -> frozenset[str]:
    """Return the names that the module's code or ``__all__`` mentions."""
    used = {reference.name for unit in module.units for reference in unit.names.references}
    for binding in module.bindings.get("__all__", ()):
        if binding.value is not None:
            used.update(
                part.value
                for part in ast.walk(binding.value)
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
    return frozenset(used)


def _replaced_imports(unit: Unit) -> set[str]:
    """Return the names for which a statement has something to use instead of what it imports.

    In ``try: from fast import f``, ``except ImportError: def f(x): …`` the import is there for its name.
    """
    packages: dict[str, set[str]] = {}
    for binding in unit.names.bindings:
        package = binding.imported.module.partition(".")[0] if binding.imported else ""
        packages.setdefault(binding.name, set()).add(package)
    return {name for name, found in packages.items() if len(found) > 1}


_AROUND_IMPORTS = (ast.If, ast.Try, ast.For, ast.While)
"""Compound statements that have no effects themselves and often surround imports."""
