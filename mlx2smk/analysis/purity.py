"""Which functions and classes of the experiment and its local modules have no effects when used.

Simple on purpose: a function is pure if its statements change only what it made itself and it calls
only what is known to be pure. Everything that is not understood has effects.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.bindings import scope_of
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.known import PURE_BASES, PURE_DECORATORS, listed
from mlx2smk.analysis.values import Definition, Values, frame_of
from mlx2smk.scopes import parameters_of

if TYPE_CHECKING:
    from mlx2smk.analysis.names import Function
    from mlx2smk.analysis.project import Module, Project

_HOOKS = frozenset(
    {"__init__", "__new__", "__post_init__", "__set_name__", "__del__", "__setattr__"}
)
"""Methods that making an instance may call."""

_IMPORTS = (ast.Import, ast.ImportFrom)


class Purity:
    """Judges definitions, each once; in a circle of calls each is taken to be pure until shown not."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._functions: dict[ast.AST, bool] = {}
        self._classes: dict[ast.AST, bool] = {}

    def is_pure(self, definition: Definition) -> bool:
        """Whether calling a function or class has no effects."""
        if isinstance(definition.node, ast.ClassDef):
            return self._is_pure_class(definition, definition.node)
        undecorated = all(
            self.is_pure_decorator(item, Values(self.project, definition.module))
            for item in definition.node.decorator_list
        )
        return undecorated and self._is_pure_function(definition.module, definition.node)

    def is_pure_factory(self, definition: Definition) -> bool:
        """Whether a function is pure and returns a function of its own that is pure as well."""
        node = definition.node
        if not isinstance(node, ast.FunctionDef) or not self.is_pure(definition):
            return False
        inner = {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)}
        returned = [item.value for item in ast.walk(node) if isinstance(item, ast.Return)]
        mine = [item.value for item in node.body if isinstance(item, ast.Return)]
        names = {item.id for item in mine if isinstance(item, ast.Name)}
        known = bool(mine) and len(names) == 1 and names <= inner.keys() and mine[-1] in returned
        return known and self._is_pure_function(definition.module, inner[names.pop()])

    def _is_pure_function(self, module: Module, node: Function, *, method: bool = False) -> bool:
        if node not in self._functions:
            self._functions[node] = True
            self._functions[node] = self._runs_purely(module, node, method=method)
        return self._functions[node]

    def _runs_purely(self, module: Module, node: Function, *, method: bool) -> bool:
        if isinstance(node, ast.AsyncFunctionDef) or any(
            isinstance(part, _IMPORTS) for part in ast.walk(node)
        ):
            return False
        parameters = tuple(arg.arg for arg in parameters_of(node.args))
        frame = frame_of(scope_of(node.body).bindings, parameters)
        owned = frozenset(
            arg.arg for arg in (*node.args.posonlyargs, *node.args.args)[:1] if method
        )
        evaluation = Evaluation(Values(self.project, module, (frame,)), self, owned)
        evaluation.statements(node.body)
        return evaluation.reason is None and not evaluation.touches

    def _is_pure_class(self, definition: Definition, node: ast.ClassDef) -> bool:
        if node not in self._classes:
            self._classes[node] = True
            self._classes[node] = self._makes_purely(definition, node)
        return self._classes[node]

    def _makes_purely(self, definition: Definition, node: ast.ClassDef) -> bool:
        values = Values(self.project, definition.module)
        if node.keywords or not all(
            self.is_pure_decorator(item, values) for item in node.decorator_list
        ):
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
        return isinstance(node, ast.FunctionDef) and self._is_pure_function(
            module, node, method=True
        )

    def _makes_pure_default(self, node: ast.stmt, values: Values) -> bool:
        """Whether a dataclass field's ``default_factory`` is pure."""
        value = node.value if isinstance(node, ast.AnnAssign) else None
        factories = value.keywords if isinstance(value, ast.Call) else []
        evaluation = Evaluation(values, self)
        return all(
            evaluation.is_pure_argument(item.value)
            for item in factories
            if item.arg in {"default_factory", "factory"}
        )

    def _is_pure_base(self, node: ast.expr, values: Values) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        meaning = values.meaning(bare)
        if isinstance(meaning, Definition):
            return isinstance(meaning.node, ast.ClassDef) and self.is_pure(meaning)
        return meaning is not None and ("." not in meaning.name or listed(meaning.name, PURE_BASES))

    def is_quiet_base(self, definition: Definition) -> bool:
        """Whether defining a subclass of a class has no effects."""
        node, values = definition.node, Values(self.project, definition.module)
        if not isinstance(node, ast.ClassDef):
            return False
        for binding in scope_of(node.body).bindings:
            if binding.name == "__init_subclass__" and not self._is_pure_member(
                binding.node, definition.module
            ):
                return False
        metaclasses = (item.value for item in node.keywords if item.arg == "metaclass")
        return all(values.library(item) for item in metaclasses) and all(
            self._is_quiet(base, values) for base in node.bases
        )

    def _is_quiet(self, node: ast.expr, values: Values) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        bare = bare.func if isinstance(bare, ast.Call) else bare
        meaning = values.meaning(bare)
        return (
            self.is_quiet_base(meaning) if isinstance(meaning, Definition) else meaning is not None
        )

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
