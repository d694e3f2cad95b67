"""How code uses a dictionary: by one literal key at a time, or in a way that nobody can foresee."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.analysis.names import Names, Reference
    from mlx2smk.analysis.project import Module
    from mlx2smk.diagnostics.source import Span


@dataclass(frozen=True, slots=True)
class Site:
    """A place that reads or writes a key; ``key`` None stands for any, ``module`` None for the experiment."""

    key: str | None
    span: Span | None
    module: str | None
    why: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A use of one key of a dictionary; ``key`` None if it is computed, ``read`` if its value matters."""

    key: str | None
    read: bool = True


_READING = frozenset({"get", "setdefault", "pop"})


def certain_names(names: Names) -> frozenset[ast.expr]:
    """Return the expressions that certainly are names of the module, not of a scope inside."""
    return frozenset(item.node for item in names.references if item.certain)


def key_of(reference: Reference, module: Module, certain: frozenset[ast.expr]) -> KeyUse | None:
    """Return the one key that a use of a dictionary touches; None if it is used in another way."""
    if reference.attributes:
        return _method_key(reference, module, certain)
    parent, around = (*reference.parents[:2], None, None)[:2]
    if isinstance(parent, ast.Subscript) and parent.value is reference.node:
        stored = isinstance(parent.ctx, ast.Store) and not isinstance(around, ast.AugAssign)
        return KeyUse(text_of(parent.slice, module, certain), read=not stored)
    if isinstance(parent, ast.Compare) and reference.node in parent.comparators:
        single = len(parent.ops) == 1 and isinstance(parent.ops[0], (ast.In, ast.NotIn))
        return KeyUse(text_of(parent.left, module, certain)) if single else None
    # A bare name, as in `try: SETUP except NameError: …`, looks at no key.
    return KeyUse(None, read=False) if isinstance(parent, ast.Expr) else None


def _method_key(
    reference: Reference, module: Module, certain: frozenset[ast.expr]
) -> KeyUse | None:
    parent = reference.parents[0] if reference.parents else None
    called = isinstance(parent, ast.Call) and parent.func is reference.node
    if len(reference.attributes) != 1 or reference.attributes[0] not in _READING or not called:
        return None
    arguments = parent.args if isinstance(parent, ast.Call) else []
    return KeyUse(text_of(arguments[0], module, certain)) if arguments else None


def text_of(node: ast.expr, module: Module, certain: frozenset[ast.expr]) -> str | None:
    """Return the text that an expression certainly is: a literal, or a constant assigned once."""
    value: ast.expr | None = node
    if isinstance(node, ast.Name):
        found = module.bindings.get(node.id, ())
        once = len(found) == 1 and found[0].kind == "value" and _is_top_level(found[0].node, module)
        value = found[0].value if once and node in certain else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _is_top_level(node: ast.AST, module: Module) -> bool:
    return module.tree is not None and node in module.tree.body
