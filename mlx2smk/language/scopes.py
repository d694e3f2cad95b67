"""What runs in a scope itself, without the scopes inside it, and which names that binds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode: TypeAlias = Function | ast.ClassDef


def children(node: ast.AST) -> Iterable[ast.AST]:
    """Return what stands directly below a node and runs in its scope.

    Bodies of functions and classes are scopes of their own, and so are the targets of
    comprehensions; decorators, defaults, annotations and bases belong to the scope around them.
    """
    if isinstance(node, Function):
        return (*node.decorator_list, *evaluated_at_definition(node))
    if isinstance(node, ast.Lambda):
        return defaults_of(node.args)
    if isinstance(node, ast.ClassDef):
        return (*node.decorator_list, *node.bases, *node.keywords)
    if isinstance(node, ast.comprehension):
        return (node.iter, *node.ifs)
    return code_below(node)


def code_below(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below a node; none if it is data, of which there may be a million values."""
    return [] if is_data(node) else below(node)


def is_data(node: ast.AST) -> bool:
    """Whether this is a list, tuple, set or dict that has, at any depth, nothing but constants: no code.

    The answer is kept with the node, since nobody changes what it has.
    """
    if type(node) not in _CONTAINERS:
        return False
    known: bool | None = getattr(node, _IS_DATA, None)
    if known is None:
        known = _is_constant(node)
        setattr(node, _IS_DATA, known)
    return known


def _is_constant(node: ast.AST | None) -> bool:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        parts: list[ast.expr | None] = [*node.elts]
    elif isinstance(node, ast.Dict):
        parts = [*node.keys, *node.values]  # a key is None where a dict is unpacked
    elif isinstance(node, ast.UnaryOp):
        parts = [node.operand]
    else:
        return isinstance(node, ast.Constant)
    return set(map(type, parts)) <= _CONSTANTS or all(map(_is_constant, parts))


_CONTAINERS = frozenset({ast.List, ast.Tuple, ast.Set, ast.Dict})
_CONSTANTS = frozenset({ast.Constant})
_IS_DATA = "_is_data"


def below(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly below a node, as `ast.iter_child_nodes` does but much faster.

    Contexts and operators, which have nothing below them and are the same objects everywhere, are left out.
    """
    kind = type(node)
    parts = _PARTS.get(kind)
    if parts is None:
        parts = _PARTS[kind] = tuple(name for name in kind._fields if name not in _NO_PARTS)
    found: list[ast.AST] = []
    for name in parts:
        value = getattr(node, name, None)
        if type(value) is list:
            found += [item for item in value if item is not None] if name in _GAPS else value
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


LEAVES = frozenset({ast.Name, ast.Constant, ast.alias, ast.Pass, ast.Global, ast.Nonlocal})
"""Kinds of nodes that have no nodes below them."""

_PARTS: dict[type[ast.AST], tuple[str, ...]] = dict.fromkeys(LEAVES, ())
"""For each kind of nodes that was met, the fields that may hold nodes."""

_GAPS = frozenset({"keys", "kw_defaults"})
"""Lists in which None stands for what is not there."""

_NO_PARTS = frozenset(
    {
        *(
            "ctx",
            "op",
            "ops",
            "id",
            "attr",
            "arg",
            "asname",
            "rest",
            "kwd_attrs",
            "module",
            "level",
        ),
        *("kind", "conversion", "type_comment", "is_async", "simple", "tag"),
    }
)


def nodes_of(
    root: ast.AST, inside: Callable[[ast.AST], Iterable[ast.AST]] = below
) -> list[ast.AST]:
    """Return a node and all nodes below it in no particular order, as `ast.walk` does but faster."""
    found = [root]
    for node in found:
        if type(node) not in LEAVES:
            found += inside(node)
    return found


def own_scope(
    root: ast.AST, inside: Callable[[ast.AST], Iterable[ast.AST]] = children
) -> Iterator[ast.AST]:
    """Yield a node and all below it, in the order of the text, that run in the same scope."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in LEAVES:
            stack.extend(reversed([*inside(node)]))


def name_bound(node: ast.AST) -> str | None:
    """Return the name that a node itself binds or deletes; ``from m import *`` binds ``*``."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, (DefinitionNode, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name
    if isinstance(node, ast.alias):
        return node.asname or node.name.split(".")[0]
    return node.rest if isinstance(node, ast.MatchMapping) else None


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function, starred ones included."""
    starred = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


def defaults_of(arguments: ast.arguments) -> Iterator[ast.expr]:
    """Yield the default values, which run where the function is defined."""
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)


def annotations_of(node: Function) -> Iterator[ast.expr]:
    """Yield the annotations of a function's parameters and of what it returns."""
    yield from (arg.annotation for arg in parameters_of(node.args) if arg.annotation is not None)
    if node.returns is not None:
        yield node.returns


def evaluated_at_definition(node: Function) -> Iterator[ast.expr]:
    """Yield what runs where a function is defined, its decorators aside."""
    yield from defaults_of(node.args)
    yield from annotations_of(node)


def stored_names(target: ast.expr) -> Iterator[ast.Name]:
    """Yield the names that a target binds."""
    for node in ast.walk(target):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node


def split_dotted(node: ast.expr) -> tuple[ast.expr, tuple[str, ...]]:
    """Split an expression such as ``a.b.c`` into what it starts with and the attributes that follow."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return node, tuple(attributes)


def mangled(name: str, classes: list[str]) -> str:
    """Return a name as Python sees it inside classes: ``__x`` is ``_Class__x`` there."""
    if not classes or not name.startswith("__") or name.endswith("__") or "." in name:
        return name
    owner = classes[-1].lstrip("_")
    return f"_{owner}{name}" if owner else name


def attribute_of(parent: ast.AST, node: ast.expr) -> tuple[ast.expr, str] | None:
    """Return the expression ``node.name``, or ``getattr(node, "name")``, and the name."""
    if isinstance(parent, ast.Attribute) and parent.value is node:
        return parent, parent.attr
    if not isinstance(parent, ast.Call) or len(parent.args) < 2 or parent.args[0] is not node:
        return None
    key = parent.args[1]
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
        return None
    named = isinstance(parent.func, ast.Name) and parent.func.id in {"getattr", "hasattr"}
    return (parent, key.value) if named else None
