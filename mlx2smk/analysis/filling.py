"""Code that fills containers of modules and never looks into them, such as ``REGISTRY[name] = function``.

A function that has such code does not depend on what others put into the container: not on their entries.
The same holds for a check that nothing is put into it twice (``if name in REGISTRY: raise …``), in functions
that are only called while modules are loaded: where such a check fails, the whole program does.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.project import Module, Unit

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FILLING = frozenset({"append", "add", "extend", "update", "setdefault", "insert", "appendleft"})


def only_filled(
    unit: Unit, module: Module, linker: Linker, later: frozenset[str]
) -> frozenset[tuple[Module, str]]:
    """Return the containers, with their modules, that a unit's code needs but does not look into.

    ``later`` are the names that functions of the program use, which may call what these stand for.
    """
    at_once = isinstance(unit.node, ast.FunctionDef) and unit.node.name not in later
    filling = {
        each.node
        for each in unit.names.references
        for around in [_around(each.node, unit)]
        if _only_fills(each.node, around) or (at_once and _only_fails(each.node, around))
    }
    read = {
        (step.module, step.name) for step, node in linker.uses(unit, module) if node not in filling
    }
    return frozenset(
        (other, name)
        for other, name in linker.of(unit, module).names
        if (other, name) not in read and Values(linker.project, other).is_own_container(name)
    )


def _around(node: ast.AST, unit: Unit) -> list[ast.AST]:
    """Return what stands around a node of a unit, nearest first."""
    found: list[ast.AST] = []
    while node in unit.parents:
        node = unit.parents[node]
        found.append(node)
    return found


def _only_fills(node: ast.expr, around: Sequence[ast.AST]) -> bool:
    """Whether code only puts something into what a name stands for."""
    if isinstance(node, ast.Attribute):
        return node.attr in _FILLING and _is_statement(node, around)
    parent, *rest = around or (None,)
    if not isinstance(parent, ast.Subscript) or parent.value is not node:
        return False
    stored = isinstance(parent.ctx, ast.Store) and bool(rest)
    return stored and isinstance(rest[0], ast.Assign) and parent in rest[0].targets


def _is_statement(method: ast.Attribute, around: Sequence[ast.AST]) -> bool:
    """Whether a method is called, and perhaps one that fills what it returns, and nothing is done with the result."""
    if len(around) < 2 or not isinstance(around[0], ast.Call) or around[0].func is not method:
        return False
    if isinstance(around[1], ast.Expr):
        return True
    further = around[1]
    inner = isinstance(further, ast.Attribute) and method.attr == "setdefault"
    return (
        inner
        and isinstance(further, ast.Attribute)
        and further.attr in _FILLING
        and (_is_statement(further, around[2:]))
    )


def _only_fails(node: ast.expr, around: Iterable[ast.AST]) -> bool:
    """Whether code only asks whether a container has something already, to raise an exception if so.

    What is left out makes this less often true, and where it is true the whole program fails.
    """
    text = ast.unparse(node)
    inside: ast.AST = node
    for each in around:
        if isinstance(each, ast.Assert):
            return inside is each.test and _asks(each.test, ast.NotIn, text)
        if isinstance(each, ast.If) and _raises(each) and _asks(each.test, ast.In, text):
            return True
        if isinstance(each, _SCOPES):
            return False
        inside = each
    return False


def _raises(node: ast.If) -> bool:
    return not node.orelse and all(isinstance(item, ast.Raise) for item in node.body)


def _asks(test: ast.expr, op: type[ast.cmpop], container: str) -> bool:
    """Whether a condition holds only if something is in a container, or is not."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asks(each, op, container) for each in test.values)
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], op)
        and ast.unparse(test.comparators[0]) == container
    )


_SCOPES = (ast.Lambda, ast.NamedExpr, ast.For, ast.While, *_DEFINITIONS)


class Unread:
    """The containers of a slice that its code fills, and that nobody reads as far as is known."""

    def __init__(self) -> None:
        self._found: set[tuple[Module, str]] = set()
        self._places: set[str] = set()
        self._read: set[tuple[Module, str]] = set()
        self._whole: set[Module] = set()
        self._all_read = False

    def add(self, module: Module, name: str) -> bool:
        """Add a container that some code only fills; False if other code reads it."""
        if self._all_read or module in self._whole or (module, name) in self._read:
            return False
        self._found.add((module, name))
        self._places.add(f"{module.dotted}:{name}")
        return True

    def read(self, module: Module, name: str) -> None:
        """Note that code reads a name of a module."""
        self._read.add((module, name))
        self._found.discard((module, name))
        self._places.discard(f"{module.dotted}:{name}")

    def read_module(self, module: Module) -> None:
        """Note that code reads any name of a module."""
        self._whole.add(module)
        for each in [each for each in self._found if each[0] is module]:
            self.read(*each)

    def read_all(self) -> list[tuple[Module, str]]:
        """Note that code may read any name; return those that nobody has read so far."""
        self._all_read = True
        return sorted(self._found, key=lambda each: (each[0].dotted, each[1]))

    def __contains__(self, place: str) -> bool:
        """Whether nobody reads a container (``module:name``)."""
        return place in self._places
