"""What code may change that runs later than where it stands: whenever an iterator is read, or a function is called again."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.additions import root_of
from mlx2smk.analysis.known import READING_METHODS
from mlx2smk.analysis.moving import Along, Lead, Manner, NameUse
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.scopes import Function, nodes_of, split_dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def changed_in(nodes: Iterable[ast.AST], values: Values) -> Iterator[Lead]:
    """Yield the names outside of which some code uses parts, as their objects may change with that."""
    for node in (part for each in nodes for part in nodes_of(each)):
        if isinstance(node, (ast.Attribute, ast.Subscript)):
            root = root_of(node)
            if root is not None and values.local(root.id) is None:
                yield from _named(root, node, values)


def _named(root: ast.Name, node: ast.expr, values: Values) -> Iterator[Lead]:
    imported = values.module.imports(root.id)
    if not imported and root.id in values.module.bindings:
        yield Along(NameUse(values.module, root.id))
    found = origins_of(node, values, Manner.IS) if isinstance(node, ast.Attribute) else ()
    yield from map(Along, found)


def changed_by(node: Function, values: Values) -> Iterator[Lead]:
    """Yield what may change while a function runs, with those of the program that it calls; ``values`` are inside it."""
    seen, waiting = {node}, [(node, values)]
    while waiting:
        at, inside = waiting.pop()
        yield from changed_in(at.body, inside)
        for called in _called_in(at, inside):
            if isinstance(called.node, Function) and called.node not in seen:
                seen.add(called.node)
                waiting.append((called.node, values_inside(called, values)))


def _called_in(node: Function, values: Values) -> Iterator[Definition]:
    for part in (part for each in node.body for part in nodes_of(each)):
        meaning = values.meaning(part.func) if isinstance(part, ast.Call) else None
        if isinstance(meaning, Definition):
            yield meaning


def values_inside(definition: Definition, values: Values) -> Values:
    """Return the scope inside a function of the program."""
    there = Values(values.project, definition.module)
    node = definition.node
    return there.inside(frame_inside(node)) if isinstance(node, Function) else there


def changes_any(body: Iterable[ast.AST], names: Iterable[str]) -> bool:
    """Whether code may change the object of a name, or assigns some name that it declares nonlocal."""
    wanted = frozenset(names)
    parts = (part for each in body for part in nodes_of(each))
    return any(isinstance(part, ast.Nonlocal) or _changes(part, wanted) for part in parts)


def _changes(node: ast.AST, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Call):
        method = node.func
        if not isinstance(method, ast.Attribute) or method.attr in READING_METHODS:
            return False
        root = root_of(method)
    elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
        root = root_of(node)
    else:
        return False
    return root is not None and root.id in names


def origins_of(node: ast.Attribute, values: Values, manner: Manner) -> Iterator[NameUse]:
    """Yield the names of local modules that ``module.name`` stands for."""
    root, chain = split_dotted(node)
    if not isinstance(root, ast.Name) or values.local(root.id) is not None:
        return
    for imported in values.module.imports(root.id):
        for step in values.project.trace(imported, values.module, chain):
            if step.name is not None:
                yield NameUse(step.module, step.name, manner)
