"""Top-level statements with what is known about them, and the texts that expressions in them stand for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.sites import literal_text
from mlx2smk.language.keys import ANY, Keys

if TYPE_CHECKING:
    from mlx2smk.analysis.calls import Call
    from mlx2smk.analysis.enclosing import Enclosing
    from mlx2smk.analysis.project import Module, Unit
    from mlx2smk.language.bindings import Binding


class Stretch(NamedTuple):
    """A top-level statement with what is known about it."""

    module: Module
    unit: Unit
    around: Enclosing
    certain: frozenset[ast.expr]
    calls: dict[ast.Call, Call]


def keys_in(key: ast.expr, code: Stretch) -> Keys:
    """Return the texts that an expression may stand for; any if they are not certain."""
    if isinstance(key, ast.Name):
        scope = code.around.scope_of_name(key, key.id)
        if isinstance(scope, ast.ClassDef):
            return ANY  # before the class binds the name, it is the module's
        if scope is not None:
            parts = [_bound_keys(item, code) for item in code.around.bindings(scope)[key.id]]
            safe = code.around.loads(scope, key.id) is not None
            return Keys.union(parts) if safe else ANY
    text = literal_text(key, code.module, code.certain)
    return ANY if text is None else Keys.of(text)


def _bound_keys(binding: Binding, code: Stretch) -> Keys:
    """Return the texts that a local variable may be bound to: one, or those that a loop goes through."""
    value = binding.value
    target = getattr(binding.node, "target", None)
    if binding.kind == "value" and value is not None:
        return _text(value, code)
    if binding.kind != "element" or not isinstance(value, (ast.Tuple, ast.List, ast.Set)):
        return ANY
    if target is not None and not isinstance(target, ast.Name):
        return ANY
    if target is None and not _is_single_target(binding):
        return ANY
    return Keys.union(_text(part, code) for part in value.elts)


def _text(node: ast.expr, code: Stretch) -> Keys:
    text = literal_text(node, code.module, code.certain)
    return ANY if text is None else Keys.of(text)


def _is_single_target(binding: Binding) -> bool:
    """Whether the name is all that a comprehension binds to an element."""
    return any(
        isinstance(part.target, ast.Name) and part.target.id == binding.name
        for part in getattr(binding.node, "generators", ())
        if part.iter is binding.value
    )
