"""Which names code binds in its own scope, and where, without looking into the scopes inside it."""

from __future__ import annotations

import ast
import keyword
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeGuard

from mlx2smk.language.scopes import LEAVES, Function, children, code_below, name_bound, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Binder = ast.stmt | ast.expr | ast.pattern | ast.alias | ast.ExceptHandler


class BoundName(NamedTuple):
    """A name that is bound, or deleted, by a node."""

    name: str
    node: Binder


def names_bound(statement: ast.AST) -> Iterator[BoundName]:
    """Yield what a statement binds in its own scope; a bare ``x: int`` binds nothing."""
    bare: set[ast.AST] = set()
    for node in own_scope(statement):
        if isinstance(node, ast.AnnAssign) and node.value is None:
            bare.add(node.target)
        name = name_bound(node)
        if name is not None and isinstance(node, Binder) and node not in bare:
            yield BoundName(name, node)


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a variable."""
    return text.isidentifier() and not keyword.iskeyword(text)


BindingKind = Literal[
    "function",
    "class",
    "import",
    "value",  # a single name assigned one expression
    "element",  # the target of a loop over one expression
    "augmented",
    "other",  # unpacking, several targets, `:=`, `with … as`, `except … as`, a pattern, a type alias
    "deleted",
    "global",  # assigned by a function that declares the name global
]


@dataclass(frozen=True, slots=True)
class Imported:
    """One name of an import statement, wherever it stands; ``name`` is None for ``import module``.

    ``level`` counts the leading dots; ``bound`` is the name bound here, empty for ``import *``;
    ``renamed`` says that there is an ``as``.
    """

    module: str
    level: int
    name: str | None
    bound: str
    renamed: bool = False

    @property
    def star(self) -> bool:
        """Whether this is ``from module import *``."""
        return self.name == "*"

    @property
    def path(self) -> tuple[str, tuple[str, ...]]:
        """What the bound name stands for: a module and, for ``from`` imports, the attribute in it."""
        if self.name is not None:
            return self.module, (self.name,)
        return (self.module if self.renamed else self.module.partition(".")[0]), ()


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that binds a name; ``value`` is the expression for the kinds value and element."""

    name: str
    kind: BindingKind
    node: ast.AST
    value: ast.expr | None = None
    imported: Imported | None = None

    @property
    def is_constant(self) -> bool:
        """Whether this is a constant, which cannot be called."""
        return self.kind == "value" and isinstance(self.value, ast.Constant)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names bound in one scope, those that it declares global or nonlocal, and how it gives values."""

    bindings: tuple[Binding, ...]
    global_names: frozenset[str]
    nonlocal_names: frozenset[str]
    returns: tuple[ast.Return, ...]
    yields: bool


def scope_of(nodes: Iterable[ast.AST]) -> Scope:
    """Collect the bindings of some statements or expressions that share a scope.

    The body of a function or class is asked for often, and is the same list each time.
    """
    if not isinstance(nodes, list):
        return _scope_of(nodes)
    known = _scopes.get(id(nodes))
    if known is None or known[0] is not nodes:
        if len(_scopes) >= _MOST_SCOPES:
            _scopes.clear()
        known = _scopes[id(nodes)] = nodes, _scope_of(nodes)
    return known[1]


_scopes: dict[int, tuple[list[ast.AST], Scope]] = {}
_MOST_SCOPES = 20_000


def _scope_of(nodes: Iterable[ast.AST]) -> Scope:
    telling = _telling(nodes)
    declared = [node for node in telling if isinstance(node, (ast.Global, ast.Nonlocal))]
    return Scope(
        tuple(_bindings(telling)),
        frozenset(name for node in declared if isinstance(node, ast.Global) for name in node.names),
        frozenset(
            name for node in declared if isinstance(node, ast.Nonlocal) for name in node.names
        ),
        tuple(node for node in telling if isinstance(node, ast.Return)),
        any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in telling),
    )


def _telling(roots: Iterable[ast.AST]) -> list[ast.AST]:
    """Return, in the order of the text, the nodes of a scope that may say something about its names."""
    found: list[ast.AST] = []
    stack = [*roots][::-1]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind in _TELLING:
            found.append(node)
        if kind not in LEAVES:
            inner = [*_counted(node)] if kind in _IN_PART else code_below(node)
            stack += inner[::-1]
    return found


_TELLING = frozenset(
    {
        *(ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler),
        *(ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.Import, ast.ImportFrom, ast.Global),
        *(ast.Nonlocal, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor),
        *(ast.Return, ast.Yield, ast.YieldFrom),
    }
)
"""Kinds of nodes that bind names, say what is assigned to a name or where it belongs, or give values."""

_IN_PART = frozenset(
    {
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.comprehension),
        ast.If,
    }
)
"""Kinds of nodes below which not all runs in their scope, or in a job."""


def _counted(node: ast.AST) -> Iterable[ast.AST]:
    return node.orelse if is_main_guard(node) else children(node)


def _bindings(nodes: Iterable[ast.AST]) -> Iterator[Binding]:
    """Yield what nodes bind that come in the order of the text: each statement before its target."""
    assigned: dict[ast.AST, _Assigned] = {}
    for node in nodes:
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                yield Binding(node.id, *assigned.get(node, (_kind(node), node, None)))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for imported in imports_of(node):
                if not imported.star:
                    yield Binding(imported.bound, "import", node, None, imported)
        else:
            assigned.update(_assigned(node))
            name = name_bound(node)
            if name is not None:
                yield Binding(name, _kind(node), node)


_Assigned = tuple[BindingKind, ast.AST, ast.expr | None]


def _assigned(node: ast.AST) -> dict[ast.AST, _Assigned]:
    """Return by its target what a statement assigns; it counts where the target is a name."""
    # Names of `a = b = []` share their value, so it is not the value of either.
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return {node.targets[0]: ("value", node, node.value)}
    if isinstance(node, ast.AnnAssign):
        return {node.target: ("value", node, node.value)}
    if isinstance(node, ast.AugAssign):
        return {node.target: ("augmented", node, None)}
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return {node.target: ("element", node, node.iter)}
    return {}


def _kind(node: ast.AST) -> BindingKind:
    if isinstance(node, Function):
        return "function"
    if isinstance(node, ast.ClassDef):
        return "class"
    return "deleted" if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) else "other"


def nodes_bound(body: Iterable[ast.AST], name: str) -> list[ast.AST]:
    """Return what binds a name in the body of a class or function, once for each time."""
    return [each.node for each in scope_of(body).bindings if each.name == name]


def imports_something(node: ast.AST) -> bool:
    """Whether there is an import statement in some code, also inside what it defines."""
    return any(isinstance(part, (ast.Import, ast.ImportFrom)) for part in ast.walk(node))


def imports_of(node: ast.Import | ast.ImportFrom) -> tuple[Imported, ...]:
    """Take an import statement apart, one entry for each name."""
    if isinstance(node, ast.ImportFrom):
        module, level = node.module or "", node.level or 0
        return tuple(
            Imported(
                module, level, alias.name, "" if alias.name == "*" else alias.asname or alias.name
            )
            for alias in node.names
        )
    return tuple(
        Imported(
            alias.name,
            0,
            None,
            alias.asname or alias.name.partition(".")[0],
            alias.asname is not None,
        )
        for alias in node.names
    )


def untaken(block: list[ast.stmt]) -> ast.Pass:
    """Return what stands for the statements of a branch that never runs, in their place."""
    node = ast.copy_location(ast.Pass(), block[0])
    first = min((each.lineno, each.col_offset) for each in _beginning(block[0]))
    node.lineno, node.col_offset = first
    node.end_lineno, node.end_col_offset = block[-1].end_lineno, block[-1].end_col_offset
    setattr(node, _UNTAKEN, True)
    return node


def _beginning(node: ast.stmt) -> list[ast.stmt | ast.expr]:
    return [node, *getattr(node, "decorator_list", [])]


def is_untaken(node: ast.AST) -> bool:
    """Whether a statement stands for a branch that never runs."""
    return hasattr(node, _UNTAKEN)


_UNTAKEN = "_untaken"


def is_main_guard(node: ast.AST) -> TypeGuard[ast.If]:
    """Whether this is ``if __name__ == "__main__":``, whose body never runs in a job."""
    test = node.test if isinstance(node, ast.If) else None
    if (
        not isinstance(test, ast.Compare)
        or len(test.ops) != 1
        or not isinstance(test.ops[0], ast.Eq)
    ):
        return False
    sides = test.left, test.comparators[0]
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides) and any(
        isinstance(side, ast.Constant) and side.value == "__main__" for side in sides
    )
