"""What a module does to attributes of its names, so that these are no longer what their definitions say."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.values import Library


HOOKS = frozenset(
    {
        *("__init__", "__new__", "__post_init__", "__set_name__", "__del__", "__setattr__"),
        *("__attrs_pre_init__", "__attrs_post_init__", "_missing_", "_generate_next_value_"),
    }
)
"""Methods that may be called when an instance is created."""

_RUN_BY_INSTANCES = HOOKS | {"__bases__"}
_RUN_BY_SUBCLASSES = frozenset({"__init_subclass__", "__bases__", "__mro_entries__"})
_RUN_BY_CALLS = frozenset({"__code__"})
"""Attributes that decide what runs; any object may be a class or function under another name."""


class Patches:
    """What the loaded modules of a project set of classes and functions, whatever these are called there."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._hooked: dict[str, frozenset[str]] = {}

    def may_change_calls(self, node: ast.AST) -> bool:
        """Whether something else may run when a function or class is called."""
        is_class = isinstance(node, ast.ClassDef)
        return self._may_set(node, _RUN_BY_INSTANCES if is_class else _RUN_BY_CALLS)

    def may_hook(self, node: ast.ClassDef, module: Module) -> bool:
        """Whether something else may run when a subclass of a class is defined.

        ``A.__init_subclass__ = f`` changes what a subclass of A does; ``A.count += 1`` does not.
        """
        if module.dotted not in self._hooked:
            self._hooked[module.dotted] = frozenset(_hooked_in(module))
        hooked = node.name in self._hooked[module.dotted]
        return hooked or self._may_set(node, _RUN_BY_SUBCLASSES)

    def _may_set(self, node: ast.AST, attributes: frozenset[str]) -> bool:
        return bool(self._anywhere & attributes) or node in self._by_any_name

    @cached_property
    def _anywhere(self) -> frozenset[str]:
        """The attributes that modules set or delete, of whatever objects."""
        return frozenset(name for module in self._loaded for name in _set_in(module))

    @cached_property
    def _by_any_name(self) -> frozenset[ast.AST]:
        """The definitions of which attributes are set whose names are not written out."""
        values = (Values(self.project, module) for module in self._loaded)
        found = (meaning for each in values for meaning in _set_by_any_name(each))
        return frozenset(meaning.node for meaning in found if isinstance(meaning, Definition))

    @cached_property
    def _loaded(self) -> tuple[Module, ...]:
        return (self.project.experiment, *self.project.imported_with(self.project.experiment))


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


def _hooked_in(module: Module) -> Iterator[str]:
    for node in _assigned(module):
        if isinstance(node.value, ast.Name) and _is_own_of_python(node.attr):
            yield node.value.id
    for unit in module.units:
        for reference in unit.names.references:
            if _is_argument_of(reference, {"setattr", "delattr"}) and _may_hook(reference):
                yield reference.name


def _may_hook(reference: Reference) -> bool:
    """Whether a call of ``setattr`` may set an attribute that Python itself looks at."""
    call = reference.parents[0]
    written = [*_written_name(call)] if isinstance(call, ast.Call) else []
    return not written or _is_own_of_python(written[0])


def replaced_in(module: Module) -> Iterator[str]:
    """Yield the attributes that a module assigns to what it imports, as in ``helper.f = g``."""
    for node in _assigned(module):
        if isinstance(node.value, ast.Name) and module.imports(node.value.id):
            yield node.attr


def assigned_in(module: Module) -> Iterator[str]:
    """Yield the attributes that a module assigns or deletes, of whatever objects."""
    return (node.attr for node in _assigned(module))


def _set_in(module: Module) -> Iterator[str]:
    yield from assigned_in(module)
    yield from (name for _, name in attributes_set_by_calls(module) if name is not None)


def _set_by_any_name(values: Values) -> Iterator[Definition | Library | None]:
    for unit in values.module.units:
        for reference in unit.names.references:
            call = reference.parents[0] if reference.parents else None
            setting = reference.name in {"setattr", "delattr"} and isinstance(call, ast.Call)
            if isinstance(call, ast.Call) and setting and not [*_written_name(call)]:
                given = (_value_of(node, values.module) for node in call.args[:1])
                yield from map(values.meaning, given)


def _value_of(node: ast.expr, module: Module) -> ast.expr:
    """Return the expression that a name of the module stands for, as in ``Base = base.Base``."""
    bindings = module.bindings.get(node.id, ()) if isinstance(node, ast.Name) else ()
    only = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
    return node if only is None else only


def _written_name(call: ast.Call) -> Iterator[str]:
    """Yield the attribute that ``setattr(x, "name", …)`` sets, if it is written out."""
    for name in call.args[1:2]:
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield name.value


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
    plain = isinstance(function, Function) and not function.decorator_list
    return plain and not _is_own_of_python(attribute)


def _is_own_of_python(attribute: str) -> bool:
    return attribute.startswith("__") and attribute.endswith("__")


def _is_argument_of(reference: Reference, functions: set[str]) -> bool:
    call = reference.parents[0] if reference.parents else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in functions
        and call.args[:1] == [reference.node]
    )
