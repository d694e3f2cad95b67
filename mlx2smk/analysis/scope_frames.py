"""The names of inner scopes, with their bindings."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from mlx2smk.language.bindings import Binding, scope_of
from mlx2smk.language.scopes import Function, nodes_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.names import Comprehension

Frame: TypeAlias = dict[str, tuple[Binding, ...]]
"""The names of an inner scope, with their bindings."""


def targets_of(node: Comprehension) -> Frame:
    """Return the names that a comprehension binds to elements of its iterables."""
    return frame_of(
        tuple(
            Binding(target.id, "element", node, part.iter)
            for part in node.generators
            for target in ast.walk(part.target)
            if isinstance(target, ast.Name)
        )
    )


def frame_of(bindings: tuple[Binding, ...], parameters: tuple[str, ...] = ()) -> Frame:
    """Return the names of a scope with their bindings; nothing is known about parameters."""
    frame = {name: [Binding(name, "other", ast.Pass())] for name in parameters}
    for binding in bindings:
        frame.setdefault(binding.name, []).append(binding)
    return {name: tuple(found) for name, found in frame.items()}


@lru_cache(maxsize=20_000)
def frame_inside(node: Function) -> Frame:
    """Return the names of a function's own scope; those that it takes from a scope outside are not among them.

    It is asked for often, and nobody changes it.
    """
    own = scope_of(node.body)
    bindings = [item for item in own.bindings if item.name not in own.nonlocal_names]
    parameters = [arg.arg for arg in parameters_of(node.args)]
    frame = frame_of((*bindings, *_bound_further_inside(node)), (*parameters,))
    if node.args.kwarg is not None and len(frame[node.args.kwarg.arg]) == 1:
        frame[node.args.kwarg.arg] = (_new_dict(node.args.kwarg.arg, node),)
    return frame


def _new_dict(name: str, node: Function) -> Binding:
    """Return the binding of ``**name``: to a dict that is new, with values of which nothing is known."""
    return Binding(name, "value", node, ast.Dict([None], [ast.Name("*", ast.Load())]))


def _bound_further_inside(node: Function) -> Iterator[Binding]:
    """Yield what functions inside a function bind that declare the name nonlocal."""
    for inner in nodes_of(node):
        if isinstance(inner, Function) and inner is not node:
            scope = scope_of(inner.body)
            for item in scope.bindings:
                if item.name in scope.nonlocal_names:
                    kind = item.kind if item.kind == "augmented" else "other"
                    yield Binding(item.name, kind, item.node)


def returns_of(node: ast.FunctionDef) -> tuple[ast.Return, ...]:
    """Return a function's own return statements."""
    return scope_of(node.body).returns


def only_function(node: ast.expr | None, frame: Frame) -> ast.FunctionDef | None:
    """Return the only function that an expression can refer to in a frame; None if not certain."""
    bindings = frame.get(node.id, ()) if isinstance(node, ast.Name) else ()
    only = bindings[0].node if len(bindings) == 1 else None
    return only if isinstance(only, ast.FunctionDef) else None


def is_generator(node: ast.AST) -> bool:
    """Whether this is a function that yields."""
    return isinstance(node, Function) and scope_of(node.body).yields
