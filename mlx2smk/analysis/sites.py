"""How code uses a dictionary: one literal key at a time, or in a way that cannot be predicted."""

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
    """A place that reads or writes one key, or any; ``module`` None is the experiment."""

    keys: Keys
    span: Span | None
    module: str | None
    why: str


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A use of one key of a dictionary, or of any; ``read`` if the value matters. ``why`` is for people."""

    keys: Keys
    why: str
    read: bool = True


_READING = frozenset({"get", "setdefault", "pop"})


def certain_names(names: Names) -> frozenset[ast.expr]:
    """Return the expressions that certainly are names of the module, not of a scope inside."""
    return frozenset(item.node for item in names.references if item.certain)


def key_use(reference: Reference, module: Module, certain: frozenset[ast.expr]) -> KeyUse:
    """Return the one key that a use of a dictionary touches; any key if it is used in another way."""
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
    # A bare name, as in `try: SETUP except NameError: …`, looks at no key.
    return KeyUse(NO_KEYS, "is only named", read=False) if isinstance(parent, ast.Expr) else whole


def _key_of_method(reference: Reference) -> ast.expr | None:
    """Return the key of ``SETUP.get("key")`` and its like; None for other uses of attributes."""
    parent = reference.parents[0] if reference.parents else None
    called = isinstance(parent, ast.Call) and parent.func is reference.node
    if len(reference.attributes) != 1 or reference.attributes[0] not in _READING or not called:
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
    """Return the key that an expression is: any key if its text is not certain."""
    text = literal_text(key, module, certain)
    return ANY if text is None else Keys.of(text)


def literal_text(node: ast.expr, module: Module, certain: frozenset[ast.expr]) -> str | None:
    """Return the text that an expression certainly is: a literal, or a constant assigned once."""
    value: ast.expr | None = node
    if isinstance(node, ast.Name):
        found = module.bindings.get(node.id, ())
        once = len(found) == 1 and found[0].kind == "value" and _is_top_level(found[0].node, module)
        value = found[0].value if once and node in certain else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def _is_top_level(node: ast.AST, module: Module) -> bool:
    return module.tree is not None and node in module.tree.body
