"""Look-ups of names at run time whose names are known after all, as they are made of literals.

``getattr(models, name)`` and ``import_module(f"sorts.{name}")`` find only what the values of ``name``
name. A module that is handed on as an object is used only for the attributes that are asked of it, and
``importlib.reload(models)`` runs the statements that are needed for other reasons again.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.dynamic import library_names
from mlx2smk.analysis.uses import uses_of
from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.analysis.constants import CodePlace, Constants
    from mlx2smk.analysis.uses import Use

_ASKING = frozenset({"getattr", "hasattr"})

UNKNOWN_NAME = "*"
"""Stands for names that nobody knows."""

DEPTH = 5
"""Functions through which a module is handed on."""


def attributes_of(node: ast.expr, place: CodePlace, constants: Constants) -> list[str] | None:
    """Return the attributes that code asks of the module that an expression stands for; ``UNKNOWN_NAME`` may be among them.

    None if it may do something else with it.
    """
    return _asked(uses_of(node, place.unit), place, constants, DEPTH)


def items_of(node: ast.expr, place: CodePlace, constants: Constants) -> list[str] | None:
    """Return the keys that code looks up in the dict that an expression stands for, in no other way."""
    found: list[str] = []
    for use in uses_of(node, place.unit):
        keys = constants.texts(_key_of(use, place), place)
        if keys is None:
            return None
        found += keys
    return found


def _key_of(use: Use, place: CodePlace) -> ast.expr | None:
    """Return the key that is looked up in a dict, None if it is used in another way."""
    parent = use.parent
    if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Load):
        return parent.slice if parent.value is use.node else None
    call = place.unit.parents.get(parent)
    if isinstance(parent, ast.Attribute) and parent.attr == "get" and isinstance(call, ast.Call):
        return call.args[0] if call.func is parent and call.args else None
    if isinstance(parent, ast.Compare) and parent.comparators == [use.node]:
        return parent.left if isinstance(parent.ops[0], (ast.In, ast.NotIn)) else None
    return None


def _asked(
    uses: Iterable[Use], place: CodePlace, constants: Constants, depth: int
) -> list[str] | None:
    found: list[str] = []
    for use in uses:
        names = _asked_by(use, place, constants, depth)
        if names is None or any(name.startswith("__") for name in names):
            return None
        found += names
    return found


def _asked_by(use: Use, place: CodePlace, constants: Constants, depth: int) -> list[str] | None:
    parent = use.parent
    if isinstance(parent, ast.Attribute):
        return [parent.attr] if isinstance(parent.ctx, ast.Load) else None
    if isinstance(parent, ast.keyword):
        call = place.unit.parents.get(parent)
        return _asked_inside(call, parent.arg, place, constants, depth)
    if not isinstance(parent, ast.Call) or parent.func is use.node:
        return None
    if isinstance(parent.func, ast.Name) and parent.func.id in _ASKING:
        if parent.args[:1] != [use.node] or len(parent.args) == 1:
            return None
        names = constants.texts(parent.args[1], place)
        return [UNKNOWN_NAME] if names is None else names
    return _asked_by_callee(use.node, parent, place, constants, depth)


def _asked_by_callee(
    node: ast.expr, parent: ast.Call, place: CodePlace, constants: Constants, depth: int
) -> list[str] | None:
    if _reloads(parent, place, constants):
        return _asked_of_reloaded(parent, place, constants, depth)
    at = next((index for index, item in enumerate(parent.args) if item is node), None)
    before = parent.args[:at]
    if at is None or any(isinstance(item, ast.Starred) for item in before):
        return None
    return _asked_inside(parent, at, place, constants, depth)


def _reloads(call: ast.Call, place: CodePlace, constants: Constants) -> bool:
    """Whether a call runs the statements of a module again, as far as the module has a slice."""
    return any(
        library_names(reference, place.module, constants.project) == {"importlib.reload"}
        for reference in place.unit.names.references
        if reference.node is call.func
    )


def _asked_of_reloaded(
    call: ast.Call, place: CodePlace, constants: Constants, depth: int
) -> list[str] | None:
    dropped = isinstance(place.unit.parents.get(call), ast.Expr)
    return [] if dropped else _asked(uses_of(call, place.unit), place, constants, depth)


def _asked_inside(
    call: ast.AST | None,
    argument: str | int | None,
    place: CodePlace,
    constants: Constants,
    depth: int,
) -> list[str] | None:
    """Return the attributes that a local function asks of one of its arguments."""
    if not isinstance(call, ast.Call) or argument is None or not depth:
        return None
    inside = constants.definition(call.func, place)
    if inside is None:
        return None
    node = inside.unit.node
    if not isinstance(node, Function) or node.decorator_list:
        return None
    positional = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    if isinstance(argument, int):
        argument = positional[argument] if argument < len(positional) else ""
    if argument not in {*positional, *(arg.arg for arg in node.args.kwonlyargs)}:
        return None
    uses = parameter_uses(argument, node, inside)
    return None if uses is None else _asked(uses, inside, constants, depth - 1)


def parameter_uses(name: str, node: Function, place: CodePlace) -> list[Use] | None:
    """Return the uses of a parameter, None if the function binds the name again."""
    parts = [part for part in ast.walk(node) if isinstance(part, ast.Name) and part.id == name]
    rebound = any(
        isinstance(part, ast.Global | ast.Nonlocal) and name in part.names
        for part in ast.walk(node)
    )
    if rebound or not all(isinstance(part.ctx, ast.Load) for part in parts):
        return None
    return [use for part in parts for use in uses_of(part, place.unit)]
