"""Which arguments of calls of libraries say whether these have effects."""

from __future__ import annotations

import ast

from mlx2smk.analysis.known import FILLING_ARRAYS, HIGHER_ORDER, HIGHER_ORDER_FIRST


def fills_an_array(name: str, node: ast.Call) -> bool:
    """Whether a function of numpy may be given an array for its result, which others may hold."""
    most = FILLING_ARRAYS.get(name.removeprefix("numpy."), len(node.args))
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    return (
        len(node.args) > most
        or starred
        or any(keyword.arg in {"out", None} for keyword in node.keywords)
    )


def functions_given(name: str, node: ast.Call) -> list[ast.expr]:
    """Return the functions that a call of ``map``, ``sorted`` and the like is given."""
    called = HIGHER_ORDER[name]
    keys = [keyword.value for keyword in node.keywords if keyword.arg in {*called, None}]
    return [*node.args[:1], *keys] if name in HIGHER_ORDER_FIRST else keys
