"""Follows SETUP where code hands it on: to a local variable, or to a parameter of a local function.

What is not followed for certain uses any key: another object that keeps it, a function whose
definition is not known, a name that is bound more than once.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.calls import calls_of, meaning_of
from mlx2smk.analysis.enclosing import Enclosing
from mlx2smk.analysis.sites import READING, Site, certain_names, literal_text
from mlx2smk.analysis.values import Definition
from mlx2smk.language.keys import ANY, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.calls import Call
    from mlx2smk.analysis.enclosing import ScopeNode
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.language.bindings import Binding
    from mlx2smk.language.scopes import Function


class HandedOn(Exception):  # noqa: N818 - it ends the search and is no error
    """The dictionary goes where it is not followed."""


class Stretch(NamedTuple):
    """A top-level statement with what is known about it."""

    module: Module
    around: Enclosing
    certain: frozenset[ast.expr]
    calls: dict[ast.Call, Call]


class Follower:
    """Finds the keys that are used of a dictionary by those it is handed to."""

    def __init__(self, project: Project) -> None:
        self.project = project
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
            self._stretches[unit] = Stretch(module, Enclosing(unit.node), certain, calls)
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
        elif not isinstance(parent, ast.Expr):
            raise HandedOn

    def _subscript(self, node: ast.Subscript, code: Stretch) -> Iterator[Site]:
        changed = isinstance(code.around.parents.get(node), ast.AugAssign)
        if changed or not isinstance(node.ctx, ast.Store):
            yield self._site(node.slice, node, code)

    def _method(self, node: ast.Attribute, code: Stretch, seen: set[object]) -> Iterator[Site]:
        call = code.around.parents.get(node)
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
        keys = self.keys_in(key, code)
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
        if len(targets) != 1 or not isinstance(target, ast.Name):
            raise HandedOn
        scope = code.around.scope_of_name(node, target.id)
        if scope is None or isinstance(scope, ast.ClassDef):
            raise HandedOn  # other modules may use it
        yield from self._variable(scope, target.id, code, seen)

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
        function, skipped, inside = self.called(call, code)
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
        inside = self.stretch(_unit_of(found), found.module)
        if isinstance(found.node, ast.ClassDef):
            return _initializer(found.node, found.module), 1, inside
        return found.node, 0, inside

    @staticmethod
    def _local_function(call: ast.Call, code: Stretch) -> Function | None:
        """Return the function that a name means which is defined in the function around the call."""
        if not isinstance(call.func, ast.Name):
            return None
        scope = code.around.scope_of_name(call, call.func.id)
        bindings = () if scope is None else code.around.bindings(scope)[call.func.id]
        node = bindings[0].node if len(bindings) == 1 else None
        return node if isinstance(node, FUNCTIONS) and not node.decorator_list else None

    # Keys

    def keys_in(self, key: ast.expr, code: Stretch) -> Keys:
        """Return the texts that an expression may stand for; any if they are not certain."""
        if isinstance(key, ast.Name):
            scope = code.around.scope_of_name(key, key.id)
            if isinstance(scope, ast.ClassDef):
                return ANY  # before the class binds the name, it is the module's
            if scope is not None:
                parts = [
                    self._bound_keys(item, code) for item in code.around.bindings(scope)[key.id]
                ]
                safe = code.around.loads(scope, key.id) is not None
                return Keys.union(parts) if safe else ANY
        text = literal_text(key, code.module, code.certain)
        return ANY if text is None else Keys.of(text)

    def _bound_keys(self, binding: Binding, code: Stretch) -> Keys:
        """Return the texts that a local variable may be bound to: one, or those that a loop goes through."""
        value = binding.value
        target = getattr(binding.node, "target", None)
        if binding.kind == "value" and value is not None:
            return self._text(value, code)
        if binding.kind != "element" or not isinstance(value, (ast.Tuple, ast.List, ast.Set)):
            return ANY
        if target is not None and not isinstance(target, ast.Name):
            return ANY
        if target is None and not _is_single_target(binding):
            return ANY
        return Keys.union(self._text(part, code) for part in value.elts)

    @staticmethod
    def _text(node: ast.expr, code: Stretch) -> Keys:
        text = literal_text(node, code.module, code.certain)
        return ANY if text is None else Keys.of(text)


FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _is_single_target(binding: Binding) -> bool:
    """Whether the name is all that a comprehension binds to an element."""
    return any(
        isinstance(part.target, ast.Name) and part.target.id == binding.name
        for part in getattr(binding.node, "generators", ())
        if part.iter is binding.value
    )


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


def _initializer(node: ast.ClassDef, module: Module) -> Function:
    """Return the ``__init__`` that creating an instance of a class certainly calls."""
    plain = all(isinstance(base, ast.Name) and base.id == "object" for base in node.bases)
    if not plain or node.keywords or node.name in module.patched:
        raise HandedOn
    made = [part for part in node.body if isinstance(part, FUNCTIONS) and part.name == "__init__"]
    names = [part.name for part in node.body if isinstance(part, FUNCTIONS)]
    others = [part for part in node.body if not isinstance(part, (*FUNCTIONS, *_HARMLESS))]
    if len(made) != 1 or "__new__" in names or others or made[0].decorator_list:
        raise HandedOn
    return made[0]


_HARMLESS = (ast.Expr, ast.Pass, ast.AnnAssign)
