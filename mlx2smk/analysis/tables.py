"""Tables such as ``MODELS = {"svm": SVM, "tree": Tree}``, of which a slice has only the entries that it looks up.

The other entries are blanked, and the worker guards the table: any other use of it starts the run again with
the whole file. So uses in the message of an error need not count.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.units import part_of_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlx2smk.analysis.constants import CodePlace, Constants
    from mlx2smk.analysis.facts import Facts
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit


class LookupTable(NamedTuple):
    """A table, of which a slice has the entries under ``keys``, whether or not there is one for each."""

    name: str
    module: Module
    unit: Unit
    keys: tuple[object, ...]

    @property
    def literals(self) -> tuple[str, ...]:
        """The keys as Python literals, in a fixed order."""
        return tuple(sorted(map(repr, self.keys)))


class Tables:
    """The tables of one slice, while it is not known yet which of their entries it needs."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._open: dict[Unit, LookupTable] = {}

    @property
    def size(self) -> int:
        """How many keys are known; it grows until all are."""
        return sum(len(table.keys) for table in self._open.values())

    def of(self, module: Module) -> tuple[LookupTable, ...]:
        """Return the tables of a module of which the slice has only some entries, by name."""
        found = (table for table in self._open.values() if table.module is module)
        return tuple(sorted(found, key=lambda table: table.name))

    def begun(self, module: Module, unit: Unit) -> Unit:
        """Return a unit without entries if it is a table, all of it otherwise."""
        name = _table_name(module, unit, self.facts)
        if name is None:
            return unit
        self._open[unit] = LookupTable(name, module, unit, ())
        return entries_of_table(self._open[unit])

    def grown(
        self, known: Constants, called_elsewhere: Collection[tuple[str, str]], *, whole: bool
    ) -> Iterator[tuple[Unit, Unit]]:
        """Yield tables that need more entries, and what of them is known to be needed now.

        ``called_elsewhere`` are modules and names that may be reached in ways that nobody sees; with
        ``whole`` all may.
        """
        for unit, table in list(self._open.items()):
            unseen = whole or (table.module.dotted, table.name) in called_elsewhere
            keys = None if unseen else keys_asked(table.name, table.module, known)
            if keys is None:
                del self._open[unit]
                yield unit, unit
            elif new := [key for key in keys if not _is_in(key, table.keys)]:
                self._open[unit] = table._replace(keys=(*table.keys, *new))
                yield unit, entries_of_table(self._open[unit])


def _is_in(key: object, keys: Collection[object]) -> bool:
    return any(type(key) is type(other) and key == other for other in keys)


def _table_name(module: Module, unit: Unit, facts: Facts) -> str | None:
    """Return the name of a table of which a slice may have some entries; None if a unit is no such thing."""
    shown = _display(unit.node)
    if shown is None or not shown[1].keys:
        return None
    name, display = shown
    literal = all(isinstance(key, ast.Constant) for key in display.keys)
    own = facts.of(module)[unit.index]
    alone = facts.changers(module, name) == (unit,) and len(module.bindings[name]) == 1
    quiet = own.effect is None and not own.domains and not own.dynamics
    plain = not (unit.names.imports or unit.names.queries or own.touches - {name})
    if not (literal and alone and quiet and plain):
        return None
    if name in module.patched or name in module.replaced or not _is_laid_out(display, module):
        return None
    return name


def _display(node: ast.stmt) -> tuple[str, ast.Dict] | None:
    """Return the name and the display of a statement that does nothing but bind a dict to a name."""
    if isinstance(node, ast.Assign):
        target = node.targets[0] if len(node.targets) == 1 else None
    else:
        target = node.target if isinstance(node, ast.AnnAssign) else None
    value = getattr(node, "value", None)
    if isinstance(target, ast.Name) and isinstance(value, ast.Dict):
        return target.id, value
    return None


