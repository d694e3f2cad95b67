"""Finds out which keys of a dictionary code uses."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.language.keys import ANY, NO_KEYS, Keys

if TYPE_CHECKING:
    from mlx2smk.analysis.names import Names, Reference
    from mlx2smk.analysis.project import Module
    from mlx2smk.diagnostics.source import Span


@dataclass(frozen=True, slots=True)
class Site:
    """A location that reads or writes a single key or any key; ``module`` None is the experiment."""

    keys: Keys
    span: Span | None
    module: str | None
    why: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A use of a single key of a dictionary, or of any key.

    ``read`` says whether the value matters, ``why`` is an explanation for the user.
    """

    keys: Keys
    why: str
    read: bool = True


READING = frozenset({"get", "setdefault", "pop"})


def certain_names(names: Names) -> frozenset[ast.expr]:
    """Return the expressions that certainly refer to names of the module, not of an inner scope."""
    return frozenset(reference.node for reference in names.references if reference.certain)


def key_use(reference: Reference, module: Module, certain: frozenset[ast.expr]) -> KeyUse:
    """Return the key that an expression uses of a dictionary; any key if that cannot be told."""
    whole = KeyUse(ANY, f"{reference.name} is used as a whole")
    if reference.attributes:
        key = _key_of_method(reference)
        return whole if key is None else _use_of(key, module, certain)
    parent, around = (*reference.parents[:2], None, None)[:2]
    if isinstance(parent, ast.Subscript) and parent.value is reference.node:
        stored = isinstance(parent.ctx, ast.Store) and not isinstance(around, ast.AugAssign)
        return _use_of(parent.slice, module, certain, read=not stored)
    if isinstance(parent, ast.Compare) and reference.node in parent.comparators:
        single = len(parent.ops) == 1 and isinstance(parent.ops[0], (ast.In, ast.NotIn))
        return _use_of(parent.left, module, certain) if single else whole
    # A bare name, as in `try: SETUP except NameError: …`, uses no key.
    return KeyUse(NO_KEYS, "is only named", read=False) if isinstance(parent, ast.Expr) else whole


def _key_of_method(reference: Reference) -> ast.expr | None:
    """Return the key in ``SETUP.get("key")`` and the like; None for other uses of attributes."""
    parent = reference.parents[0] if reference.parents else None
    called = isinstance(parent, ast.Call) and parent.func is reference.node
    if len(reference.attributes) != 1 or reference.attributes[0] not in READING or not called:
        return None
    arguments = parent.args if isinstance(parent, ast.Call) else []
    return arguments[0] if arguments else None


def _use_of(
    key: ast.expr, module: Module, certain: frozenset[ast.expr], *, read: bool = True
) -> KeyUse:
    keys = keys_of(key, module, certain)
    why = "the key is computed" if keys.is_any else f"reads {keys.single!r}"
    return KeyUse(keys, why, read)


def keys_of(key: ast.expr, module: Module, certain: frozenset[ast.expr]) -> Keys:
    """Return the value of an expression as a key; any key if the value is not certain."""
    text = literal_text(key, module, certain)
    return ANY if text is None else Keys.of(text)


def literal_text(node: ast.expr, module: Module, certain: frozenset[ast.expr]) -> str | None:
    """Return the value of a string literal, or of a constant that is assigned once; otherwise None."""
    value: ast.expr | None = node
    if isinstance(node, ast.Name):
        bindings = module.bindings.get(node.id, ())
        once = (
            len(bindings) == 1
            and bindings[0].kind == "value"
            and _is_top_level(bindings[0].node, module)
        )
        value = bindings[0].value if once and node in certain else None
    if isinstance(value, ast.JoinedStr) and len(value.values) == 1:
        value = value.values[0]  # `f"rate"`, in which nothing is put
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _is_top_level(node: ast.AST, module: Module) -> bool:
    return module.tree is not None and node in module.tree.body
