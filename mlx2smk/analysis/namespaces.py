"""Whether code in a text gets names of its own, as ``exec(text, {})`` gives it, or sees those of its module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.enclosing import Enclosing

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.units import Unit
    from mlx2smk.language.bindings import Binding


def runs_apart(call: ast.Call | None, unit: Unit, module: Module) -> bool:
    """Whether a call of ``exec`` or ``eval`` gives the text a dict that was made for it.

    What is put into the dict stands in the code. From there the text comes to other names only by
    importing their modules, by frames, or through objects, as unpickled code does.
    """
    if call is None or len(call.args) < 2 or _has_star(call):
        return False
    place = Enclosing(unit.node)
    return _is_own(call.args[1], place, module)


def is_key_of_builtins(node: ast.Constant, unit: Unit) -> bool:
    """Whether a text is the key with which a dict says which builtins a text may use, and asks for nothing."""
    parent = unit.parents.get(node)
    stores = isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store)
    return node.value == "__builtins__" and (stores or isinstance(parent, ast.Dict))


def _has_star(call: ast.Call) -> bool:
    return any(isinstance(argument, ast.Starred) for argument in call.args[:2])


def _is_own(node: ast.expr, place: Enclosing, module: Module) -> bool:
    if isinstance(node, ast.Name):
        bindings = _bindings(node, place, module)
        values = [binding.value if binding.kind == "value" else None for binding in bindings]
        return bool(values) and all(
            value is not None and _is_new(value, place, module) for value in values
        )
    return _is_new(node, place, module)


def _is_new(node: ast.expr, place: Enclosing, module: Module) -> bool:
    """Whether an expression makes a new dict: `globals().copy()` is noticed as a use of `globals`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return not _bindings(node.func, place, module)
    return isinstance(node, ast.Dict | ast.DictComp)


def _bindings(node: ast.Name, place: Enclosing, module: Module) -> tuple[Binding, ...]:
    scope = place.scope_of_name(node, node.id)
    return module.bindings.get(node.id, ()) if scope is None else place.bindings(scope)[node.id]
