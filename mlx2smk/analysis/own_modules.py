"""Expressions that stand for local modules as objects."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.values import Values


def module_behind(node: ast.expr, values: Values) -> Module | None:
    """Return the only local module that an expression such as ``m`` or ``package.m`` can refer to."""
    root, chain = split_dotted(node)
    if not isinstance(root, ast.Name) or values.local(root.id) is not None:
        return None
    module = values.module
    if any(binding.kind != "import" for binding in module.bindings.get(root.id, ())):
        return None
    found = {
        (step.module, step.name)
        for imported in module.imports(root.id)
        for step in values.project.trace(imported, module, chain)[-1:]
    }
    behind, name = found.pop() if len(found) == 1 else (None, None)
    return behind if name is None else None


def is_this_module(node: ast.expr, values: Values) -> bool:
    """Whether this is ``sys.modules[__name__]``, which is all that others get of the module."""
    return (
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Name)
        and values.library(node.slice) == "__name__"
        and values.library(node.value) == "sys.modules"
    )
