"""What files do at their top level as programs, and no main guard keeps from jobs.

A file that is a program and a module at once (``def accuracy(…)``, and below it a training loop that plots)
does all of it in every job that loads it. That is right, as it is what Python does, and seldom meant.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mlx2smk.analysis.confined import EVERYWHERE
from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from mlx2smk.analysis.project import Module, Unit
    from mlx2smk.analysis.slicing import FunctionSlice, Slicer
    from mlx2smk.analysis.taken import Taken
    from mlx2smk.diagnostics.source import Span

    Begun = Container[Unit]

ENOUGH = 4
"""So many names a program binds at least that has no functions of its own; a setting binds fewer."""


@dataclass(frozen=True, slots=True)
class Unguarded:
    """The first statement of a module's program, and how many other statements nothing else needs."""

    module: str | None
    text: str
    span: Span
    reason: str
    others: int


def unguarded(
    taken: Sequence[Taken], found: FunctionSlice, slicer: Slicer
) -> tuple[Unguarded, ...]:
    """Return the programs of the modules in a slice, except those that are in it as a whole."""
    whole = {widening.module for widening in found.widened}
    begun = {
        _unit(item)
        for item in taken
        if item.module.name not in whole and _does_something(item, slicer)
    }
    if not begun:
        return ()
    programs: dict[Module, list[Taken]] = {}
    needed = _needed_otherwise(taken, begun, slicer)
    for item in taken:
        if _unit(item) not in needed:
            programs.setdefault(_start(item, taken, needed).module, []).append(item)
    return tuple(
        _described(module, items, begun, slicer)
        for module, items in programs.items()
        if _is_program(items, begun)
    )


def _unit(item: Taken) -> Unit:
    """Return the unit of a module that is in a slice, perhaps in part."""
    return item.module.units[item.unit.index]


def _does_something(item: Taken, slicer: Slicer) -> bool:
    """Whether a statement counts for what it does, and does more than to set something, as seeds and styles.

    Definitions and imports are there for their names.
    """
    facts = slicer.facts.of(item.module)[item.unit.index]
    named = isinstance(item.unit.node, (Function, ast.ClassDef, *_IMPORTS))
    return EVERYWHERE in facts.domains and not named


def _needed_otherwise(taken: Sequence[Taken], begun: Begun, slicer: Slicer) -> set[Unit]:
    """Return what would be in a slice, too, if the statements that have ``begun`` did not run."""
    modules = {_unit(item): item.module for item in taken}
    then, always = _then(taken, begun, slicer)
    waiting = [
        _unit(item) for item in taken if item.reached_from is None and _unit(item) not in begun
    ]
    found = set(waiting)
    while waiting:
        unit = waiting.pop()
        links = slicer.linker.of(unit, modules[unit])
        named = (slicer.facts.changers(*each) for each in links.names)
        begins = (always.get(module, ()) for module in (modules[unit], *links.loads))
        after = {*then.get(unit, ()), *links.units, *chain(*named), *chain(*begins)}
        new = {each for each in after if each in modules} - found
        found |= new
        waiting += new
    return found


def _then(
    taken: Sequence[Taken], begun: Begun, slicer: Slicer
) -> tuple[dict[Unit, list[Unit]], dict[Module, list[Unit]]]:
    """Return what each unit led to, and of each module the imports and definitions that have effects."""
    then: dict[Unit, list[Unit]] = {}
    always: dict[Module, list[Unit]] = {}
    for item in taken:
        if _unit(item) in begun:
            continue
        if item.reached_from is not None:
            then.setdefault(_unit(taken[item.reached_from]), []).append(_unit(item))
        facts = slicer.facts.of(item.module)[item.unit.index]
        if slicer.facts.domains(facts, item.module):
            always.setdefault(item.module, []).append(_unit(item))
    return then, always


def _start(item: Taken, taken: Sequence[Taken], needed: Container[Unit]) -> Taken:
    """Return the statement that has begun what a unit that is not needed otherwise belongs to."""
    while item.reached_from is not None and _unit(taken[item.reached_from]) not in needed:
        item = taken[item.reached_from]
    return item


def _is_program(items: Sequence[Taken], begun: Begun) -> bool:
    """Whether statements, with what only they need, are more than a setting is, or a value for others."""
    if all(isinstance(unit.node, _VALUES) for unit in map(_unit, items) if unit in begun):
        return False
    written = [_unit(item) for item in items if not isinstance(item.unit.node, _IMPORTS)]
    if any(isinstance(unit.node, (Function, ast.ClassDef)) for unit in written):
        return True
    return sum(bool(unit.names.bound) for unit in written) >= ENOUGH


def _described(module: Module, items: Sequence[Taken], begun: Begun, slicer: Slicer) -> Unguarded:
    own = [_unit(item) for item in items if _unit(item) in begun and item.module is module]
    first = min(own, key=lambda unit: (isinstance(unit.node, _VALUES), unit.index))
    facts = slicer.facts.of(module)[first.index]
    span = module.source.span(first.node)
    others = sum(not isinstance(item.unit.node, _IMPORTS) for item in items) - 1
    return Unguarded(module.name, module.source.text, span, facts.effect or "has effects", others)


_IMPORTS = (ast.Import, ast.ImportFrom)
_VALUES = (ast.Assign, ast.AnnAssign, ast.AugAssign)
