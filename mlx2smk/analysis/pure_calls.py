"""Which calls have no effects, whatever they are given."""

from __future__ import annotations

import ast

from mlx2smk.analysis.alternatives import Meaning, meanings
from mlx2smk.analysis.argument_calls import BY_ARGUMENTS, computes_with
from mlx2smk.analysis.changes import Changes
from mlx2smk.analysis.known import (
    CHANGING_METHODS,
    HIGHER_ORDER,
    PURE_BUILTINS,
    PURE_LIBRARY,
    READING_METHODS,
    listed,
)
from mlx2smk.analysis.known_models import keeps_what_it_is_given
from mlx2smk.analysis.library_calls import (
    as_numpy,
    fills_an_array,
    functions_given,
    is_wrapping_method,
)
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.own_modules import is_names
from mlx2smk.analysis.scope_frames import frame_of
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.scopes import parameters_of


class PureCalls(Changes):
    """Knows the calls that only compute, or change only what belongs to a name, which is noted."""

    def expression(self, node: ast.AST) -> None:
        """Go through one expression."""
        raise NotImplementedError

    def is_pure_call(self, node: ast.Call) -> bool:
        """Whether a call has no effects, those of its arguments aside."""
        found = meanings(node.func, self.values)
        meaning = found[0] if len(found) == 1 else None
        if all(self._is_pure_meaning(each, node) for each in found):
            return True
        if isinstance(meaning, Definition):
            return self.judge.calls_purely(node, self.values)
        if isinstance(node.func, ast.Attribute):
            owner = self.values.meaning(node.func.value)
            if isinstance(owner, Definition) and self.judge.is_pure_in_class(owner, node.func.attr):
                return True
            if is_wrapping_method(node.func, self.values) or self._is_pure_method(node.func, node):
                return True
        if meaning is not None or not self.judge.calls_purely(node, self.values):
            return False
        if not isinstance(node.func, (ast.Name, ast.Attribute)):
            for part in self._evaluated_of(node.func):
                self.expression(part)
        return True

    def _evaluated_of(self, node: ast.expr) -> list[ast.expr]:
        """Return what is evaluated to find a function, without ``globals()`` of ``globals()[name]``."""
        if isinstance(node, ast.Subscript) and is_names(node.value, self.values):
            return [node.slice]
        method = node.func if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and isinstance(method, ast.Attribute):
            return node.args if is_names(method.value, self.values) else [node]
        return [node]

    def _is_pure_meaning(self, meaning: Meaning, node: ast.Call) -> bool:
        """Whether a call has no effects if its function is a certain one."""
        if isinstance(meaning, Definition):
            return self.judge.is_pure(meaning)
        return meaning is not None and self._is_pure_library_call(meaning.name, node)

    def _is_pure_library_call(self, name: str, node: ast.Call) -> bool:
        if name in {"type", "iter"}:  # with more, one makes a class and the other calls a function
            return len(node.args) == 1 and not isinstance(node.args[0], ast.Starred)
        if name in HIGHER_ORDER and not all(
            map(self.is_pure_argument, functions_given(name, node))
        ):
            return False
        name = as_numpy(name)
        if name.startswith("numpy.") and fills_an_array(name, node):
            return False
        if name in BY_ARGUMENTS:
            return computes_with(name, node, self)
        return name in PURE_BUILTINS or listed(name, PURE_LIBRARY) or keeps_what_it_is_given(name)

    def _is_pure_method(self, function: ast.Attribute, node: ast.Call) -> bool:
        owner = function.value
        if (
            isinstance(owner, ast.Call)
            and isinstance(owner.func, ast.Name)
            and owner.func.id == "super"
        ):
            return function.attr in {"__init__", "__new__", "__post_init__", "__init_subclass__"}
        own = isinstance(owner, ast.Name) and self.values.is_own_container(owner.id)
        if function.attr in READING_METHODS and (own or self.values.is_plain(owner)):
            given = (*node.args, *(keyword.value for keyword in node.keywords))
            return function.attr != "sub" or all(map(self._is_harmless, given))
        if Objects(self.values).only_computes(function):
            return True
        changes = function.attr in CHANGING_METHODS and not self.values.library(owner)
        if changes and self._may_be_container(owner, node):
            self.change(owner)
            return function.attr != "sort" or all(
                self.is_pure_argument(key.value)
                for key in node.keywords
                if key.arg in {"key", None}
            )
        return False

    def _may_be_container(self, owner: ast.expr, call: ast.Call) -> bool:
        """Whether a method of the name of one that changes containers may belong to one."""
        if isinstance(owner, ast.Name):
            return self.judge.filled_by_method(call, self.values) is None
        held = self.is_owned_attribute(owner)
        return held or self.judge.changed_by(owner, self.values) is not None

    def _is_harmless(self, node: ast.expr) -> bool:
        """Whether an argument is no function, or a pure one."""
        return self.values.is_plain(node) or self.is_pure_argument(node)

    def is_pure_argument(self, node: ast.expr) -> bool:
        """Whether a function given to somebody who calls it is pure."""
        if isinstance(node, ast.Lambda):
            names = tuple(arg.arg for arg in parameters_of(node.args))
            inner = type(self)(self.values.inside(frame_of((), names)), self.judge)
            inner.expression(node.body)
            return inner.only_computes()
        if isinstance(node, ast.Constant):
            return True
        if isinstance(node, ast.Call) and self.values.library(node.func) == "functools.partial":
            return bool(node.args) and self.is_pure_argument(node.args[0])
        meaning = self.values.meaning(node)
        if isinstance(meaning, Definition) and self.judge.is_pure(meaning):
            return True
        if not isinstance(meaning, Library):
            return self.judge.is_pure_function(node, self.values)
        name = meaning.name
        return name in PURE_BUILTINS or listed(name, PURE_LIBRARY) or name.startswith("str.")
