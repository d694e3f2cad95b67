"""Containers that one comes to only through a name: those of a class, and those that another container holds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.judge import Filling
from mlx2smk.analysis.values import Values
from mlx2smk.language.bindings import scope_of

if TYPE_CHECKING:
    from mlx2smk.analysis.callees import Callee
    from mlx2smk.analysis.calling import Calling
    from mlx2smk.analysis.project import Project
    from mlx2smk.analysis.purity import Purity


class HeldContainers:
    """Finds the name that leads to a container."""

    def __init__(self, project: Project, purity: Purity, calling: Calling) -> None:
        self.project = project
        self.purity = purity
        self.calling = calling

    def changed_by(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what changing the object changes that an expression stands for; None if that is not known.

        That is a container of a class (``Model.known``), or one that such a container, or one of a module, holds
        (``TABLE["a"]``, ``TABLE.setdefault("a", [])``).
        """
        outer = _outer(node)
        if outer is None:
            return self._of_class(node, values)
        if not self.calling.finder.contents.are_new(outer, values):
            return None
        at = values.holder(outer)
        return self._of_class(outer, values) if at is None else self._of_module(outer, values)

    def _of_module(self, node: ast.expr, values: Values) -> Filling | None:
        """Return the name of a container that a module holds."""
        at = values.holder(node)
        if at is None or not Values(self.project, at[0]).is_own_container(at[1]):
            return None
        return Filling(at[0], frozenset({at[1]}))

    def _of_class(self, node: ast.expr, values: Values) -> Filling | None:
        """Return the class whose own container an attribute is."""
        owner = self._class(node.value, values) if isinstance(node, ast.Attribute) else None
        if (
            owner is None
            or not isinstance(node, ast.Attribute)
            or node.attr in self.purity.assigned
        ):
            return None
        at: Callee | None = owner
        while at is not None and isinstance(at.node, ast.ClassDef):
            bindings = [each for each in scope_of(at.node.body).bindings if each.name == node.attr]
            if bindings:
                plain = len(bindings) == 1 and bindings[0].kind == "value"
                own = plain and at.around.is_fresh(bindings[0].value) and not at.around.frames
                module = at.around.module
                return Filling(module, frozenset({at.node.name})) if own else None
            at = self.calling.finder.base_of(at)
        return None

    def _class(self, node: ast.expr, values: Values) -> Callee | None:
        """Return the class, or the class of an instance, that an expression stands for."""
        found = self.calling.finder.of(node, values) or []
        (callee, *others) = found or (None,)
        if callee is None or others or callee.kind not in {"class", "instance"}:
            return None
        at: Callee | None = callee
        while at is not None and isinstance(at.node, ast.ClassDef):
            if not self.calling.finder.is_as_written(at, at.node):
                return None
            at = self.calling.finder.base_of(at)
        return callee


def _outer(node: ast.expr) -> ast.expr | None:
    """Return the container of which an expression is one thing that it holds."""
    if isinstance(node, ast.Subscript):
        return node.value
    function = node.func if isinstance(node, ast.Call) else None
    is_default = isinstance(function, ast.Attribute) and function.attr == "setdefault"
    return function.value if is_default and isinstance(function, ast.Attribute) else None
