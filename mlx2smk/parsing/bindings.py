"""Which names a statement binds in its own scope."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, NamedTuple, Union

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = (ast.FunctionDef, ast.AsyncFunctionDef)
Definition = (*Function, ast.ClassDef)
Defined = Union[ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef]


Binder = Union[ast.stmt, ast.expr, ast.pattern, ast.alias, ast.ExceptHandler]


class Binding(NamedTuple):
    """A name that is bound, or deleted, by a node."""

    name: str
    node: Binder


def own_scope(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, in the order of the text, that run in the same scope.

    Bodies of functions and classes are scopes of their own, and so are the targets of
    comprehensions; decorators, defaults and bases belong to the scope around them.
    """
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(list(_own_children(node))))


def _own_children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, Definition):
        yield from node.decorator_list
    if isinstance(node, (*Function, ast.Lambda)):
        yield from node.args.defaults
        yield from (default for default in node.args.kw_defaults if default is not None)
    elif isinstance(node, ast.ClassDef):
        yield from (*node.bases, *node.keywords)
    elif isinstance(node, ast.comprehension):
        yield from (node.iter, *node.ifs)
    elif isinstance(node, ast.AnnAssign) and node.value is None:
        yield node.annotation
    else:
        yield from ast.iter_child_nodes(node)


def bindings(statement: ast.AST) -> Iterator[Binding]:
    """Yield what a statement binds in its own scope; ``from m import *`` binds ``*``."""
    for node in own_scope(statement):
        if isinstance(node, (ast.stmt, ast.expr, ast.pattern, ast.alias, ast.ExceptHandler)):
            for name in _bound(node):
                yield Binding(name, node)


def _bound(node: Binder) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        if node.name:
            yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function, starred ones included."""
    starred = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a variable."""
    return text.isidentifier() and not keyword.iskeyword(text)
