"""Follows SETUP where code hands it on: to variables, parameters and results of local functions, attributes of ``self``.

What is not followed for certain uses any key: a container that keeps it, a function whose
definition is not known, a local name that is bound more than once.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.calls import calls_of, meaning_of
from mlx2smk.analysis.constructors import (
    initializer_of,
    is_plain_class,
    method_around,
    only_base,
    top_level_class,
)
from mlx2smk.analysis.enclosing import Enclosing
from mlx2smk.analysis.holding import Holders
from mlx2smk.analysis.sites import READING, Site, certain_names
from mlx2smk.analysis.stretches import Stretch, keys_in
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.scopes import own_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.analysis.enclosing import ScopeNode
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.language.scopes import Function


class HandedOn(Exception):  # noqa: N818 - it ends the search and is no error
    """The dictionary goes where it is not followed."""


class Follower:
    """Finds the keys that are used of a dictionary by those it is handed to, in the code of a slice."""

    def __init__(self, project: Project, taken: Sequence[Taken], *, dynamic: bool = False) -> None:
        self.project = project
        self.holders = Holders(taken, project, dynamic=dynamic)
        self._stretches: dict[Unit, Stretch] = {}

    def sites(self, node: ast.expr, unit: Unit, module: Module) -> list[Site] | None:
        """Return what is read of the dictionary that an expression stands for; None if that is not certain."""
        try:
            return list(self._uses(node, self.stretch(unit, module), set()))
        except HandedOn:
            return None

    def stretch(self, unit: Unit, module: Module) -> Stretch:
        """Return a statement of a module with what is known about it."""
        if unit not in self._stretches:
            calls = {call.node: call for call in calls_of(unit.node, module)}
            certain = certain_names(unit.names)
            self._stretches[unit] = Stretch(module, unit, Enclosing(unit.node), certain, calls)
        return self._stretches[unit]

    # One use

    def _uses(self, node: ast.expr, code: Stretch, seen: set[object]) -> Iterator[Site]:
        parent = code.around.parents.get(node)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            yield from self._subscript(parent, code)
        elif isinstance(parent, ast.Attribute):
            yield from self._method(parent, code, seen)
        elif isinstance(parent, ast.Compare):
            yield from self._comparison(parent, node, code)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is node:
            yield from self._assigned(parent, code, seen)
        elif isinstance(parent, ast.IfExp) and node is not parent.test:
            yield from self._uses(parent, code, seen)
        elif isinstance(parent, (ast.Call, ast.keyword)):
            yield from self._argument(parent, node, code, seen)
        elif isinstance(parent, ast.arguments):
            yield from self._default(parent, node, code, seen)
        elif isinstance(parent, ast.Return):
            yield from self._returned(parent, code, seen)
        elif not isinstance(parent, ast.Expr):
            raise HandedOn

    def _subscript(self, node: ast.Subscript, code: Stretch) -> Iterator[Site]:
        changed = isinstance(code.around.parents.get(node), ast.AugAssign)
        if changed or not isinstance(node.ctx, ast.Store):
            yield self._site(node.slice, node, code)

    def _method(self, node: ast.Attribute, code: Stretch, seen: set[object]) -> Iterator[Site]:
        call = code.around.parents.get(node)
        if node.attr not in _DICT and isinstance(node.ctx, ast.Load):
            return  # no dictionary has it
        if not isinstance(call, ast.Call) or call.func is not node:
            raise HandedOn
        if node.attr == "copy" and not call.args and not call.keywords:
            yield from self._uses(call, code, seen)
        elif node.attr in READING and call.args:
            yield self._site(call.args[0], call, code)
        else:
            raise HandedOn

    def _comparison(self, node: ast.Compare, of: ast.expr, code: Stretch) -> Iterator[Site]:
        if len(node.ops) != 1:
            raise HandedOn
        if isinstance(node.ops[0], (ast.In, ast.NotIn)) and node.comparators[0] is of:
            yield self._site(node.left, node, code)
        elif not isinstance(node.ops[0], (ast.Is, ast.IsNot)):
            raise HandedOn

    def _site(self, key: ast.expr, node: ast.expr, code: Stretch) -> Site:
        keys = keys_in(key, code)
        if keys.is_any:
            raise HandedOn
        names = ", ".join(map(repr, sorted(keys.names)))
        return Site(keys, code.module.source.span(node), code.module.name, f"reads {names}")

    # Where it goes

    def _assigned(
        self, node: ast.Assign | ast.AnnAssign, code: Stretch, seen: set[object]
    ) -> Iterator[Site]:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        target = targets[0]
        if len(targets) == 1 and isinstance(target, ast.Attribute):
            yield from self._attribute(target, code, seen)
            return
        if len(targets) != 1 or not isinstance(target, ast.Name):
            raise HandedOn
        scope = code.around.scope_of_name(node, target.id)
        if scope is None:
            yield from self._module_name(code.module, target.id, seen)
        elif isinstance(scope, ast.ClassDef):
            raise HandedOn
        else:
            yield from self._variable(scope, target.id, code, seen)

    def _module_name(self, module: Module, name: str, seen: set[object]) -> Iterator[Site]:
        """Yield what the slice reads through a name that a module binds to the dictionary."""
        if (module, name) in seen:
            return
        seen.add((module, name))
        yield from self._held(self.holders.of_name(module, name), seen)

    def _attribute(self, target: ast.Attribute, code: Stretch, seen: set[object]) -> Iterator[Site]:
        """Yield what the slice reads through attributes like one of ``self`` that is the dictionary."""
        if ("attribute", target.attr) in seen:
            return
        seen.add(("attribute", target.attr))
        self._class_around(target.value, code)
        yield from self._held(self.holders.of_attribute(target.attr), seen)

    def _held(
        self, found: Sequence[tuple[ast.expr, Taken]] | None, seen: set[object]
    ) -> Iterator[Site]:
        if found is None:
            raise HandedOn
        for node, item in found:
            yield from self._uses(node, self.stretch(item.unit, item.module), seen)

    def _class_around(self, node: ast.expr, code: Stretch) -> Definition:
        """Return the plain class at top level in a method of which an expression is ``self``."""
        method = method_around(node, code.around)
        found = None if method is None else top_level_class(method[1], code.module)
        if found is None or not is_plain_class(found, self.project):
            raise HandedOn
        return found

    def _returned(self, node: ast.Return, code: Stretch, seen: set[object]) -> Iterator[Site]:
        """Yield what callers read of what a function at top level returns."""
        function = next(code.around.scopes(node))
        if (
            function is not code.unit.node
            or not isinstance(function, ast.FunctionDef)
            or function.decorator_list
            or code.unit.statement in code.module.declared
            or any(
                isinstance(part, _YIELDING) for each in function.body for part in own_scope(each)
            )
            or len(code.module.bindings[function.name]) != 1
        ):
            raise HandedOn
        if function in seen:
            return
        seen.add(function)
        found = self.holders.of_name(code.module, function.name)
        for name, item in found or ():
            inside = self.stretch(item.unit, item.module)
            call = inside.around.parents.get(name)
            if not isinstance(call, ast.Call) or call.func is not name:
                raise HandedOn
            yield from self._uses(call, inside, seen)
        if found is None:
            raise HandedOn

    def _variable(
        self, scope: ScopeNode, name: str, code: Stretch, seen: set[object]
    ) -> Iterator[Site]:
        """Yield what is read through a name that an inner scope binds to the dictionary, and only to it."""
        if (scope, name) in seen:
            return
        seen.add((scope, name))
        loads = code.around.loads(scope, name)
        if loads is None or len(code.around.bindings(scope)[name]) != 1:
            raise HandedOn
        for load in loads:
            yield from self._uses(load, code, seen)

    def _default(
        self, node: ast.arguments, value: ast.expr, code: Stretch, seen: set[object]
    ) -> Iterator[Site]:
        scope = code.around.parents[node]
        positional = [*node.posonlyargs, *node.args]
        pairs = [
            *zip(reversed(positional), reversed(node.defaults), strict=False),
            *zip(node.kwonlyargs, node.kw_defaults, strict=True),
        ]
        name = next(argument.arg for argument, default in pairs if default is value)
        if not isinstance(scope, (*FUNCTIONS, ast.Lambda)):
            raise HandedOn
        yield from self._variable(scope, name, code, seen)

    def _argument(
        self, node: ast.Call | ast.keyword, value: ast.expr, code: Stretch, seen: set[object]
    ) -> Iterator[Site]:
        call = code.around.parents[node] if isinstance(node, ast.keyword) else node
        if not isinstance(call, ast.Call) or call.func is value:
            raise HandedOn
        named = node.arg if isinstance(node, ast.keyword) else None
        if isinstance(node, ast.keyword) and named is None:
            raise HandedOn  # ** takes all keys
        if self._only_asks_for_type(call, code):
            return
        if self._copies(call, code):
            yield from self._uses(call, code, seen)
            return
        for function, skipped, inside in self._all_called(call, code):
            name = named or position_of(call, value, function, skipped)
            own = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
            if name not in own | {arg.arg for arg in function.args.posonlyargs}:
                raise HandedOn
            yield from self._variable(function, name, inside, seen)

    def is_call_of(self, call: ast.Call, function: Function, code: Stretch) -> bool:
        """Whether a call certainly runs a function."""
        try:
            return self.called(call, code)[:2] == (function, 0)
        except HandedOn:
            return False

    def _only_asks_for_type(self, call: ast.Call, code: Stretch) -> bool:
        function = call.func
        return (
            isinstance(function, ast.Name)
            and function.id in {"isinstance", "callable"}
            and code.around.scope_of_name(call, function.id) is None
            and function.id not in code.module.bindings
        )

    def _all_called(self, call: ast.Call, code: Stretch) -> Iterable[tuple[Function, int, Stretch]]:
        """Return the functions that a call may run, as `called` does; methods of ``self`` too."""
        function = call.func
        if not isinstance(function, ast.Attribute):
            return [self.called(call, code)]
        inner = function.value
        if method_around(inner, code.around) is not None:
            self._class_around(inner, code)
            return self._methods(function.attr)
        if _is_super(inner) and function.attr == "__init__":
            return [self._next_initializer(call, code)]
        return [self.called(call, code)]

    def _methods(self, name: str) -> list[tuple[Function, int, Stretch]]:
        """Return what a method of ``self`` may be: all of that name, as a subclass may have another one."""
        found = self.holders.methods(name)
        if not found:
            raise HandedOn
        return [(node, 1, self.stretch(item.unit, item.module)) for node, item in found]

    def _next_initializer(self, call: ast.Call, code: Stretch) -> tuple[Function, int, Stretch]:
        """Return what ``super().__init__`` calls in a method of a class whose order of bases is certain."""
        scope = next(code.around.scopes(call), None)
        holder = code.around.parents.get(scope) if isinstance(scope, ast.FunctionDef) else None
        found = top_level_class(holder, code.module) if isinstance(holder, ast.ClassDef) else None
        if found is None or not is_plain_class(found, self.project) or self.holders.is_mixed:
            raise HandedOn
        base = only_base(found, self.project)
        return self._initializer(base)

    def _initializer(self, of: Definition | None) -> tuple[Function, int, Stretch]:
        made = None if of is None else initializer_of(of, self.project)
        if of is None or made is None or isinstance(made.node, ast.ClassDef):
            raise HandedOn
        return made.node, 1, self.stretch(self._unit_with(made), made.module)

    @staticmethod
    def _unit_with(method: Definition) -> Unit:
        for unit in method.module.units:
            if isinstance(unit.node, ast.ClassDef) and method.node in unit.node.body:
                return unit
        raise HandedOn

    def _copies(self, call: ast.Call, code: Stretch) -> bool:
        """Whether a call makes a copy with the same guard."""
        found = (
            meaning_of(call.func, code.calls[call].place, self.project)
            if call in code.calls
            else None
        )
        copies = isinstance(found, Library) and found.name in {"copy.copy", "copy.deepcopy"}
        return copies and len(call.args) == 1 and not call.keywords

    def called(self, call: ast.Call, code: Stretch) -> tuple[Function, int, Stretch]:
        """Return the function that a call runs, how many parameters it is not given, and where it stands."""
        local = self._local_function(call, code)
        if local is not None:
            return local, 0, code
        if call not in code.calls:
            raise HandedOn
        found = meaning_of(call.func, code.calls[call].place, self.project)
        if not isinstance(found, Definition) or found.node.decorator_list:
            raise HandedOn
        if isinstance(found.node, ast.ClassDef):
            return self._initializer(found)
        return found.node, 0, self.stretch(_unit_of(found), found.module)

    @staticmethod
    def _local_function(call: ast.Call, code: Stretch) -> Function | None:
        """Return the function that a name means which is defined in the function around the call."""
        if not isinstance(call.func, ast.Name):
            return None
        scope = code.around.scope_of_name(call, call.func.id)
        bindings = () if scope is None else code.around.bindings(scope)[call.func.id]
        node = bindings[0].node if len(bindings) == 1 else None
        return node if isinstance(node, FUNCTIONS) and not node.decorator_list else None


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def position_of(call: ast.Call, value: ast.expr, function: Function, skipped: int) -> str:
    """Return the parameter that a positional argument is for."""
    index = next((at for at, given in enumerate(call.args) if given is value), None)
    if index is None or any(isinstance(given, ast.Starred) for given in call.args[:index]):
        raise HandedOn
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if index + skipped >= len(names):
        raise HandedOn
    return names[index + skipped]


def _unit_of(found: Definition) -> Unit:
    for unit in found.module.units:
        if unit.node is found.node:
            return unit
    raise HandedOn


def _is_super(node: ast.expr) -> bool:
    """Whether an expression is ``super()``."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "super"
        and not node.args
    )


_YIELDING = (ast.Yield, ast.YieldFrom)
_DICT = frozenset(dir(dict))
