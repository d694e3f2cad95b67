"""Iterators: reading one changes it, so what reads it belongs to its name."""

from __future__ import annotations

import ast

from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.known import ITERATORS, listed
from mlx2smk.analysis.scope_frames import is_generator
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.scopes import split_dotted


def consumed(name: str, values: Values, reading: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the names whose objects may change when a name is read, as iterators do."""
    if name in reading:
        return frozenset()
    changing: set[str] = set()
    for binding in values.bindings(name):
        for value in _parts(binding.value) if binding.kind == "value" else ():
            others = frozenset[str]()
            if isinstance(value, ast.Name):
                others = consumed(value.id, values, reading | {name})
            if others or _is_iterator(value, values):
                changing |= {name, *others}
    return frozenset(changing)


def _parts(node: ast.expr | None) -> list[ast.expr]:
    """Return what an expression may stand for, or holds."""
    match node:
        case ast.IfExp():
            inside: list[ast.expr | None] = [node.body, node.orelse]
        case ast.BoolOp():
            inside = [*node.values]
        case ast.NamedExpr() | ast.Starred():
            inside = [node.value]
        case ast.List() | ast.Tuple() | ast.Set():
            inside = [*node.elts]
        case ast.Dict():
            inside = [*node.values]
        case None:
            return []
        case _:
            return [node]
    return [part for each in inside for part in _parts(each)]


def _is_iterator(node: ast.expr, values: Values) -> bool:
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.GeneratorExp)
    return any(
        is_generator(each.node)
        if isinstance(each, Definition)
        else each is not None and listed(each.name, ITERATORS | {"collections.defaultdict"})
        for each in meanings(node.func, values)
    )


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
