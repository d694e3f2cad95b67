"""``__all__``: which statements give it names, and which code may change it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mlx2smk.analysis.project import Module


def given_to_all(node: ast.stmt) -> Iterator[ast.expr]:
    """Yield the list that a statement makes ``__all__`` of, or adds to it."""
    if isinstance(node, ast.Assign):
        if len(node.targets) == 1 and _is_all(node.targets[0]):
            yield node.value
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        if _is_all(node.target) and node.value is not None:
            yield node.value
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        call = node.value
        function, given = call.func, call.args
        if isinstance(function, ast.Attribute) and _is_all(function.value) and len(given) == 1:
            if function.attr == "extend":
                yield given[0]
            elif function.attr == "append":
                yield ast.List(given, ast.Load())


def adds_names(node: ast.stmt) -> bool:
    """Whether a statement that gives names to ``__all__`` adds them to those that it has."""
    return isinstance(node, (ast.AugAssign, ast.Expr))


def uses_of_all(module: Module) -> int:
    """Count the places that mention the module's own ``__all__``, and may change it."""
    read = set(_only_read(module))
    return sum(
        (
            sum(node.id == "__all__" and node not in read for node in module.of_kind(ast.Name)),
            sum("__all__" in node.names for node in module.of_kind(ast.Global)),
            sum("__all__" in {node.name, node.asname} for node in module.of_kind(ast.alias)),
            module.written_texts["__all__"],
        )
    )


def touches_lists(module: Module) -> bool:
    """Whether a module may change the ``__all__`` of another one."""
    given = (value for statement in statements_of(module) for value in given_to_all(statement))
    read = {part for value in given for part in ast.walk(value)}
    read |= set(_only_read(module))
    attributes = module.of_kind(ast.Attribute)
    return any(node.attr == "__all__" and node not in read for node in attributes)


def statements_of(module: Module) -> list[ast.stmt]:
    """Return the statements of a module, none if it does not parse."""
    return module.tree.body if module.tree is not None else []


def _is_all(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "__all__"


def _is_one_of(names: Collection[str | None], node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _only_read(module: Module) -> Iterator[ast.expr]:
    """Yield what code goes through, or looks something up in, without keeping it."""
    yield from (node.iter for node in module.of_kind(ast.For))
    yield from (node.iter for node in module.of_kind(ast.AsyncFor))
    yield from (node.iter for node in module.of_kind(ast.comprehension))
    for node in module.of_kind(ast.Compare):
        if isinstance(node.ops[-1], (ast.In, ast.NotIn)):
            yield node.comparators[-1]
    copying = _COPYING.difference(module.bound_how_often)
    for call in module.of_kind(ast.Call):
        if _is_one_of(copying, call.func):
            yield from call.args


_COPYING = frozenset({"frozenset", "len", "list", "set", "sorted", "tuple"})
