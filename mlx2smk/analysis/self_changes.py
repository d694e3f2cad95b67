"""Classes whose instances change when they are only looked at: ``__next__``, ``__missing__``, lazy properties."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.additions import root_of
from mlx2smk.analysis.known import CHANGING_METHODS
from mlx2smk.language.scopes import Function, nodes_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def changes_when_read(node: ast.ClassDef) -> bool:
    """Whether a method that runs where no call is written changes something."""
    methods = {each.name: each for each in node.body if isinstance(each, Function)}
    return any(
        _changes(each, methods, frozenset()) for each in methods.values() if _runs_unseen(each)
    )


def _runs_unseen(node: Function) -> bool:
    name = node.name
    special = name.startswith("__") and name.endswith("__") and name not in _CALLED
    return special or any(ast.unparse(each) in _PROPERTIES for each in node.decorator_list)


_CALLED = frozenset(
    {
        *("__init__", "__new__", "__post_init__", "__call__", "__setattr__", "__setitem__"),
        *("__delattr__", "__delitem__", "__set__", "__delete__", "__enter__", "__exit__"),
        *("__init_subclass__", "__set_name__", "__setstate__", "__getstate__", "__reduce__"),
        *("__del__", "__iadd__", "__isub__", "__imul__", "__ior__", "__iand__", "__ixor__"),
        *("__copy__", "__deepcopy__", "__prepare__", "__class_getitem__", "__aenter__"),
        *("__aexit__", "__dir__"),
    }
)
"""Special methods that do not run when an instance is looked at."""

_PROPERTIES = frozenset({"property", "abc.abstractproperty", "cached_property"})


def _changes(node: Function, methods: Mapping[str, Function], seen: frozenset[str]) -> bool:
    """Whether a method changes what is not its own, itself or in other methods of the class."""
    if node.name in seen:
        return False
    own = {part.id for part in nodes_of(node) if _is_stored(part)} - {
        arg.arg for arg in parameters_of(node.args)
    }
    for part in (inner for statement in node.body for inner in nodes_of(statement)):
        if isinstance(part, (ast.Global, ast.Nonlocal)):
            return True
        if isinstance(part, (ast.Attribute, ast.Subscript)) and not _is_loaded(part):
            root = root_of(part)
            if root is None or root.id not in own:
                return True
        if isinstance(part, ast.Call) and _call_changes(part, methods, seen | {node.name}, own):
            return True
    return False


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _is_loaded(node: ast.Attribute | ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Load)


def _call_changes(
    node: ast.Call, methods: Mapping[str, Function], seen: frozenset[str], own: set[str]
) -> bool:
    function = node.func
    if isinstance(function, ast.Name):
        return function.id in {"next", "setattr", "delattr"}
    if not isinstance(function, ast.Attribute):
        return False
    root = root_of(function.value)
    if function.attr in CHANGING_METHODS | {"__next__", "__setitem__", "__setattr__"}:
        return root is None or root.id not in own
    called = methods.get(function.attr) if root is function.value else None
    return called is not None and _changes(called, methods, seen)
