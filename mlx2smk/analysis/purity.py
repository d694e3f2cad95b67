"""Which functions and classes of the experiment and its local modules have no effects when used.

Simple on purpose: a function is pure if its statements change only what it made itself and it calls
only what is known to be pure. Everything that is not understood has effects.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.bindings import scope_of
from mlx2smk.analysis.confined import MODULE, OWN
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.known import (
    DISPATCHERS,
    ENUMERATIONS,
    PURE_BASES,
    PURE_DECORATORS,
    QUIET_METACLASSES,
    REGISTERING_BASES,
    listed,
)
from mlx2smk.analysis.values import Definition, Frame, Values, frame_of
from mlx2smk.language.scopes import own_scope, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mlx2smk.analysis.names import Function
    from mlx2smk.analysis.project import Module, Project

_HOOKS = frozenset(
    {
        *("__init__", "__new__", "__post_init__", "__set_name__", "__del__", "__setattr__"),
        *("__attrs_pre_init__", "__attrs_post_init__", "_missing_", "_generate_next_value_"),
    }
)
"""Methods that making an instance may call."""

_GIVEN_A_CLASS = frozenset({"__new__", "_missing_"})

_IMPORTS = (ast.Import, ast.ImportFrom)


class Purity:
    """Judges definitions, each once; in a circle of calls each is taken to be pure until shown not."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._judged: dict[ast.AST, bool] = {}
        self._fills: dict[ast.AST, bool] = {}

    def is_pure(self, definition: Definition) -> bool:
        """Whether calling a function or class has no effects."""
        node, module = definition.node, definition.module
        if node.name in module.patched or not all(
            self._keeps_purity(item, Values(self.project, module)) for item in node.decorator_list
        ):
            return False
        if isinstance(node, ast.ClassDef):
            return self._is_pure_class(definition, node)
        return self._is_pure_function(module, node)

    def _keeps_purity(self, node: ast.expr, values: Values) -> bool:
        """Whether what a decorator makes of a pure function is as pure: our own may wrap it in anything."""
        function = node.func if isinstance(node, ast.Call) else node
        name = values.library(function)
        return listed(name, PURE_DECORATORS) and not listed(name, DISPATCHERS)

    def is_pure_factory(self, definition: Definition) -> bool:
        """Whether a function is pure and only ever returns functions of its own that are pure as well."""
        node = definition.node
        if not isinstance(node, ast.FunctionDef) or not self.is_pure(definition):
            return False
        frame = _frame(node)
        inner = [_only_function(item.value, frame) for item in _returns(node)]
        return bool(inner) and all(
            item is not None
            and self._is_pure_inside(item, Values(self.project, definition.module, (frame,)))
            for item in inner
        )

    def filled_by(self, definition: Definition) -> str | None:
        """Return the domain of a call that only fills containers of the function's own module."""
        node, module = definition.node, definition.module
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            return None
        filling = node.name not in module.patched and self._only_fills(
            node, Values(self.project, module)
        )
        return f"{MODULE}{module.dotted}" if filling else None

    def filled_by_decorator(self, node: ast.expr, values: Values) -> str | None:
        """Return the domain of a decorator that only fills containers of its own module."""
        meaning = values.meaning(node.func if isinstance(node, ast.Call) else node)
        if not isinstance(meaning, Definition):
            return None
        domain = self.filled_by(meaning)
        outer = meaning.node
        if not isinstance(node, ast.Call) or not isinstance(outer, ast.FunctionDef):
            return domain
        frame = _frame(outer)
        around = Values(self.project, meaning.module, (frame,))
        inner = [_only_function(item.value, frame) for item in _returns(outer)]
        fills = bool(inner) and all(
            item is not None and not item.decorator_list and self._only_fills(item, around)
            for item in inner
        )
        return domain if fills else None

    def _only_fills(self, node: ast.FunctionDef, around: Values) -> bool:
        """Whether a function does nothing but compute, raise, and change containers of its module."""
        if node not in self._fills:
            self._fills[node] = False  # which is what it is for those that it calls in a circle
            if not any(isinstance(part, _IMPORTS) for part in ast.walk(node)):
                evaluation = Evaluation(around.inside(_frame(node)), self)
                evaluation.statements(node.body)
                self._fills[node] = evaluation.domains <= {OWN}
        return self._fills[node]

    def _is_pure_inside(self, node: ast.FunctionDef, around: Values) -> bool:
        """Whether a function defined in another one is pure: names of that one are not the module's."""
        return all(
            self._keeps_purity(item, around) for item in node.decorator_list
        ) and self._runs_purely(node, around)

    def _is_pure_function(self, module: Module, node: Function, *, method: bool = False) -> bool:
        return self._judge(
            node, lambda: self._runs_purely(node, Values(self.project, module), method=method)
        )

    def _judge(self, node: ast.AST, find_out: Callable[[], bool]) -> bool:
        if node not in self._judged:
            self._judged[node] = True
            if not find_out():
                # Whatever was found pure since then may have been so only because this one seemed to be.
                for later in reversed([*self._judged]):
                    if later is node:
                        break
                    if self._judged[later]:
                        del self._judged[later]
                self._judged[node] = False
        return self._judged[node]

    def _runs_purely(self, node: Function, around: Values, *, method: bool = False) -> bool:
        if isinstance(node, ast.AsyncFunctionDef) or any(
            isinstance(part, _IMPORTS) for part in ast.walk(node)
        ):
            return False
        frame = _frame(node)
        own = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)][:1] if method else []
        owned = frozenset(name for name in own if len(frame[name]) == 1)
        evaluation = Evaluation(around.inside(frame), self, owned)
        evaluation.statements(node.body)
        return evaluation.reason is None and not evaluation.touches

    def _is_pure_class(self, definition: Definition, node: ast.ClassDef) -> bool:
        return self._judge(node, lambda: self._makes_purely(definition, node))

    def _makes_purely(self, definition: Definition, node: ast.ClassDef) -> bool:
        values = Values(self.project, definition.module)
        if node.keywords:
            return False
        hooks = scope_of(node.body).bindings
        return (
            all(self._is_pure_base(base, values) for base in node.bases)
            and all(
                self._is_pure_member(item.node, definition.module)
                for item in hooks
                if item.name in _HOOKS
            )
            and all(self._makes_pure_default(item, values) for item in node.body)
        )

    def _is_pure_member(self, node: ast.AST, module: Module) -> bool:
        if not isinstance(node, ast.FunctionDef):
            return False
        # What `__new__` and its like are given is the class, which others hold.
        return self._is_pure_function(module, node, method=node.name not in _GIVEN_A_CLASS)

    def _makes_pure_default(self, node: ast.stmt, values: Values) -> bool:
        """Whether the functions that a field calls when an instance is made are pure."""
        value = node.value if isinstance(node, (ast.AnnAssign, ast.Assign)) else None
        calls = [item for item in ast.walk(value or ast.Pass()) if isinstance(item, ast.Call)]
        evaluation = Evaluation(values, self)
        return all(map(evaluation.is_pure_argument, _called_later(calls)))

    def _is_pure_base(self, node: ast.expr, values: Values) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        meaning = values.meaning(bare)
        if isinstance(meaning, Definition):
            return isinstance(meaning.node, ast.ClassDef) and self.is_pure(meaning)
        return meaning is not None and ("." not in meaning.name or listed(meaning.name, PURE_BASES))

    def makes_members_purely(self, node: ast.ClassDef, values: Values) -> bool:
        """Whether defining a class makes no instances, as an enumeration does, or makes them purely."""
        if not any(self._is_enumeration(base, values) for base in node.bases):
            return True
        hooks = [item for item in scope_of(node.body).bindings if item.name in _HOOKS]
        return all(self._is_pure_member(item.node, values.module) for item in hooks) and all(
            listed(values.library(base), PURE_BASES) or self._is_pure_base(base, values)
            for base in node.bases
        )

    def _is_enumeration(self, node: ast.expr, values: Values) -> bool:
        meaning = values.meaning(node)
        if isinstance(meaning, Definition):
            inner = Values(self.project, meaning.module)
            bases = meaning.node.bases if isinstance(meaning.node, ast.ClassDef) else []
            return any(self._is_enumeration(base, inner) for base in bases)
        return meaning is not None and listed(meaning.name, ENUMERATIONS)

    def is_quiet_base(self, definition: Definition) -> bool:
        """Whether defining a subclass of a class has no effects."""
        node, values = definition.node, Values(self.project, definition.module)
        if not isinstance(node, ast.ClassDef) or node.name in definition.module.patched:
            return False
        for binding in scope_of(node.body).bindings:
            if binding.name == "__init_subclass__" and not self._is_pure_member(
                binding.node, definition.module
            ):
                return False
        metaclasses = (item.value for item in node.keywords if item.arg == "metaclass")
        return all(listed(values.library(item), QUIET_METACLASSES) for item in metaclasses) and all(
            self._is_quiet(base, values) for base in node.bases
        )

    def _is_quiet(self, node: ast.expr, values: Values) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        bare = bare.func if isinstance(bare, ast.Call) else bare
        meaning = values.meaning(bare)
        if isinstance(meaning, Definition):
            return self.is_quiet_base(meaning)
        return meaning is not None and not listed(meaning.name, REGISTERING_BASES)

    def is_pure_decorator(self, node: ast.expr, values: Values) -> bool:
        """Whether applying a decorator has no effects."""
        function = node.func if isinstance(node, ast.Call) else node
        if isinstance(function, ast.Attribute) and function.attr in {"setter", "getter", "deleter"}:
            return (
                isinstance(function.value, ast.Name) and values.local(function.value.id) is not None
            )
        meaning = values.meaning(function)
        if isinstance(meaning, Definition):
            judged = self.is_pure_factory if isinstance(node, ast.Call) else self.is_pure
            return judged(meaning)
        return meaning is not None and listed(meaning.name, PURE_DECORATORS)


