"""Finds the keys that a value of ``context_update`` may have, through variables and local functions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.calls import Place, meaning_of
from mlx2smk.analysis.handing import FUNCTIONS, HandedOn, position_of
from mlx2smk.analysis.stretches import keys_in
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.keys import ANY, Keys
from mlx2smk.language.scopes import Function, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.enclosing import ScopeNode
    from mlx2smk.analysis.handing import Follower
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.analysis.stretches import Stretch
    from mlx2smk.language.bindings import Binding

UPDATE = "context_update"
_COMPUTED = f"the value of {UPDATE} is computed"
_UNPACKED = "the keys come from a **"
_ONLY_READING = frozenset({"get", "keys", "items", "values", "pop", "popitem", "copy", "clear"})
_ONLY_LOOKING = frozenset(
    {"len", "print", "sorted", "list", "set", "tuple", "str", "repr", "bool", "dict"}
)
_STATEMENTS = (
    ast.If,
    ast.While,
    ast.Expr,
    ast.Assert,
    ast.For,
    ast.comprehension,
    ast.FormattedValue,
)


class WrittenKeys(NamedTuple):
    """A key of an update, or any key; the node that writes it in a stretch of code, and the reason."""

    keys: Keys
    node: ast.AST
    why: str
    code: Stretch


class UpdateValues:
    """Evaluates expressions that become the update of a trial's result."""

    def __init__(self, follower: Follower, taken: Sequence[Taken]) -> None:
        self._follower = follower
        self._taken = taken
        self._asked: set[object] = set()

    def of(self, node: ast.expr, code: Stretch) -> Iterator[WrittenKeys]:
        """Yield the keys that a dict may have."""
        for branch in branches(node):
            yield from self._of_branch(branch, code)

    def _of_branch(self, node: ast.expr, code: Stretch) -> Iterator[WrittenKeys]:
        if isinstance(node, ast.Dict):
            yield from self._display(node, code)
        elif isinstance(node, ast.DictComp):
            yield self._key(node.key, code)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from self.of(node.left, code)
            yield from self.of(node.right, code)
        elif isinstance(node, ast.Call):
            yield from self._call(node, code)
        elif isinstance(node, ast.Name):
            try:
                yield from list(self._variable(node, code))
            except HandedOn:
                yield WrittenKeys(ANY, node, _COMPUTED, code)
        elif not isinstance(node, ast.Constant):  # None and the like update nothing
            yield WrittenKeys(ANY, node, _COMPUTED, code)

    def _display(self, node: ast.Dict, code: Stretch) -> Iterator[WrittenKeys]:
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield self._key(key, code)
            else:
                yield from self._unpacked(value, node, code)

    def _unpacked(self, value: ast.expr, node: ast.AST, code: Stretch) -> Iterator[WrittenKeys]:
        """Yield the keys of ``**value``."""
        found = list(self.of(value, code))
        if any(written.keys.is_any for written in found):
            yield WrittenKeys(ANY, node, _UNPACKED, code)
        else:
            yield from found

    def _key(self, key: ast.expr, code: Stretch) -> WrittenKeys:
        keys = keys_in(key, code)
        names = ", ".join(map(repr, sorted(keys.names)))
        return WrittenKeys(
            keys, key, "the key is computed" if keys.is_any else f"writes {names}", code
        )

    def _named(self, keyword: ast.keyword, code: Stretch) -> Iterator[WrittenKeys]:
        if keyword.arg is None:
            yield from self._unpacked(keyword.value, keyword, code)
        else:
            yield WrittenKeys(Keys.of(keyword.arg), keyword, f"writes {keyword.arg!r}", code)

    # Calls

    def _call(self, node: ast.Call, code: Stretch) -> Iterator[WrittenKeys]:
        if is_builtin(node.func, "dict", code) and len(node.args) <= 1:
            for argument in node.args:
                yield from self.of(argument, code)
            for keyword in node.keywords:
                yield from self._named(keyword, code)
            return
        try:
            function, inside = self._called(node, code)
            if function not in self._asked:
                self._asked.add(function)
                yield from list(self._returned(function, inside))
                self._asked.discard(function)
        except HandedOn:
            yield WrittenKeys(ANY, node, _COMPUTED, code)

    def _called(self, node: ast.Call, code: Stretch) -> tuple[Function, Stretch]:
        function, skipped, inside = self._follower.called(node, code)
        if skipped:
            raise HandedOn  # an object
        return function, inside

    def _returned(self, function: Function, code: Stretch) -> Iterator[WrittenKeys]:
        nodes = [node for part in function.body for node in own_scope(part)]
        if isinstance(function, ast.AsyncFunctionDef) or any(
            isinstance(node, (ast.Yield, ast.YieldFrom)) for node in nodes
        ):
            raise HandedOn
        for node in nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                yield from self.of(node.value, code)

    # Variables

    def _variable(self, node: ast.Name, code: Stretch) -> Iterator[WrittenKeys]:
        scope = code.around.scope_of_name(node, node.id)
        if not isinstance(scope, FUNCTIONS) or (scope, node.id) in self._asked:
            raise HandedOn
        self._asked.add((scope, node.id))
        try:
            for binding in code.around.bindings(scope)[node.id]:
                yield from self._bound(binding, scope, code)
            ends = isinstance(_outermost(node, code), ast.Return)
            yield from self._added(scope, node.id, code, ends=ends)
        finally:
            self._asked.discard((scope, node.id))

    def _bound(self, binding: Binding, scope: Function, code: Stretch) -> Iterator[WrittenKeys]:
        node = binding.node
        if isinstance(node, ast.arg):
            yield from self._given(node.arg, scope, code)
        elif isinstance(node, ast.AugAssign) and isinstance(node.op, ast.BitOr):
            yield from self.of(node.value, code)
        elif binding.kind == "value" and binding.value is not None:
            if any(isinstance(branch, ast.Name) for branch in branches(binding.value)):
                raise HandedOn  # another name for an object, to which something may be added
            yield from self.of(binding.value, code)
        else:
            raise HandedOn

    def _added(
        self, scope: ScopeNode, name: str, code: Stretch, *, ends: bool = False
    ) -> Iterator[WrittenKeys]:
        """Yield the keys that are added through a name; raise HandedOn if that is not certain.

        ``ends``: what the scope's function returns is what is evaluated.
        """
        loads = code.around.loads(scope, name)
        if loads is None:
            raise HandedOn
        for load in loads:
            returned = isinstance(_outermost(load, code), ast.Return)
            if not (returned and ends and next(code.around.scopes(load)) is scope):
                yield from self._use(load, code)

    def _use(self, node: ast.expr, code: Stretch) -> Iterator[WrittenKeys]:
        parent = code.around.parents[node]
        if isinstance(parent, (ast.BoolOp, ast.IfExp)) and node is not getattr(
            parent, "test", None
        ):
            yield from self._use(parent, code)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            if isinstance(parent.ctx, ast.Store):
                yield self._key(parent.slice, code)
        elif isinstance(parent, ast.Attribute):
            yield from self._method(parent, code)
        elif isinstance(parent, (ast.Call, ast.keyword)):
            yield from self._argument(parent, node, code)
        elif not self._is_harmless(parent, node):
            raise HandedOn

    @staticmethod
    def _is_harmless(parent: ast.AST, node: ast.expr) -> bool:
        """Whether a use of a dict neither changes it nor lets others do so, the result itself apart."""
        if isinstance(parent, ast.Dict):
            pairs = zip(parent.keys, parent.values, strict=True)
            return any(value is node and (key is None or is_update(key)) for key, value in pairs)
        if isinstance(parent, ast.Assign):
            target = parent.targets[0]
            return (
                len(parent.targets) == 1
                and isinstance(target, ast.Subscript)
                and is_update(target.slice)
            )
        return isinstance(parent, (*_STATEMENTS, ast.Compare, ast.IfExp, ast.UnaryOp))

    def _method(self, node: ast.Attribute, code: Stretch) -> Iterator[WrittenKeys]:
        call = code.around.parents[node]
        if not isinstance(call, ast.Call) or call.func is not node:
            raise HandedOn
        if node.attr == "update" and len(call.args) <= 1:
            for argument in call.args:
                yield from self.of(argument, code)
            for keyword in call.keywords:
                yield from self._named(keyword, code)
        elif node.attr == "setdefault" and call.args:
            yield self._key(call.args[0], code)
        elif node.attr not in _ONLY_READING:
            raise HandedOn

    def _argument(
        self, node: ast.Call | ast.keyword, value: ast.expr, code: Stretch
    ) -> Iterator[WrittenKeys]:
        call = code.around.parents[node] if isinstance(node, ast.keyword) else node
        if not isinstance(call, ast.Call):
            raise HandedOn
        if isinstance(node, ast.keyword) and (
            node.arg is None or (node.arg == UPDATE and is_builtin(call.func, "dict", code))
        ):
            return
        if any(is_builtin(call.func, name, code) for name in _ONLY_LOOKING):
            return
        function, skipped, inside = self._follower.called(call, code)
        named = node.arg if isinstance(node, ast.keyword) else None
        name = named or position_of(call, value, function, skipped)
        if (function, name) in self._asked:
            return
        if name not in inside.around.bindings(function):
            raise HandedOn
        self._asked.add((function, name))
        yield from self._added(function, name, inside)
        self._asked.discard((function, name))

    def is_followed(self, call: ast.Call, code: Stretch) -> bool:
        """Whether what is given to a function as ``context_update`` is found where that uses it."""
        try:
            function, _, inside = self._follower.called(call, code)
            list(self._added(function, UPDATE, inside))
        except (HandedOn, KeyError):
            return False
        return UPDATE in inside.around.bindings(function)

    # Parameters

    def _given(self, name: str, function: Function, code: Stretch) -> Iterator[WrittenKeys]:
        """Yield the keys of what a parameter may be, from all calls of the function in the slice."""
        if code.around.root is not function:
            raise HandedOn
        for call, caller in self._callers(function):
            yield from self._argument_for(name, call, function, caller, code)

    def _argument_for(
        self, name: str, call: ast.Call, function: Function, caller: Stretch, code: Stretch
    ) -> Iterator[WrittenKeys]:
        arguments = function.args
        positional = [item.arg for item in (*arguments.posonlyargs, *arguments.args)]
        known = {*positional, *(item.arg for item in arguments.kwonlyargs)}
        if any(isinstance(item, ast.Starred) for item in call.args):
            raise HandedOn
        if arguments.kwarg is not None and name == arguments.kwarg.arg:
            for keyword in call.keywords:
                if keyword.arg not in known:
                    yield from self._named(keyword, caller)
            return
        if name not in known or any(item.arg is None for item in call.keywords):
            raise HandedOn
        given = {item.arg: item.value for item in call.keywords}
        given |= dict(zip(positional, call.args, strict=False))
        if name in given:
            yield from self.of(given[name], caller)
            return
        defaults = dict(zip(reversed(positional), reversed(arguments.defaults), strict=False))
        pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        defaults |= {item.arg: value for item, value in pairs if value is not None}
        if not isinstance(defaults.get(name), ast.Constant):
            raise HandedOn  # a default is kept from one call to the next
        yield from self.of(defaults[name], code)

    def _callers(self, function: Function) -> Iterator[tuple[ast.Call, Stretch]]:
        """Yield all calls of a top-level function; raise HandedOn if it may be called in another way."""
        for item in self._taken:
            stretch = self._follower.stretch(item.unit, item.module)
            calls = {
                call.func: call
                for call in stretch.calls
                if _is_named(call.func, function.name)
                and self._follower.is_call_of(call, function, stretch)
            }
            for node in item.unit.nodes:
                if node in calls:
                    yield calls[node], stretch
                elif _mentions(node, function.name):
                    raise HandedOn


