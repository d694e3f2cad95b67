"""What stands around each node of a statement: its parents, its function, and what binds a name there."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from mlx2smk.analysis.scope_frames import targets_of
from mlx2smk.language.bindings import Binding, scope_of
from mlx2smk.language.scopes import Function, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ScopeNode: TypeAlias = (
    Function
    | ast.Lambda
    | ast.ClassDef
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
    | ast.GeneratorExp
)

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Enclosing:
    """The nodes of one top-level statement, seen from the inside out."""

    def __init__(self, root: ast.AST) -> None:
        self.root = root
        self._scopes: dict[ast.AST, dict[str, tuple[Binding, ...]]] = {}

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node directly above each node."""
        return {child: node for node in ast.walk(self.root) for child in ast.iter_child_nodes(node)}

    def scope_of_name(self, node: ast.AST, name: str) -> ScopeNode | None:
        """Return the inner scope that a name belongs to where it is used; None for the module."""
        nearest = True
        for scope in self.scopes(node):
            if not isinstance(scope, ast.ClassDef) or nearest:
                if name in self.bindings(scope):
                    return scope
                if self._is_declared_global(scope, name):
                    return None
            nearest = False
        return None

    def scopes(self, node: ast.AST) -> Iterator[ScopeNode]:
        """Yield the inner scopes that a node stands in, innermost first."""
        child = node
        while child is not self.root and child in self.parents:
            parent = self.parents[child]
            if _is_inside(child, parent):
                yield parent  # type: ignore[misc]
            child = parent

    def bindings(self, scope: ScopeNode) -> dict[str, tuple[Binding, ...]]:
        """Return what an inner scope binds, parameters included."""
        if scope not in self._scopes:
            self._scopes[scope] = _bindings(scope)
        return self._scopes[scope]

    def loads(self, scope: ScopeNode, name: str) -> list[ast.Name] | None:
        """Return all uses of a scope's name, in inner scopes too; None if it may be changed or seen there."""
        found: list[ast.Name] = []
        for node in ast.walk(scope):
            if isinstance(node, (ast.Global, ast.Nonlocal)) and name in node.names:
                return None
            if not isinstance(node, ast.Name):
                continue
            if node.id in _LOOKING:
                return None
            if node.id != name or self.scope_of_name(node, name) is not scope:
                continue
            if isinstance(node.ctx, ast.Load):
                found.append(node)
        return found

    @staticmethod
    def _is_declared_global(scope: ScopeNode, name: str) -> bool:
        body = scope.body if isinstance(scope, (*_DEFINITIONS,)) else []
        return name in scope_of(body).global_names


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOKING = frozenset({"locals", "vars", "dir", "eval", "exec"})


def _is_inside(child: ast.AST, parent: ast.AST) -> bool:
    """Whether a node directly below another stands in the scope that the other one opens."""
    if isinstance(parent, _DEFINITIONS):
        return child in parent.body
    if isinstance(parent, ast.Lambda):
        return child is parent.body
    return isinstance(parent, _COMPREHENSIONS)


def _bindings(scope: ScopeNode) -> dict[str, tuple[Binding, ...]]:
    if isinstance(scope, _COMPREHENSIONS):
        return dict(targets_of(scope))
    body = [scope.body] if isinstance(scope, ast.Lambda) else scope.body
    own = scope_of(body)
    found: dict[str, tuple[Binding, ...]] = {}
    if not isinstance(scope, ast.ClassDef):
        for argument in parameters_of(scope.args):
            found[argument.arg] = (Binding(argument.arg, "other", argument),)
    for binding in own.bindings:
        if binding.name not in own.global_names | own.nonlocal_names:
            found[binding.name] = (*found.get(binding.name, ()), binding)
    return found
