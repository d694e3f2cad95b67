"""What becomes of the value of an expression inside one statement, as far as that is simple."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Unit


class Use(NamedTuple):
    """A use of a value: the expression that has it, and what stands around that."""

    node: ast.expr
    parent: ast.AST


def uses_of(node: ast.expr, unit: Unit) -> list[Use]:
    """Return the uses of an expression's value: its own, or those of the local variable that it is assigned to.

    Only a variable that its function binds once, and uses itself, is followed. What stands in the other branch
    of an ``if`` does not count, as one call never runs both. Otherwise the assignment is the use.
    """
    parents = unit.parents
    parent = parents.get(node, node)  # decorators that do not count stand nowhere
    if not isinstance(parent, ast.Assign):
        return [Use(node, parent)]
    target = parent.targets[0]
    scope = _function_around(parent, parents)
    if len(parent.targets) != 1 or not isinstance(target, ast.Name) or scope is None:
        return [Use(node, parent)]
    found = [
        part
        for part in ast.walk(scope)
        if (
            isinstance(part, ast.Name)
            and part.id == target.id
            and not _exclude_each_other(part, parent, parents)
        )
        or (isinstance(part, ast.Global | ast.Nonlocal) and target.id in part.names)
    ]
    reads = [part for part in found if isinstance(part, ast.Name) and part is not target]
    if len(reads) != len(found) - 1 or not all(isinstance(part.ctx, ast.Load) for part in reads):
        return [Use(node, parent)]
    return [Use(part, parents[part]) for part in reads]


def is_called(use: Use) -> bool:
    """Whether a use calls the value."""
    return isinstance(use.parent, ast.Call) and use.parent.func is use.node


def _function_around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST | None:
    while (around := parents.get(node)) is not None:
        if isinstance(around, Function):
            return around
        if isinstance(around, ast.ClassDef | ast.Lambda):
            return None
        node = around
    return None


def _exclude_each_other(one: ast.AST, other: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether two nodes of a function stand in the two branches of an ``if`` that no loop repeats."""
    branches = dict(_branches(one, parents))
    return any(
        branches.get(choice, branch) != branch for choice, branch in _branches(other, parents)
    )


def _branches(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> list[tuple[ast.If, bool]]:
    """Return the ``if`` statements around a node, and whether it is in their ``else``; none within a loop."""
    found: list[tuple[ast.If, bool]] = []
    while (around := parents.get(node)) is not None and not isinstance(around, Function):
        if isinstance(around, ast.For | ast.AsyncFor | ast.While):
            found.clear()
        if isinstance(around, ast.If) and node is not around.test:
            found.append((around, node in around.orelse))
        node = around
    return found
