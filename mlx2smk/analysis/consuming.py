"""Iterators: reading one changes it, so what reads it belongs to its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.known import ITERATORS, listed
from mlx2smk.analysis.scope_frames import frame_inside, is_generator, returns_of
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.language.bindings import Binding


def consumed(name: str, values: Values, reading: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names whose objects may change when a name is read, as iterators do."""
    if name in reading:
        return frozenset()
    changing: set[str] = set()
    for binding in values.bindings(name):
        for value in (*_bound(binding), *_assigned_with_others(binding, values)):
            others = frozenset[str]()
            if isinstance(value, ast.Name):
                others = consumed(value.id, values, reading | {name})
            if others or _is_iterator(value, values):
                changing |= {name, *others}
    return frozenset(changing)


def _bound(binding: Binding) -> list[ast.expr]:
    """Return what a name may stand for, or what that holds; a class holds its attributes."""
    if isinstance(binding.node, ast.ClassDef):
        inside = (each for each in scope_of(binding.node.body).bindings if each.kind == "value")
        return [part for each in inside for part in _parts(each.value)]
    held = binding.kind == "element" and isinstance(binding.value, _LITERALS)
    return _parts(binding.value) if binding.kind == "value" or held else []


def _assigned_with_others(binding: Binding, values: Values) -> Iterator[ast.expr]:
    """Yield what ``a = b = …`` or ``a, b = …`` assigns to a name, or its parts, and the other names for it."""
    for node in values.module.of_kind(ast.Assign) if binding.kind == "other" else ():
        for target in node.targets:
            # What `a, b = zip(…)` takes from an iterator is none.
            whole = isinstance(target, ast.Name)
            if _is_target(binding.name, target):
                yield from _parts(node.value) if whole or _holds(node.value, values) else ()
                yield from (each for each in node.targets if whole and isinstance(each, ast.Name))


def _holds(node: ast.expr, values: Values) -> bool:
    tee = isinstance(node, ast.Call) and values.library(node.func) == "itertools.tee"
    return tee or isinstance(node, _LITERALS)


def _is_target(name: str, target: ast.expr) -> bool:
    if isinstance(target, (ast.Tuple, ast.List)):
        return any(_is_target(name, each) for each in target.elts)
    return isinstance(target, ast.Name) and target.id == name


_LITERALS = (ast.List, ast.Tuple, ast.Set)


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """Return what an expression may stand for, or holds."""
    match node:
        case ast.IfExp():
            inside: list[ast.expr | None] = [node.body, node.orelse]
        case ast.BoolOp():
            inside = [*node.values]
        case ast.BinOp():
            inside = [node.left, node.right]
        case ast.NamedExpr() | ast.Starred() | ast.DictComp():
            inside = [node.value]
        case ast.ListComp() | ast.SetComp():
            inside = [node.elt]
        case ast.List() | ast.Tuple() | ast.Set():
            inside = [*node.elts]
        case ast.Dict():
            inside = [*node.values]
        case None:
            return []
        case _:
            return [node]
    return [part for each in inside for part in _parts(each)]


def _is_iterator(node: ast.expr, values: Values, seen: frozenset[ast.AST] = frozenset()) -> bool:
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.GeneratorExp)
    found = meanings(node.func, values)
    if found == [None]:
        return isinstance(node.func, ast.Attribute) and node.func.attr in _ITERATING
    return any(
        _returns_iterator(each, values, seen)
        if isinstance(each, Definition)
        else each is not None and listed(each.name, ITERATORS | {"collections.defaultdict"})
        for each in found
    )


_ITERATING = frozenset({"__iter__", "finditer", "iterdir", "glob", "rglob"})
"""Methods that return iterators, most likely."""


def _returns_iterator(definition: Definition, values: Values, seen: frozenset[ast.AST]) -> bool:
    """Whether what a function of the program returns may be an iterator, or hold one."""
    node = definition.node
    if is_generator(node) or not isinstance(node, ast.FunctionDef) or node in seen:
        return is_generator(node)
    frame = frame_inside(node)
    inside = Values(values.project, definition.module).inside(frame)
    found = [part for each in returns_of(node) for part in _parts(each.value)]
    named = [each.id for each in found if isinstance(each, ast.Name)]
    local = [part for name in named for each in frame.get(name, ()) for part in _bound(each)]
    return any(_is_iterator(each, inside, seen | {node}) for each in (*found, *local))


def is_consumed_elsewhere(node: ast.expr, values: Values) -> bool:
    """Whether reading ``name`` or ``module.name`` may change an object of a local module."""
    root, chain = split_dotted(node)
    if not isinstance(root, ast.Name) or values.local(root.id) is not None:
        return False
    steps = (
        step
        for imported in values.module.imports(root.id)
        for step in values.project.trace(imported, values.module, chain)
    )
    return any(
        step.name is not None and consumed(step.name, Values(values.project, step.module))
        for step in steps
    )