def _is_laid_out(display: ast.Dict, module: Module) -> bool:
    """Whether each key stands by itself in the text, without parentheses around it."""
    for key in display.keys:
        if key is not None:
            line = module.source.lines[key.lineno - 1].encode()[: key.col_offset].decode()
            if line.strip() and not line.rstrip().endswith(("{", ",")):
                return False
    return True


def kept_entries(table: LookupTable) -> list[int]:
    """Return the indices of the entries of a table that are looked up."""
    display = table.unit.node.value  # type: ignore[attr-defined]
    return [
        index
        for index, key in enumerate(display.keys)
        if any(key.value == wanted for wanted in table.keys)
    ]


def entries_of_table(table: LookupTable) -> Unit:
    """Return the unit of a table with the entries alone that are looked up."""
    node, kept = table.unit.node, kept_entries(table)
    display = node.value  # type: ignore[attr-defined]
    some = ast.Dict([display.keys[at] for at in kept], [display.values[at] for at in kept])
    fields = {name: getattr(node, name) for name in node._fields}
    fields["value"] = ast.copy_location(some, display)
    return part_of_unit(table.unit, ast.copy_location(type(node)(**fields), node), table.module)


def keys_asked(name: str, module: Module, known: Constants) -> list[object] | None:
    """Return the keys that a slice looks up in a table of a module; None if it may use it in another way."""
    found: list[object] = []
    for reference, place in known.references(name, module):
        keys = _asked_by(reference, place, name, module, known)
        if keys is None:
            return None
        found += keys
    return found


def _asked_by(
    reference: Reference, place: CodePlace, name: str, module: Module, known: Constants
) -> list[object] | None:
    node = _that_stands_for(reference, place, name, module, known.project)
    keys = keys_looked_up(node, place, known) if reference.evaluated else None
    if keys is None and reference.evaluated:
        return [] if reference.deferred and _is_in_message(node, place.unit.parents) else None
    return keys


def keys_looked_up(node: ast.expr, place: CodePlace, known: Constants) -> list[object] | None:
    """Return the keys that code looks up in the dict that an expression stands for; None if it does anything else."""
    parents = place.unit.parents
    parent = parents.get(node)
    asked: ast.expr | None = None
    if isinstance(parent, ast.Subscript) and parent.value is node:
        asked = parent.slice if isinstance(parent.ctx, ast.Load) else None
    elif isinstance(parent, ast.Attribute) and parent.attr == "get":
        call = parents.get(parent)
        plain = isinstance(call, ast.Call) and call.func is parent and not call.keywords
        asked = call.args[0] if plain and isinstance(call, ast.Call) and call.args else None
    elif isinstance(parent, ast.Compare) and parent.comparators == [node]:
        asked = parent.left if isinstance(parent.ops[0], (ast.In, ast.NotIn)) else None
    keys = None if asked is None else known.of(asked, place)
    return keys if keys is not None and all(map(_is_key, keys)) else None


def _is_key(value: object) -> bool:
    return value is None or isinstance(value, str | bytes | int | float | bool)


def _that_stands_for(
    reference: Reference, place: CodePlace, name: str, module: Module, project: Project
) -> ast.expr:
    """Return the expression that has the table, among those of a chain of attributes."""
    chain: list[ast.expr] = [reference.node]
    for _ in reference.attributes:
        chain.append(getattr(chain[-1], "value", chain[-1]))
    if not reference.imports and place.module is module and reference.name == name:
        return chain[-1]
    imports = reference.imports or tuple(place.module.imports(reference.name))
    for depth in range(len(reference.attributes) + 1):
        steps = (
            step
            for imported in imports
            for step in project.trace(imported, place.module, reference.attributes[:depth])
        )
        if any((step.module, step.name) == (module, name) for step in steps):
            return chain[len(chain) - 1 - depth]
    return chain[0]


def _is_in_message(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether an expression is evaluated only for the message of an error."""
    while (around := parents.get(node)) is not None:
        if isinstance(around, ast.Raise):
            return True
        if isinstance(around, ast.Assert):
            return node is around.msg
        if isinstance(around, ast.stmt):
            return False
        node = around
    return False
