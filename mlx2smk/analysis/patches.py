"""What a module does to attributes of its names, so that these are no longer what their definitions say."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module


def patched_in(module: Module) -> Iterator[str]:
    """Yield the names at whose attributes a module assigns, as in ``A.__init__ = f``."""
    for node in _assigned(module):
        if isinstance(node.value, ast.Name):
            yield node.value.id
    for unit in module.units:
        for reference in unit.names.references:
            if _is_argument_of(reference, {"setattr", "delattr"}):
                yield reference.name


def replaced_in(module: Module) -> Iterator[str]:
    """Yield the attributes that a module assigns to what it imports, as in ``helper.f = g``."""
    for node in _assigned(module):
        if isinstance(node.value, ast.Name) and module.imports(node.value.id):
            yield node.attr


def _assigned(module: Module) -> Iterator[ast.Attribute]:
    for unit in module.units:
        for node in unit.names.attributes:
            if not isinstance(node.ctx, ast.Load):
                yield node


def _is_argument_of(reference: Reference, functions: set[str]) -> bool:
    call = reference.parents[0] if reference.parents else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in functions
        and call.args[:1] == [reference.node]
    )
