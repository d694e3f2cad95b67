"""What gives names their objects in other ways than plain assignment: unpacking, ``with``, ``:=``, patterns."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Giving(NamedTuple):
    """An expression, and whether a name stands for its value, an element of it, or what ``with`` makes of it."""

    node: ast.expr
    how: Literal["value", "elements", "entered"]


def giving_in(by_kind: Mapping[type[ast.AST], Iterable[ast.AST]]) -> dict[ast.AST, list[Giving]]:
    """Return, for nodes that bind names, what gives them their objects."""
    found: dict[ast.AST, list[Giving]] = {}
    for kind in _GIVING:
        for node in by_kind.get(kind, ()):
            for bound, giving in _given_by(node):
                found.setdefault(bound, []).append(giving)
    return found


_GIVING = (ast.Assign, ast.AnnAssign, ast.For, ast.withitem, ast.NamedExpr, ast.Match)


def _given_by(node: ast.AST) -> Iterator[tuple[ast.AST, Giving]]:
    match node:
        case ast.Assign():
            yield node, Giving(node.value, "value")
            for target in node.targets:
                yield from _unpacked(target, node.value, node.targets)
        case ast.AnnAssign(value=ast.expr() as value):
            yield node, Giving(value, "value")
        case ast.For():
            yield node, Giving(node.iter, "elements")
            yield from ((part, Giving(node.iter, "elements")) for part in ast.walk(node.target))
        case ast.withitem(optional_vars=ast.expr() as target):
            yield from ((part, Giving(node.context_expr, "entered")) for part in ast.walk(target))
        case ast.NamedExpr():
            yield node.target, Giving(node.value, "value")
        case ast.Match():
            inside = (part for case in node.cases for part in ast.walk(case.pattern))
            yield from ((part, Giving(node.subject, "value")) for part in inside)


def _unpacked(
    target: ast.expr, value: ast.expr, targets: Iterable[ast.expr]
) -> Iterator[tuple[ast.AST, Giving]]:
    """Yield what ``a = b = …`` and ``a, b = …`` give each name; the other names stand for the same object."""
    if isinstance(target, (ast.Tuple, ast.List)):
        yield from (
            (part, Giving(value, "elements"))
            for part in ast.walk(target)
            if isinstance(part, ast.Name)
        )
        return
    yield target, Giving(value, "value")
    for other in targets:
        if other is not target and isinstance(other, ast.Name):
            yield target, Giving(ast.Name(other.id, ast.Load()), "value")