def _frame(node: Function) -> Frame:
    """Return the names of a function's own scope."""
    parameters = tuple(arg.arg for arg in parameters_of(node.args))
    return frame_of(scope_of(node.body).bindings, parameters)


def _returns(node: ast.FunctionDef) -> list[ast.Return]:
    """Return what a function itself returns at, wherever in its body."""
    running = (item for statement in node.body for item in own_scope(statement))
    return [item for item in running if isinstance(item, ast.Return)]


def _only_function(node: ast.expr | None, frame: Frame) -> ast.FunctionDef | None:
    """Return the one function that an expression stands for in a frame, None if it may be another."""
    found = frame.get(node.id, ()) if isinstance(node, ast.Name) else ()
    only = found[0].node if len(found) == 1 else None
    return only if isinstance(only, ast.FunctionDef) else None


def _called_later(calls: Iterable[ast.Call]) -> Iterator[ast.expr]:
    """Yield the functions that fields are given: ``field(default_factory=f)``, ``Factory(f)``."""
    for call in calls:
        yield from (item.value for item in call.keywords if item.arg in _CALLED_LATER)
        if ast.unparse(call.func).rpartition(".")[2] == "Factory":
            yield from call.args[:1]


_CALLED_LATER = frozenset({"default_factory", "factory", "converter", "validator", "on_setattr"})
