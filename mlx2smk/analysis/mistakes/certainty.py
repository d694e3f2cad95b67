"""Decides whether a piece of code runs at all, and whether its failure is expected."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATCH_ALL: Final = frozenset({"Exception", "BaseException"})
_ERRORS: Final = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
)
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_PLATFORM: Final = frozenset({"version_info", "platform", "implementation", "version"})
"""Attributes tested by code that supports several Python versions and platforms."""


class Nesting:
    """The parents of all nodes in a statement."""

    def __init__(self, root: ast.AST) -> None:
        self._around: dict[ast.AST, ast.AST] = {}
        for parent in ast.walk(root):
            for child in ast.iter_child_nodes(parent):
                self._around.setdefault(child, parent)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the parent of a node."""
        return self._around.get(node)

    def expects(self, node: ast.AST, *errors: str) -> bool:
        """Tell whether a node never runs, or one of the errors would be caught there."""
        return any(
            _is_dead(child, parent) or _catches(child, parent, frozenset(errors) | _CATCH_ALL)
            for child, parent in self._outwards(node)
        )

    def _outwards(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        while (parent := self._around.get(node)) is not None:
            yield node, parent
            node = parent


def _is_dead(child: ast.AST, parent: ast.AST) -> bool:
    """Tell whether a child of a node never runs, or only on other Python versions and platforms."""
    if isinstance(parent, (ast.If, ast.While, ast.IfExp)) and child is not parent.test:
        truth = _truth(parent.test)
        inside = child is parent.body or (isinstance(parent.body, list) and child in parent.body)
        if truth is not None and truth != inside:
            return True
        if _mentions(parent.test, _PLATFORM):
            return True
    if isinstance(parent, ast.BoolOp):
        return _is_skipped(child, parent)
    return _is_behind_end(child, parent)


def _truth(test: ast.expr) -> bool | None:
    """Return the truth value of a test, None if it is not certain; ``TYPE_CHECKING`` is false at run time."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _truth(test.operand)
        return None if inner is None else not inner
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", None)
    return False if name == "TYPE_CHECKING" else None


def _is_skipped(child: ast.AST, parent: ast.BoolOp) -> bool:
    """Tell whether an operand of ``and`` or ``or`` is skipped because an earlier one decides."""
    wanted = isinstance(parent.op, ast.Or)
    before = parent.values[: parent.values.index(child)] if isinstance(child, ast.expr) else []
    return any(_truth(value) is wanted or _mentions(value, _PLATFORM) for value in before)


def _is_behind_end(child: ast.AST, parent: ast.AST) -> bool:
    """Tell whether a statement comes after one that leaves the block."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and child in block:
            return any(isinstance(statement, _ENDS) for statement in block[: block.index(child)])
    return False


def _catches(child: ast.AST, parent: ast.AST, errors: frozenset[str]) -> bool:
    if isinstance(parent, (ast.With, ast.AsyncWith)) and child in parent.body:
        return any(_mentions(item.context_expr, errors) for item in parent.items)
    handlers: list[ast.ExceptHandler] = getattr(parent, "handlers", [])
    inside = bool(handlers) and child in getattr(parent, "body", [])
    return inside and any(_handles(handler, errors) for handler in handlers)


def _handles(handler: ast.ExceptHandler, errors: frozenset[str]) -> bool:
    """Tell whether a handler may catch one of the errors; an unknown exception class may."""
    if handler.type is None:
        return True
    names = set(_names(handler.type))
    return not names.isdisjoint(errors) or not names <= _ERRORS


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return not names.isdisjoint(_names(node))


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
