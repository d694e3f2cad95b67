"""What an expression may refer to where several statements bind the name that it starts with.

In ``try: import numpy as np``, ``except ImportError: np = None``, the name is one or the other; what is
said of a call of it has to hold for both. A constant cannot be called, nor has it such attributes: where
the name is one, the program fails.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.scopes import Function, split_dotted

if TYPE_CHECKING:
    from mlx2smk.language.bindings import Binding

Meaning: TypeAlias = Definition | Library | None


def meanings(node: ast.expr, values: Values) -> list[Meaning]:
    """Return what an expression such as ``m.f`` may refer to; None stands for what is not known."""
    at = _bound_often(node, values)
    if at is None:
        return [values.meaning(node)]
    there, name, chain = at
    if chain and chain[-1] in values.module.replaced | there.module.replaced:
        return [None]
    bindings = (item for item in there.bindings(name) if not item.is_constant)
    found = [_meaning(binding, chain, there) for binding in bindings]
    different = {each.node if isinstance(each, Definition) else each: each for each in found}
    return [*different.values()] or [None]


def _bound_often(node: ast.expr, values: Values) -> tuple[Values, str, tuple[str, ...]] | None:
    """Return the module and its name that several statements bind, and the attributes that follow."""
    root, chain = split_dotted(node)
    if not isinstance(root, ast.Name) or values.local(root.id) is not None:
        return None
    if len(values.bindings(root.id)) > 1:
        return values, root.id, chain
    inner: ast.expr = root
    for depth in range(len(chain) + 1):
        at = values.holder(inner)
        if at is not None and len(at[0].bindings.get(at[1], ())) > 1:
            return Values(values.project, at[0]), at[1], chain[depth:]
        inner = ast.Attribute(inner, "".join(chain[depth : depth + 1]), ast.Load())
    return None


def _meaning(binding: Binding, chain: tuple[str, ...], there: Values) -> Meaning:
    if binding.imported is not None:
        return there.behind(binding.imported, chain)
    if isinstance(binding.node, (Function, ast.ClassDef)):
        return None if chain else Definition(there.module, binding.node)
    if binding.kind != "value" or not isinstance(binding.value, (ast.Name, ast.Attribute)):
        return None
    node: ast.expr = binding.value
    for name in chain:
        node = ast.Attribute(node, name, ast.Load())
    return there.meaning(node)
