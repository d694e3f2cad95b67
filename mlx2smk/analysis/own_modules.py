"""Expressions that stand for local modules as objects, and what these have under a name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.stars import binds_by_name
from mlx2smk.analysis.texts import pattern
from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module, Project
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


def is_names(node: ast.expr, values: Values) -> bool:
    """Whether this is ``globals()``, the dict of the module's names."""
    return isinstance(node, ast.Call) and values.library(node.func) == "globals"


def module_asked(node: ast.Call, values: Values) -> Module | None:
    """Return the local module that is asked for an attribute by ``getattr(m, name)``."""
    if values.library(node.func) != "getattr" or len(node.args) < 2:
        return None
    return module_behind(node.args[0], values)


def names_like(text: str, module: Module, project: Project) -> list[str] | None:
    """Return the names that code binds in a module and a text with holes may stand for; None if there may be others."""
    given = project.stars.given
    if module.tree is None or given is None or module.star_imports or binds_by_name(module):
        return None
    likely = pattern(text)
    if "__getattr__" in module.bindings or any(map(likely.fullmatch, given)):
        return None
    return [name for name in module.bindings if likely.fullmatch(name)]
