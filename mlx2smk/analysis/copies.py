"""Copies of instances in which some fields differ: ``replace(BASE, rate=0.1)`` makes one more of BASE's class."""

from __future__ import annotations

import ast
from typing import Final

from mlx2smk.analysis.values import Definition, Values

COPYING: Final = frozenset({"dataclasses.replace", "attr.evolve", "attrs.evolve"})


def class_copied(node: ast.Call, values: Values) -> Definition | None:
    """Return the class of what a call copies, which it calls; None if that is not certain."""
    return _class_of(node.args[0], values, frozenset()) if len(node.args) == 1 else None


def _class_of(
    node: ast.expr, values: Values, seen: frozenset[tuple[str, str]]
) -> Definition | None:
    if isinstance(node, ast.Call):
        if values.library(node.func) in COPYING and len(node.args) == 1:
            return _class_of(node.args[0], values, seen)
        meaning = values.meaning(node.func)
        is_class = isinstance(meaning, Definition) and isinstance(meaning.node, ast.ClassDef)
        return meaning if is_class and isinstance(meaning, Definition) else None
    at = values.holder(node)
    if at is None or at[1] in at[0].patched or (at[0].dotted, at[1]) in seen:
        return None
    module, name = at
    bindings = module.bindings.get(name, ())
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
    if value is None:
        return None
    return _class_of(value, Values(values.project, module), seen | {(module.dotted, name)})
