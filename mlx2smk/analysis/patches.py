"""What a module does to attributes of its names, so that these are no longer what their definitions say."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Unit


def patched_in(module: Module) -> Iterator[str]:
    """Yield the names at whose attributes a module assigns, as in ``A.__init__ = f``.

    A function does the same with whatever attributes that are not Python's own, as in ``f.calls = 0``.
    """
    for node in _assigned(module):
        if isinstance(node.value, ast.Name) and not _is_note(node.value.id, node.attr, module):
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


def assigned_in(module: Module) -> Iterator[str]:
    """Yield the attributes that a module assigns or deletes, of whatever objects."""
    return (node.attr for node in _assigned(module))


def attributes_set_by_calls(module: Module) -> Iterator[tuple[ast.ClassDef | None, str | None]]:
    """Yield the attributes that calls of ``setattr`` and the like set, with the class if it is one of a method's own.

    None: the name is computed; the object may be any.
    """
    for unit in module.units:
        for node in unit.nodes:
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if named and isinstance(node, ast.Call) and ast.unparse(node.func) in _SETTING:
                name = node.args[1] if len(node.args) > 1 else None
                text = name.value if isinstance(name, ast.Constant) else None
                yield _own_class(node, unit), text if isinstance(text, str) else None


def _own_class(call: ast.Call, unit: Unit) -> ast.ClassDef | None:
    """Return the class of whose method a call is given the first parameter."""
    given, node = (call.args[0] if call.args else None), call
    around: ast.AST | None = unit.parents.get(node)
    while around is not None and not isinstance(around, Function):
        around = unit.parents.get(around)
    cls = unit.parents.get(around) if around is not None else None
    if not isinstance(around, Function) or not isinstance(cls, ast.ClassDef):
        return None
    first = [*around.args.posonlyargs, *around.args.args][:1]
    own = bool(first) and isinstance(given, ast.Name) and given.id == first[0].arg
    plain = own and not around.decorator_list
    return cls if plain else None


_SETTING = frozenset({"setattr", "delattr"})


def _assigned(module: Module) -> Iterator[ast.Attribute]:
    for unit in module.units:
        for node in unit.names.attributes:
            if not isinstance(node.ctx, ast.Load):
                yield node


def _is_note(name: str, attribute: str, module: Module) -> bool:
    """Whether an attribute is one that Python itself does not look at, of a function without decorators."""
    bindings = module.bindings.get(name, ())
    function = bindings[0].node if len(bindings) == 1 else None
    own = attribute.startswith("__") and attribute.endswith("__")
    return isinstance(function, Function) and not function.decorator_list and not own


def _is_argument_of(reference: Reference, functions: set[str]) -> bool:
    call = reference.parents[0] if reference.parents else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in functions
        and call.args[:1] == [reference.node]
    )
