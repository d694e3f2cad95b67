"""Classes whose instances change when they are only looked at: ``__next__``, ``__missing__``, lazy properties."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.additions import root_of
from mlx2smk.analysis.known import CHANGING_METHODS
from mlx2smk.language.scopes import Function, nodes_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def changing_when_read(node: ast.ClassDef) -> list[Function]:
    """Return the methods that run where no call is written, and that change something."""
    methods = {each.name: each for each in node.body if isinstance(each, Function)}
    unseen = [each for each in _methods(node) if _runs_unseen(each)]
    return [each for each in unseen if _changes(each, methods, frozenset())]


def run_when_written(node: ast.ClassDef) -> list[Function]:
    """Return the methods that run where a part of an instance is assigned or deleted."""
    return [each for each in _methods(node) if each.name in _SETTING or _is_setter(each)]


def changing_class(node: ast.ClassDef) -> list[Function]:
    """Return what runs for ``Class[key]``."""
    return [each for each in _methods(node) if each.name == "__class_getitem__"]


def _methods(node: ast.ClassDef) -> list[Function]:
    return [each for each in node.body if isinstance(each, Function)]


def _runs_unseen(node: Function) -> bool:
    name = node.name
    special = name.startswith("__") and name.endswith("__") and name not in _CALLED
    return special or any(ast.unparse(each) in _PROPERTIES for each in node.decorator_list)


def is_read_as_attribute(node: Function) -> bool:
    """Whether what a method returns is an attribute, or the instance itself."""
    return node.name == "__new__" or any(
        ast.unparse(each) in _PROPERTIES for each in node.decorator_list
    )


def is_cached(node: Function) -> bool:
    """Whether what a function or property returns is kept for the next call."""
    bare = [each.func if isinstance(each, ast.Call) else each for each in node.decorator_list]
    return any(ast.unparse(each).rpartition(".")[2] in _CACHES for each in bare)


_CACHES = frozenset({"cache", "cached", "cached_property", "lru_cache"})


def _is_setter(node: Function) -> bool:
    return any(
        isinstance(each, ast.Attribute) and each.attr in {"setter", "deleter"}
        for each in node.decorator_list
    )


_SETTING = frozenset(
    {
        *("__set__", "__setattr__", "__setitem__", "__delete__", "__delattr__", "__delitem__"),
    }
)


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
    names = (part for part in nodes_of(node) if isinstance(part, ast.Name))
    stored = {part.id for part in names if isinstance(part.ctx, ast.Store)}
    own = stored - {arg.arg for arg in parameters_of(node.args)}
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
