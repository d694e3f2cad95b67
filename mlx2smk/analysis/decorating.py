"""Whether applying a decorator has no effects, whichever of several it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.known import DISPATCHERS, ENTRY_POINTS, PURE_DECORATORS, listed
from mlx2smk.analysis.library_calls import is_wrapping_method
from mlx2smk.analysis.scope_frames import frame_inside, only_function, returns_of
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.scopes import parameters_of

if TYPE_CHECKING:
    from mlx2smk.analysis.purity import Purity
    from mlx2smk.analysis.scope_frames import Frame


def is_applied_purely(
    node: ast.expr, values: Values, purity: Purity, *, of_new: bool = False
) -> bool:
    """Whether applying a decorator has no effects, at most on what it decorates if that is new."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute) and function.attr in {"setter", "getter", "deleter"}:
        return isinstance(function.value, ast.Name) and values.local(function.value.id) is not None
    found = meanings(function, values)
    if found == [None]:
        return is_wrapping_method(function, values) or _is_pure_method(node, values, purity)
    for each in found:
        if isinstance(each, Definition):
            pure = _is_pure_definition(each, node, values, purity, of_new=of_new)
        else:
            pure = each is not None and _is_pure_library(each.name, node, values, purity)
        if not pure:
            return False
    return True


def _is_pure_definition(
    definition: Definition, node: ast.expr, values: Values, purity: Purity, *, of_new: bool
) -> bool:
    if not isinstance(node, ast.Call):
        return purity.is_pure(definition) or (of_new and purity.changes_only_first(definition))
    given = (*node.args, *(keyword.value for keyword in node.keywords))
    of_plain = all(map(values.is_plain, given))
    return _is_pure_factory(definition, purity, of_plain=of_plain, of_new=of_new)


def _is_pure_method(node: ast.expr, values: Values, purity: Purity) -> bool:
    """Whether a decorator is a static method or class method of a class, and calling it has no effects."""
    owner = values.meaning(node.value) if isinstance(node, ast.Attribute) else None
    return (
        isinstance(node, ast.Attribute)
        and isinstance(owner, Definition)
        and purity.is_pure_in_class(owner, node.attr)
    )


def _is_pure_library(name: str, node: ast.expr, values: Values, purity: Purity) -> bool:
    if name != "functools.partial":
        return listed(name, PURE_DECORATORS)
    given = node.args if isinstance(node, ast.Call) else []
    return bool(given) and purity.is_pure_decorator(given[0], values)


def _is_pure_factory(
    definition: Definition, purity: Purity, *, of_plain: bool, of_new: bool
) -> bool:
    """Whether a function is pure and returns only pure functions that it defines itself.

    If it is given nothing but data (``of_plain``), it may return that, which nobody can call.
    """
    node = definition.node
    if not isinstance(node, ast.FunctionDef) or not purity.is_pure(definition):
        return False
    frame = frame_inside(node)
    around = Values(purity.project, definition.module, (frame,))
    values = [each.value for each in returns_of(node)]
    given = [each for each in values if of_plain and is_argument(each, node, frame)]
    returned = [only_function(each, frame) for each in values if each not in given]
    return bool(returned) and all(
        each is not None and purity.is_pure_inside(each, around, owning=of_new) for each in returned
    )


def is_argument(node: ast.expr | None, function: ast.FunctionDef, frame: Frame) -> bool:
    """Whether this is an argument of a function, as in ``return args[0]``, or a constant default."""
    node = node.value if isinstance(node, ast.Subscript) else node
    names = {arg.arg for arg in parameters_of(function.args)}
    defaults = (*function.args.defaults, *function.args.kw_defaults)
    return (
        isinstance(node, ast.Name)
        and node.id in names
        and len(frame[node.id]) == 1
        and all(each is None or isinstance(each, ast.Constant) for each in defaults)
    )


def keeps_class(node: ast.expr, values: Values) -> bool:
    """Whether a decorator gives back the class that it decorates, and no other one of the user's."""
    function = node.func if isinstance(node, ast.Call) else node
    meaning = values.meaning(function)
    if not isinstance(meaning, Definition) or not isinstance(meaning.node, ast.FunctionDef):
        return True
    there = Values(values.project, meaning.module)
    parts = list(ast.walk(meaning.node))
    known = {
        part.arg if isinstance(part, ast.arg) else part.name
        for part in parts
        if isinstance(part, (ast.arg, ast.FunctionDef))
    }
    stored = {
        part.id
        for part in parts
        if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)
    }
    returned = [part.value for part in parts if isinstance(part, ast.Return)]
    return not any(isinstance(part, ast.ClassDef) for part in parts) and all(
        (isinstance(each, ast.Name) and each.id in known - stored)
        or (isinstance(each, ast.Call) and listed(there.library(each.func), PURE_DECORATORS))
        for each in returned
    )


def keeps_purity(name: str) -> bool:
    """Whether a decorator of a library keeps a pure function pure."""
    return listed(name, PURE_DECORATORS) and not listed(name, DISPATCHERS | ENTRY_POINTS)
