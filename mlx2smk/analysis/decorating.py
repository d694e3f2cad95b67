"""Whether applying a decorator has no effects, whichever of several it is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import Meaning, meanings
from mlx2smk.analysis.known import DISPATCHERS, ENTRY_POINTS, PURE_DECORATORS, listed
from mlx2smk.analysis.library_calls import is_wrapping_method
from mlx2smk.analysis.values import Definition
from mlx2smk.language.scopes import parameters_of

if TYPE_CHECKING:
    from mlx2smk.analysis.purity import Purity
    from mlx2smk.analysis.scope_frames import Frame
    from mlx2smk.analysis.values import Values


def is_applied_purely(node: ast.expr, values: Values, purity: Purity) -> bool:
    """Whether applying a decorator has no effects."""
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute) and function.attr in {"setter", "getter", "deleter"}:
        return isinstance(function.value, ast.Name) and values.local(function.value.id) is not None
    found = meanings(function, values)
    if found == [None]:
        return is_wrapping_method(function, values)
    return all(_applies_purely(each, node, values, purity) for each in found)


def _applies_purely(meaning: Meaning, node: ast.expr, values: Values, purity: Purity) -> bool:
    """Whether applying a decorator has no effects if it is a certain one."""
    call = node if isinstance(node, ast.Call) else None
    if isinstance(meaning, Definition):
        if call is None:
            return purity.is_pure(meaning)
        given = (*call.args, *(keyword.value for keyword in call.keywords))
        return purity.is_pure_factory(meaning, of_plain=all(map(values.is_plain, given)))
    if meaning is None or meaning.name != "functools.partial":
        return meaning is not None and listed(meaning.name, PURE_DECORATORS)
    return call is not None and bool(call.args) and purity.is_pure_decorator(call.args[0], values)


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


def keeps_purity(name: str) -> bool:
    """Whether a decorator of a library keeps a pure function pure."""
    return listed(name, PURE_DECORATORS) and not listed(name, DISPATCHERS | ENTRY_POINTS)
