"""Static methods and class methods of the user's classes, which are called on the class: ``Config.default()``."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.patches import assigned_in
from mlx2smk.analysis.values import Values, frame_inside
from mlx2smk.language.bindings import scope_of

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Project
    from mlx2smk.analysis.purity import Purity
    from mlx2smk.analysis.values import Definition

_KINDS = frozenset({"staticmethod", "classmethod"})


class ClassMethods:
    """Finds these methods and judges what runs when they are called."""

    def __init__(self, project: Project, purity: Purity) -> None:
        self.project = project
        self.purity = purity

    def method(self, owner: Definition, name: str) -> ast.FunctionDef | None:
        """Return the method that a class certainly has under this name; None if it may be another one."""
        node = owner.node
        if not isinstance(node, ast.ClassDef) or node.keywords or name in self._assigned:
            return None
        if self.purity.is_replaced(owner):
            return None
        found = [each.node for each in scope_of(node.body).bindings if each.name == name]
        method = found[0] if len(found) == 1 else None
        return method if isinstance(method, ast.FunctionDef) and self._kind(method, owner) else None

    @cached_property
    def _assigned(self) -> frozenset[str]:
        """The attributes that some loaded module assigns, whatever they belong to."""
        experiment = self.project.experiment
        modules = (experiment, *self.project.imported_with(experiment))
        return frozenset(name for module in modules for name in assigned_in(module))

    def _kind(self, method: ast.FunctionDef, owner: Definition) -> str:
        """Return the name of the method's only decorator, if it is Python's own."""
        values = Values(self.project, owner.module)
        kinds = [values.library(each) for each in method.decorator_list]
        return kinds[0] if len(kinds) == 1 and kinds[0] in _KINDS else ""

    def runs_purely(self, owner: Definition, method: ast.FunctionDef) -> bool:
        """Whether the body of a method has no effects when it is called on its class."""
        values, frame = Values(self.project, owner.module), frame_inside(method)
        first = [each.arg for each in (*method.args.posonlyargs, *method.args.args)][:1]
        if self._kind(method, owner) == "classmethod" and first:
            inside = values.inside_class_method(frame, first[0], owner)
        else:
            inside = values.inside(frame)
        evaluation = Evaluation(inside, self.purity)
        evaluation.statements(method.body)
        return evaluation.reason is None and not evaluation.touches
