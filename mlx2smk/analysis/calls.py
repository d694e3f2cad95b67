"""Finds the calls in a unit, with the scopes around them, and resolves what they call."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlx2smk.analysis.scope_frames import frame_of, targets_of
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import is_main_guard, scope_of
from mlx2smk.language.scopes import (
    LEAVES,
    Function,
    children,
    code_below,
    parameters_of,
    split_dotted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.scope_frames import Frame


@dataclass(frozen=True, slots=True, eq=False)
class InnerScope:
    """A scope inside a module and its bindings; ``function`` is set for top-level functions."""

    names: Frame
    parameters: frozenset[str] = frozenset()
    function: Function | None = None
    is_class: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A location in a module from which names are looked up; the innermost scope comes last."""

    module: Module
    scopes: tuple[InnerScope, ...] = ()

    def owner(self, name: str) -> int | None:
        """Return the index of the scope that a name belongs to; None for the module."""
        for depth in range(len(self.scopes) - 1, -1, -1):
            if name in self.scopes[depth].names:
                return depth
        return None

    def outside(self, depth: int) -> Place:
        """Return the place in the scope of that index, without the scopes nested in it."""
        return Place(self.module, self.scopes[: depth + 1])


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """A call in a module's code."""

    node: ast.Call
    place: Place


def calls_of(node: ast.stmt, module: Module) -> tuple[Call, ...]:
    """Return the calls in a statement of a module, including those in nested functions."""
    walk = _Walk()
    walk.visit(node, Place(module))
    return tuple(walk.calls)


@dataclass(slots=True)
class _Walk:
    calls: list[Call] = field(default_factory=list)

    def visit(self, node: ast.AST, place: Place) -> None:
        if isinstance(node, ast.Call):
            self.calls.append(Call(node, place))
            self._all(code_below(node), place)
        elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            self._all(children(node), place)
            body = [node.body] if isinstance(node, ast.Lambda) else node.body
            self._all(body, _inside(node, place))
        elif isinstance(node, _COMPREHENSIONS):
            inner = Place(place.module, (*place.scopes, InnerScope(targets_of(node))))
            self._all(code_below(node), inner)
        else:
            self._all(node.orelse if is_main_guard(node) else code_below(node), place)

    def _all(self, nodes: Iterable[ast.AST], place: Place) -> None:
        for node in nodes:
            if type(node) not in LEAVES:
                self.visit(node, place)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _inside(node: Function | ast.Lambda | ast.ClassDef, place: Place) -> Place:
    """Enter a function or class. Methods do not see the names of their class."""
    if isinstance(node, ast.ClassDef):
        scope = InnerScope(_names(node.body), is_class=True)
        return Place(place.module, (*place.scopes, scope))
    parameters = frozenset(arg.arg for arg in parameters_of(node.args))
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    top = isinstance(node, Function) and not place.scopes
    function = node if top and isinstance(node, Function) else None
    scope = InnerScope(_names(body, parameters), parameters, function)
    outer = (each for each in place.scopes if not each.is_class)
    return Place(place.module, (*outer, scope))


def _names(body: Iterable[ast.AST], parameters: Iterable[str] = ()) -> Frame:
    own = scope_of(body)
    elsewhere = own.global_names | own.nonlocal_names
    bindings = tuple(binding for binding in own.bindings if binding.name not in elsewhere)
    return frame_of(bindings, tuple(parameters))


def meaning_of(node: ast.expr, place: Place, project: Project) -> Definition | Library | None:
    """Return what an expression such as ``np.save`` refers to, following imports inside functions too."""
    values = Values(project, place.module)
    root, chain = split_dotted(node)
    if not isinstance(root, ast.Name):
        return None
    owner = place.owner(root.id)
    if owner is None:
        return values.meaning(node)
    bindings = place.scopes[owner].names[root.id]
    if len(bindings) != 1 or bindings[0].imported is None:
        return None
    return values.behind(bindings[0].imported, chain)
