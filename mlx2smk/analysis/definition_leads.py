"""What functions and classes of the program hold, give, and put into objects, as far as reading that may change it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.additions import puts_something
from mlx2smk.analysis.known import (
    CHANGING_METHODS,
    FRESH,
    PURE_BASES,
    PURE_BUILTINS,
    PURE_DECORATORS,
    listed,
)
from mlx2smk.analysis.later_changes import changed_by, changed_in
from mlx2smk.analysis.leads import ExpressionLeads
from mlx2smk.analysis.moving import LOOKING, Lead, Manner, Motion, NameUse
from mlx2smk.analysis.scope_frames import frame_inside, frame_of, is_generator
from mlx2smk.analysis.self_changes import (
    changing_class,
    changing_when_read,
    is_cached,
    is_read_as_attribute,
    run_when_written,
)
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import Function, defaults_of, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.analysis.alternatives import Meaning


class Leads(ExpressionLeads):
    """Goes through expressions, and the definitions behind them."""

    def function(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of a function."""
        yield from self._decorators(node)
        yield from self.but(None, Manner.IS).all_of(defaults_of(node.args))
        yield from self.kept_by(node, node.body)
        yield from [Motion.MOVES] if is_cached(node) else []
        if self.manner not in LOOKING:
            yield from self._run(node)

    def yielded(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of the elements of what a function returns, or of what it yields."""
        inside = self.but(self.values.inside(frame_inside(node)))
        yield from inside.put(node)
        for part in _own_parts(node):
            if isinstance(part, ast.Return):
                yield from inside.elements(part.value)
            elif isinstance(part, ast.Yield):
                yield from inside.of(part.value)
            elif isinstance(part, ast.YieldFrom):
                yield from inside.elements(part.value)

    def class_or_instance(self, node: ast.ClassDef) -> Iterator[Lead]:
        """Yield the leads of a class, or of its instances if it is called."""
        if self.manner is Manner.PUTS:
            return
        yield from self._decorators(node)
        for base in node.bases:
            yield from self._base(base)
        metaclasses = (each.value for each in node.keywords if each.arg == "metaclass")
        yield from self.but(None, self.manner.called).all_of(metaclasses)
        yield from self._moved_with(changing_class(node), Motion.MOVES)
        body = scope_of(node.body).bindings
        attributes = self.but(self.values.inside(frame_of(body)), Manner.IS)
        for binding in body:
            if binding.kind not in {"function", "class", "import"}:
                yield from attributes.bound(binding)
        if self.manner not in LOOKING:
            yield from self._instance(node)

    def _instance(self, node: ast.ClassDef) -> Iterator[Lead]:
        yield from self._moved_with(changing_when_read(node), Motion.MOVES)
        yield from self._moved_with(run_when_written(node), Motion.WRITTEN)
        for part in ast.walk(node):
            if isinstance(part, Function):
                inside = self.but(self.values.inside(frame_inside(part)), Manner.IS)
                yield from inside.put(part)
                kept = is_cached(part)
                yield from [Motion.MOVES] if kept else []
                made = is_read_as_attribute(part) or kept or self.manner is Manner.ALL
                if made:
                    yield from self.but(None, self.manner).function(part)

    def _moved_with(self, methods: list[Function], motion: Motion) -> Iterator[Lead]:
        """Yield what changes where some methods run that no code calls."""
        yield from [motion] if methods else []
        for each in methods:
            inside = self.values.inside(frame_inside(each))
            yield from changed_in(each.body, inside)

    def _decorators(self, node: Function | ast.ClassDef) -> Iterator[Lead]:
        for decorator in node.decorator_list:
            bare = decorator.func if isinstance(decorator, ast.Call) else decorator
            if not listed(self.values.library(bare), PURE_DECORATORS):
                yield from self.but(None, self.manner.called).of(decorator)

    def _base(self, node: ast.expr) -> Iterator[Lead]:
        bare = node.value if isinstance(node, ast.Subscript) else node
        meaning: Meaning = self.values.meaning(bare)
        if isinstance(meaning, Definition):
            yield NameUse(meaning.module, meaning.node.name, self.manner)
        elif isinstance(meaning, Library) and meaning.name == "collections.defaultdict":
            yield Motion.MOVES
        elif self.manner not in LOOKING and not (
            isinstance(meaning, Library) and _is_plain_base(meaning.name)
        ):
            yield Motion.UNKNOWN

    def _run(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of what a call of a function gives, and of what it puts into objects."""
        inside = self.but(self.values.inside(frame_inside(node)))
        yield from inside.but(None, Manner.IS).put(node)
        if self.manner is Manner.PUTS:
            return
        if isinstance(node, ast.AsyncFunctionDef) or is_generator(node):
            yield Motion.MOVES
            yield from changed_by(node, inside.values)
            yield from inside.but(None, Manner.IS).used_in(node)
            return
        for part in _own_parts(node):
            if isinstance(part, ast.Return):
                yield from inside.but(None, self.manner.returned).of(part.value)

    def used_in(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of what a generator uses of its module, which reading it may change."""
        for part in _own_parts(node):
            outside = isinstance(part, ast.Name) and self.values.local(part.id) is None
            if isinstance(part, ast.Name) and outside and isinstance(part.ctx, ast.Load):
                yield from self.of(part)

    def put(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of what a function puts into objects, in the scope inside it."""
        if not puts_something(node):
            return
        for part in _own_parts(node):
            if (isinstance(part, ast.Assign) and any(map(_is_part, part.targets))) or (
                isinstance(part, (ast.AnnAssign, ast.AugAssign)) and _is_part(part.target)
            ):
                yield from self.of(part.value)
            elif isinstance(part, ast.Call):
                yield from self._put_by_call(part)

    def _put_by_call(self, node: ast.Call) -> Iterator[Lead]:
        function = node.func
        given = [*node.args, *(each.value for each in node.keywords)]
        name = function.attr if isinstance(function, ast.Attribute) else ""
        meaning = self.values.meaning(function)
        if name in CHANGING_METHODS or (isinstance(meaning, Library) and meaning.name == "setattr"):
            yield from self.all_of(given)
        elif isinstance(meaning, Definition) and puts_something(meaning.node):
            yield from self.all_of(given)
            yield NameUse(meaning.module, meaning.node.name, Manner.PUTS)


def _own_parts(node: Function) -> Iterator[ast.AST]:
    """Yield the nodes of a function's own scope."""
    return (part for statement in node.body for part in own_scope(statement))


def _is_part(target: ast.expr) -> bool:
    """Whether a target is part of an object, or some of it are."""
    parts: Iterable[ast.AST] = ast.walk(target)
    return any(isinstance(part, (ast.Attribute, ast.Subscript)) for part in parts)


def _is_plain_base(name: str) -> bool:
    known = name in PURE_BUILTINS or name in FRESH or listed(name, PURE_BASES | _PLAIN_BASES)
    return known or name.endswith(("Error", "Exception", "Warning"))


_PLAIN_BASES = frozenset(
    {
        *("pydantic.*", "torch.*", "sklearn.*", "argparse.*", "json.*", "logging.*", "threading.*"),
        *("unittest.*", "contextlib.*", "dataclasses.*", "attrs.*", "ast.*", "string.*"),
        *("numpy.*", "pandas.*", "networkx.*", "yaml.*", "flax.*", "lightning.*"),
        "pytorch_lightning.*",
    }
)
"""Classes of libraries whose instances do not change when they are read."""
