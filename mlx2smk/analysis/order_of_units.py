"""Which units of a module must stay in the order in which they are written.

Two neighbouring units may be swapped if neither binds or changes what the other binds, changes or
needs immediately, and if, when one of them has effects, the other executes nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from mlx2smk.analysis.facts import Facts, UnitFacts
    from mlx2smk.analysis.project import Module


@dataclass(frozen=True, slots=True)
class _Footprint:
    """What a unit writes and needs immediately, and whether it does more than bind names."""

    writes: frozenset[str]
    reads: frozenset[str]
    effect: bool
    runs: bool


class _Earlier:
    """The units so far that later ones may have to stay behind, by what binds them.

    Units with effects are apart: all that runs stays behind them, whatever its names, which may be many.
    """

    def __init__(self) -> None:
        self._names, self._names_of_effects = _Named(), _Named()
        self._effects: list[int] = []
        self._runs: list[int] = []

    def binding(self, later: _Footprint) -> frozenset[int]:
        """Return those before which a later unit must not come."""
        found = self._names.sharing(later)
        if later.effect:
            found.update(self._runs)
        found.update(self._effects if later.runs else self._names_of_effects.sharing(later))
        return frozenset(found)

    def add(self, index: int, footprint: _Footprint) -> None:
        """Add the next unit."""
        if footprint.runs:
            self._runs.append(index)
        if footprint.effect:
            self._effects.append(index)
        (self._names_of_effects if footprint.effect else self._names).add(index, footprint)


class _Named:
    """Units by the names that they write and read."""

    def __init__(self) -> None:
        self._writers: dict[str, list[int]] = {}
        self._readers: dict[str, list[int]] = {}

    def sharing(self, later: _Footprint) -> set[int]:
        """Return those that write what a later unit reads or writes, or read what it writes."""
        found: set[int] = set()
        for name in later.writes:
            found.update(self._writers.get(name, ()), self._readers.get(name, ()))
        for name in later.reads:
            found.update(self._writers.get(name, ()))
        return found

    def add(self, index: int, footprint: _Footprint) -> None:
        for name in footprint.writes:
            self._writers.setdefault(name, []).append(index)
        for name in footprint.reads:
            self._readers.setdefault(name, []).append(index)


def order_of(facts: Facts, module: Module) -> tuple[frozenset[int], ...]:
    """Return, for each unit of a module, the earlier units that must stay before it."""
    earlier, found = _Earlier(), []
    for index, unit_facts in enumerate(facts.of(module)):
        footprint = _footprint(unit_facts, facts, module)
        found.append(earlier.binding(footprint))
        earlier.add(index, footprint)
    return tuple(found)


def _footprint(unit_facts: UnitFacts, facts: Facts, module: Module) -> _Footprint:
    now = {use.name for use in unit_facts.unit.names.references if not use.deferred}
    effect = bool(facts.domains(unit_facts, module)) or bool(unit_facts.dynamics)
    runs = effect or _runs(unit_facts.unit.node)
    needs = frozenset(_reachable(now, facts, module) if runs else now)
    writes = unit_facts.unit.names.bound | unit_facts.touches
    return _Footprint(writes | needs if effect else writes, needs, effect, runs)


def _reachable(names: set[str], facts: Facts, module: Module) -> set[str]:
    """Return the names together with all names that the code behind them may need."""
    reachable, waiting = set(names), list(names)
    while waiting:
        for unit in facts.changers(module, waiting.pop()):
            for reference in unit.names.references:
                if reference.name not in reachable:
                    reachable.add(reference.name)
                    waiting.append(reference.name)
    return reachable


def _runs(node: ast.stmt) -> bool:
    """Whether a statement does more than bind names to constants, displays, names and functions."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(node, Function):
        parts: list[ast.AST] = [*node.decorator_list, node.args]
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        parts = [node.value] if node.value is not None else []
    else:
        return True
    return not all(isinstance(each, _STILL) for part in parts for each in ast.walk(part))


_STILL = (
    *(ast.Constant, ast.Name, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp),
    *(ast.arguments, ast.arg, ast.expr_context, ast.unaryop),
)