def _outermost(node: ast.expr, code: Stretch) -> ast.AST:
    """Return what stands around an expression and the conditional ones that have its value."""
    parent = code.around.parents[node]
    while isinstance(parent, (ast.BoolOp, ast.IfExp)):
        parent = code.around.parents[parent]
    return parent


def _is_named(node: ast.expr, name: str) -> bool:
    return getattr(node, "id", getattr(node, "attr", None)) == name


def _mentions(node: ast.AST, name: str) -> bool:
    """Whether a node may stand for a function of some name, or rename it."""
    if isinstance(node, ast.alias):
        return node.name.rpartition(".")[2] == name and node.asname not in {None, name}
    if isinstance(node, ast.Constant):
        return node.value == name
    return isinstance(node, (ast.Name, ast.Attribute)) and _is_named(node, name)


def is_update(node: ast.expr | None) -> bool:
    """Whether a key is ``context_update``, as a literal."""
    return isinstance(node, ast.Constant) and node.value == UPDATE


def is_builtin(node: ast.expr, name: str, code: Stretch) -> bool:
    """Whether an expression means a builtin function."""
    return (
        isinstance(node, ast.Name)
        and node.id == name
        and code.around.scope_of_name(node, name) is None
        and name not in code.module.bindings
    )


def branches(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions whose value a conditional expression, ``and`` or ``or`` may have."""
    if isinstance(node, ast.IfExp):
        yield from branches(node.body)
        yield from branches(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from branches(value)
    else:
        yield node


def record_of(node: ast.Call, code: Stretch, follower: Follower) -> ast.ClassDef | None:
    """Return the class that a call makes a plain record of: a dataclass, named tuple or typed dict."""
    if node not in code.calls:
        return None
    found = meaning_of(node.func, code.calls[node].place, follower.project)
    if not isinstance(found, Definition) or not isinstance(found.node, ast.ClassDef):
        return None
    kind, place = found.node, Place(found.module)
    if any(isinstance(part, FUNCTIONS) for part in kind.body):
        return None
    marks = [item.func if isinstance(item, ast.Call) else item for item in kind.decorator_list]
    names = [meaning_of(item, place, follower.project) for item in (*marks, *kind.bases)]
    plain = {item.name for item in names if isinstance(item, Library)}
    return kind if len(names) == 1 and plain and plain <= _RECORDS and not kind.keywords else None


_RECORDS = {"dataclasses.dataclass", "typing.NamedTuple", "typing.TypedDict"}
