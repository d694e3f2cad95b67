"""Which names a statement binds in its own scope, and where."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.language.scopes import name_bound, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

Binder = ast.stmt | ast.expr | ast.pattern | ast.alias | ast.ExceptHandler


class Binding(NamedTuple):
    """A name that is bound, or deleted, by a node."""

    name: str
    node: Binder


def bindings(statement: ast.AST) -> Iterator[Binding]:
    """Yield what a statement binds in its own scope; a bare ``x: int`` binds nothing."""
    bare: set[ast.AST] = set()
    for node in own_scope(statement):
        if isinstance(node, ast.AnnAssign) and node.value is None:
            bare.add(node.target)
        name = name_bound(node)
        if name is not None and isinstance(node, Binder) and node not in bare:
            yield Binding(name, node)


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a variable."""
    return text.isidentifier() and not keyword.iskeyword(text)
