"""Statements that let go of an object: ``del M``, or ``M = None`` after another value. Some programs notice that."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.values import Values

_WEAK = frozenset(
    {"WeakSet", "WeakValueDictionary", "WeakKeyDictionary", "WeakMethod", "finalize", "weakref"}
)


def notices_letting_go(project: Project) -> bool:
    """Whether a program has finalizers, or refers to objects without keeping them alive."""
    whole = project.experiment
    return any(map(_notices, (whole, *project.imported_with(whole))))


def _notices(module: Module) -> bool:
    if any(each.name == "__del__" for each in module.of_kind(ast.FunctionDef)):
        return True
    return any(each.id in _WEAK for each in module.of_kind(ast.Name))


def lets_go(name: str, values: Values) -> bool:
    """Whether a statement at top level that binds or deletes a name may take it from an object that a call has made."""
    if values.frames:
        return False
    bindings = [each for each in values.bindings(name) if each.kind != "augmented"]
    return len(bindings) > 1 and any(_may_be_made(each.value) for each in bindings)


def _may_be_made(node: ast.expr | None) -> bool:
    return node is not None and any(isinstance(part, ast.Call) for part in ast.walk(node))
