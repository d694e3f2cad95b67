"""Finds the decorated functions of a file and whatever looks like one but cannot count."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_decorators import (
    BareDecorator,
    CalledDirectly,
    DecoratedClass,
    MissingImport,
    NotTopLevel,
    TwoDecorators,
)
from mlx2smk.language.decorator_imports import note_unknown_name
from mlx2smk.language.origins import (
    FOREIGN,
    KINDS,
    MODULES,
    Origins,
    applied,
    bind,
    kind,
    origin,
    split,
)
from mlx2smk.language.scopes import DefinitionNode, Function, code_below, nodes_of, parameters_of
from mlx2smk.language.spelling import check_spelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.diagnostics.diagnostic import Findings

DECORATOR_USAGE: Final = {
    "setup": "@setup() or @setup(1)",
    "trial": '@trial(1, {"n": [1, 2, 3]})',
    "verify": '@verify(["train"])',
}


@dataclass(frozen=True, slots=True)
class Decorated:
    """A function at top level with one of our decorators; ``statement`` is its index in the body.

    ``call`` is None if the decorator has no parentheses, which is an error that is noted already.
    ``module`` is where the decorator comes from; empty if it is not imported, an error as well.
    """

    kind: str
    module: str
    function: Function
    call: ast.Call | None
    statement: int


def find_decorated(findings: Findings, tree: ast.Module) -> list[Decorated]:
    """Return the decorated functions in file order; note uses of decorators that do not count."""
    found: list[Decorated] = []
    origins: Origins = {}
    for index, statement in enumerate(tree.body):
        if isinstance(statement, DefinitionNode):
            check_spelling(findings, tree, statement, origins)
            found += _top_level(findings, statement, index, origins)
        bind(statement, origins)
    _check_nested(findings, tree, origins)
    return found


def _top_level(
    findings: Findings, node: DefinitionNode, index: int, origins: Origins
) -> list[Decorated]:
    """Return the function, if it is one and decorated, with the first of our decorators."""
    decorators = _decorators(findings, node, origins)
    if not decorators:
        return []
    (first, decorator), *others = decorators
    if isinstance(node, ast.ClassDef):
        span = findings.source.name_span(node)
        findings.add(DecoratedClass, span, name=first, function=node.name)
    if not isinstance(node, Function):
        return []
    for _, other in others:
        findings.add(TwoDecorators, other, function=node.name, first=first)
    call = decorator if isinstance(decorator, ast.Call) else None
    module, _ = split(origin(applied(decorator), origins))
    return [Decorated(first, module, node, call, index)]


def _decorators(
    findings: Findings, node: DefinitionNode, origins: Origins
) -> list[tuple[str, ast.expr]]:
    """Return those decorators of a definition that are ours, with their kinds."""
    ours = [(_decorator_kind(findings, each, origins), each) for each in node.decorator_list]
    return [(what, decorator) for what, decorator in ours if what is not None]


def _decorator_kind(findings: Findings, decorator: ast.expr, origins: Origins) -> str | None:
    name = applied(decorator)
    what = kind(name, origins) or _unbound_kind(findings, name, origins)
    if what is None:
        _check_attribute(findings, name, origins)
    elif name is decorator:
        findings.add(BareDecorator, decorator, name=what, usage=DECORATOR_USAGE[what])
    return what


def _unbound_kind(findings: Findings, name: ast.expr, origins: Origins) -> str | None:
    """Return what an unbound name would mean if only it were imported, and note that."""
    if origin(name, origins) is not None:
        return None
    text = ast.unparse(name)
    module, _, member = text.rpartition(".")
    if member not in KINDS or module not in {"", *MODULES}:
        return None
    line = f"import {module}" if module else f"from mlx2smk import {member}"
    findings.add(MissingImport, name, name=text, line=line)
    return member


def _check_attribute(findings: Findings, name: ast.expr, origins: Origins) -> None:
    module, member = split(origin(name, origins))
    if isinstance(name, ast.Attribute) and module in MODULES:
        note_unknown_name(findings, name, module, member)


def _check_nested(findings: Findings, tree: ast.Module, origins: Origins) -> None:
    """Note decorators below top level, and decorators that are called like functions."""
    marks = {
        id(decorator)
        for node in nodes_of(tree, code_below)
        if isinstance(node, DefinitionNode)
        for decorator in node.decorator_list
    }
    for node, names, where in _inside(tree, origins):
        if where and isinstance(node, DefinitionNode):
            decorators = _decorators(findings, node, names)
            if decorators:
                span = findings.source.name_span(node)
                findings.add(NotTopLevel, span, function=node.name, where=where)
        elif isinstance(node, ast.Call) and id(node) not in marks:
            what = kind(node.func, names)
            if what is not None:
                findings.add(CalledDirectly, node.func, name=what)


def _inside(tree: ast.Module, origins: Origins) -> Iterator[tuple[ast.AST, Origins, str]]:
    """Yield each node with what names mean there, and the nearest thing that it is inside of."""
    stack: list[tuple[ast.AST, Origins, str]] = [(tree, origins, "")]
    while stack:
        node, names, where = stack.pop()
        yield node, names, where
        inner, place = _inner(node, names), _place(node) or where
        stack.extend((child, inner, place) for child in code_below(node))


def _inner(node: ast.AST, origins: Origins) -> Origins:
    """Return what names mean inside a node: functions and classes have names of their own."""
    if not isinstance(node, (DefinitionNode, ast.Lambda)):
        return origins
    parameters = [] if isinstance(node, ast.ClassDef) else parameters_of(node.args)
    inner = origins | {parameter.arg: FOREIGN for parameter in parameters}
    if isinstance(node, DefinitionNode):
        for statement in node.body:
            bind(statement, inner)
    return inner


def _place(node: ast.AST) -> str:
    if isinstance(node, ast.ClassDef):
        return f"class {node.name!r}"
    if isinstance(node, Function):
        return f"function {node.name!r}"
    if isinstance(node, ast.Match) or (isinstance(node, ast.stmt) and hasattr(node, "body")):
        word = type(node).__name__.removeprefix("Async").removesuffix("Star").lower()
        return f"{'an' if word == 'if' else 'a'} {word!r} statement"
    return ""
