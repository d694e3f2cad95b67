"""Static methods and class methods of the user's classes, which are called on the class: ``Config.default()``."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.patches import assigned_in, attributes_set_by_calls
from mlx2smk.analysis.values import Values
from mlx2smk.language.bindings import nodes_bound

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Project
    from mlx2smk.analysis.purity import Purity
    from mlx2smk.analysis.values import Definition

_KINDS = frozenset({"staticmethod", "classmethod"})


class ClassMethods:
    """Finds these methods."""

    def __init__(self, project: Project, purity: Purity) -> None:
        self.project = project
        self.purity = purity

    def method(self, owner: Definition, name: str) -> tuple[ast.FunctionDef, str] | None:
        """Return the method that a class certainly has under this name, and the name of its decorator.

        None if it may be another one.
        """
        node = owner.node
        if not isinstance(node, ast.ClassDef) or node.keywords or name in self.assigned:
            return None
        if self.may_be_set(node):
            return None
        if self.purity.is_replaced(owner):
            return None
        found = nodes_bound(node.body, name)
        method = found[0] if len(found) == 1 else None
        kind = self._kind(method, owner) if isinstance(method, ast.FunctionDef) else ""
        return (method, kind) if kind and isinstance(method, ast.FunctionDef) else None

    @cached_property
    def assigned(self) -> Counter[str]:
        """The attributes that loaded modules assign, whatever they belong to, with how often."""
        experiment = self.project.experiment
        modules = (experiment, *self.project.imported_with(experiment))
        found = Counter(name for module in modules for name in assigned_in(module))
        found.update(name for _, name in self.set_by_calls if name is not None)
        return found

    @cached_property
    def set_by_calls(self) -> tuple[tuple[ast.ClassDef | None, str | None], ...]:
        """The attributes that ``setattr`` sets; None for one that is computed, or for an object that may be any.

        Otherwise it is an instance of the class of which a method calls it.
        """
        experiment = self.project.experiment
        modules = (experiment, *self.project.imported_with(experiment))
        return tuple(each for module in modules for each in attributes_set_by_calls(module))

    def may_be_set(self, cls: ast.ClassDef) -> bool:
        """Whether code may set attributes of a class or its instances whose names nobody knows."""
        return any(name is None and of in (None, cls) for of, name in self.set_by_calls)

    def _kind(self, method: ast.FunctionDef, owner: Definition) -> str:
        """Return the name of the method's only decorator, if it is Python's own."""
        values = Values(self.project, owner.module)
        kinds = [values.library(each) for each in method.decorator_list]
        return kinds[0] if len(kinds) == 1 and kinds[0] in _KINDS else ""
