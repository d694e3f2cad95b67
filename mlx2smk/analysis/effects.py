"""Which statements do something beyond binding names, and to what.

A statement has effects if leaving it out could matter to somebody who uses none of its names. A change
of a container that only one name can reach is not an effect but a *touch*: it belongs to that name.
Operators, attributes and the protocols behind ``len``, ``iter`` and ``str`` are taken to be harmless.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.changes import BEHIND_ATTRIBUTES, iterated_in, short, stands_alone
from mlx2smk.analysis.confined import FAILING, MODULE
from mlx2smk.analysis.judge import Filling
from mlx2smk.analysis.known import (
    QUIET_METACLASSES,
    REGISTERING_BASES,
    listed,
)
from mlx2smk.analysis.known_packages import CHANGING_FIRST
from mlx2smk.analysis.letting_go import lets_go
from mlx2smk.analysis.library_calls import (
    class_head,
    makes_exception,
)
from mlx2smk.analysis.library_decorators import command_group, generic_function
from mlx2smk.analysis.library_gifts import gives_data
from mlx2smk.analysis.moving import ITERATED, READ, WRITTEN, Manner
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.own_modules import is_this_module, module_behind
from mlx2smk.analysis.pure_calls import PureCalls
from mlx2smk.analysis.scope_frames import frame_of, targets_of
from mlx2smk.analysis.values import Definition, Library
from mlx2smk.language.bindings import imports_of, is_main_guard, scope_of
from mlx2smk.language.scopes import evaluated_at_definition, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.analysis.names import Comprehension
    from mlx2smk.language.scopes import Function


class Evaluation(PureCalls):
    """Goes through what runs when a statement runs; afterwards ``reason`` says why it has effects."""

    def statements(self, nodes: Iterable[ast.stmt]) -> None:
        """Go through some statements."""
        for node in nodes:
            self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        """Go through one statement."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.effect(f"has {type(node).__name__.lower()}")
        else:
            method(node)

    def _pass(self, _: ast.stmt) -> None:
        """Nothing happens."""

    _break = _continue = _nonlocal = _typealias = _pass

    def _global(self, node: ast.Global) -> None:
        if self.values.frames:
            self.effect(f"assigns the global {node.names[0]}")

    def _expr(self, node: ast.Expr) -> None:
        self.expression(node.value)
        if not stands_alone(node.value):
            self.effect("is an expression that nothing uses")

    def _return(self, node: ast.Return) -> None:
        self.expressions([node.value])

    def _assign(self, node: ast.Assign) -> None:
        self.expression(node.value)
        if any(isinstance(target, (ast.Tuple, ast.List)) for target in node.targets):
            self.touch(node.value, ITERATED)
        for target in node.targets:
            self.target(target)

    def _annassign(self, node: ast.AnnAssign) -> None:
        self.expressions([node.annotation, node.value])
        self.target(node.target)

    def _augassign(self, node: ast.AugAssign) -> None:
        self.expression(node.value)
        if not isinstance(node.target, ast.Name):
            # `d["k"] += …` may change a list in place that others hold, too.
            objects = Objects(self.values)
            changed, names = objects.changed(node.target.value), objects.behind(node)
            self.change_objects(f"updates {short(node.target)} in place", changed, names)
        elif not self.values.is_own_value(node.target.id):
            objects = Objects(self.values)
            changed, names = objects.changed(node.target), objects.behind(node)
            self.change_objects(
                f"may change what {node.target.id} shares with others", changed, names
            )

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self.target(target)

    def _if(self, node: ast.If) -> None:
        if is_main_guard(node):
            self.statements(node.orelse)
            return
        self.expression(node.test)
        self.statements((*node.body, *node.orelse))

    _while = _if

    def _for(self, node: ast.For) -> None:
        self.expression(node.iter)
        self.touch(node.iter, ITERATED)
        self.target(node.target)
        self.statements((*node.body, *node.orelse))

    def _try(self, node: ast.Try) -> None:
        self.expressions(handler.type for handler in node.handlers)
        caught = (statement for handler in node.handlers for statement in handler.body)
        self.statements((*node.body, *caught, *node.orelse, *node.finalbody))

    def _assert(self, node: ast.Assert) -> None:
        self.expressions([node.test, node.msg])
        self._may_fail("has assert")

    def _raise(self, node: ast.Raise) -> None:
        for item in (node.exc, node.cause):
            known = item is not None and makes_exception(item, self.values)
            self.expressions(item.args if known and isinstance(item, ast.Call) else [item])
        self._may_fail("has raise")

    def _may_fail(self, reason: str) -> None:
        if not (self.judge.lets_fail and self.values.frames):
            self.effect(reason, FAILING)

    def _with(self, node: ast.With) -> None:
        for item in node.items:
            self.expression(item.context_expr)
            objects = Objects(self.values)
            if not objects.is_quiet_context(item.context_expr):
                self.change_objects("has with", objects.opened(item.context_expr), frozenset())
            if item.optional_vars is not None:
                self.target(item.optional_vars)
        self.statements(node.body)

    def _match(self, node: ast.Match) -> None:
        self.expression(node.subject)
        for case in node.cases:
            self.expressions([case.guard])
            self.statements(case.body)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for imported in imports_of(node):
            if imported.star and not self.values.project.stars.of(imported, self.values.module):
                self.effect(f"imports * from {imported.module or '.'}")

    _importfrom = _import

    def _functiondef(self, node: Function) -> None:
        self.decorators(node)
        self.expressions(evaluated_at_definition(node))

    _asyncfunctiondef = _functiondef

    def _classdef(self, node: ast.ClassDef) -> None:
        self.decorators(node)
        bases, metaclasses = class_head(node, self.values)
        for base in bases:
            self._base(base)
        self.expressions(keyword.value for keyword in node.keywords)
        for metaclass in metaclasses:
            self._metaclass(metaclass)
        if not self.judge.makes_members_purely(node, self.values):
            self.effect("makes members that do something")
        body = Evaluation(self.values.inside(frame_of(scope_of(node.body).bindings)), self.judge)
        body.statements(node.body)
        self.take(body)

    def _metaclass(self, node: ast.expr) -> None:
        meaning = self.values.meaning(node)
        if isinstance(meaning, Definition):
            filling = self.judge.filled_by_metaclass(meaning)
            self.fill(f"has the metaclass {short(node)}", filling)
        elif meaning is None or not listed(meaning.name, QUIET_METACLASSES):
            self.effect(f"has the metaclass {short(node)}")

    def _base(self, node: ast.expr) -> None:
        self.expression(node)
        bare = node.value if isinstance(node, ast.Subscript) else node
        bare = bare.func if isinstance(bare, ast.Call) else bare
        reason = f"is a subclass of {short(node)}"
        for meaning in meanings(bare, self.values):
            if not isinstance(meaning, Definition):
                if meaning is None or listed(meaning.name, REGISTERING_BASES):
                    self.effect(reason)
            elif not self.judge.is_quiet_base(meaning):
                self.fill(reason, self.judge.filled_by_subclass(meaning))

    def decorators(self, node: Function | ast.ClassDef) -> None:
        """Go through the application of a definition's decorators."""
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                self.expressions((*decorator.args, *(key.value for key in decorator.keywords)))
            if self._is_known(decorator):
                continue
            # The others may be given what the one below them returns, which others may hold.
            new = decorator is node.decorator_list[-1]
            if not self.judge.is_pure_decorator(decorator, self.values, of_new=new):
                filling = self.judge.filled_by_decorator(decorator, self.values)
                if filling is None:
                    filling = self.judge.filled_by_applying(decorator, self.values)
                    self.expressions([decorator] if filling is not None else [])
                self.fill(f"is decorated by {short(decorator)}", filling)

    def _is_known(self, node: ast.expr) -> bool:
        """Note what a decorator of a library changes, if that is known."""
        function = node.func if isinstance(node, ast.Call) else node
        name = generic_function(function, self.values)
        self.touches |= set() if name is None else {name}
        return name is not None or self._adds_command(function, f"is decorated by {short(node)}")

    def _adds_command(self, function: ast.expr, reason: str) -> bool:
        group = command_group(function, self.values)
        if group is not None:
            self.fill(reason, Filling(group[0], frozenset({group[1]})))
        return group is not None

    def target(self, node: ast.expr) -> None:
        """Go through an assignment's target."""
        if isinstance(node, (ast.Tuple, ast.List)):
            for element in node.elts:
                self.target(element)
        elif isinstance(node, ast.Starred):
            self.target(node.value)
        elif isinstance(node, ast.Name):
            self._let_go(node.id)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self._part_target(node)

    def _part_target(self, node: ast.Attribute | ast.Subscript) -> None:
        self.touch(node.value, WRITTEN)
        if isinstance(node, ast.Subscript):
            self.expression(node.slice)
        elif node.attr in BEHIND_ATTRIBUTES:
            self.effect(f"replaces .{node.attr}")
        if isinstance(node, ast.Subscript) and self._sets_by_method(node):
            return
        module = module_behind(node.value, self.values)
        if is_this_module(node, self.values):
            self.effect("replaces its module", f"{MODULE}{self.values.module.dotted}")
        elif module is not None and isinstance(node, ast.Attribute):
            self.effect(f"assigns {short(node)}", f"{MODULE}{module.dotted}")
        else:
            self.change(node.value, definition=isinstance(node, ast.Attribute))

    def _let_go(self, name: str) -> None:
        """Note that a name is used whose object may live as long as some statement has it."""
        if lets_go(name, self.values) and self.judge.notices_letting_go:
            self.effect(f"may keep or let go of what {name} was")

    def _sets_by_method(self, node: ast.Subscript) -> bool:
        """Note what the method of the user's own class fills that assigns to an item; False if there is none."""
        method = ast.Call(ast.Attribute(node.value, "__setitem__", ast.Load()), [], [])
        filling = self.judge.filled_by_method(method, self.values)
        if filling is not None:
            self.fill(f"changes {short(node.value)}", filling)
        return filling is not None

    def expressions(self, nodes: Iterable[ast.expr | None]) -> None:
        """Go through some expressions."""
        for node in nodes:
            if node is not None:
                self.expression(node)

    def expression(self, node: ast.AST) -> None:
        """Go through one expression."""
        if isinstance(node, ast.Call):
            self.call(node)
        elif isinstance(node, ast.Lambda):
            self.expressions((*node.args.defaults, *node.args.kw_defaults))
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            self._comprehension(node)
        elif isinstance(node, ast.Await):
            self.effect("waits")
        elif isinstance(node, ast.Name):
            self.read(node)
            self._let_go(node.id)
        else:
            self.read(node)
            for part in iterated_in(node):
                self.touch(part, ITERATED)
            for child in ast.iter_child_nodes(node):
                self.expression(child)

    def _comprehension(self, node: Comprehension) -> None:
        inner = Evaluation(self.values.inside(targets_of(node)), self.judge, self.owned)
        for child in ast.iter_child_nodes(node):
            inner.expression(child)
        for part in node.generators:
            inner.touch(part.iter, ITERATED)
        self.take(inner)

    def call(self, node: ast.Call) -> None:
        """Go through a call: its arguments, and what is called."""
        for part in (*node.args, *(keyword.value for keyword in node.keywords)):
            self.expression(part)
            if not gives_data(self.values.library(node.func)):
                self.touch(part, ITERATED)
        if isinstance(node.func, ast.Attribute):
            self.expression(node.func.value)
        self.read(node.func)
        self.read(node.func, READ, Manner.GIVES)
        if isinstance(node.func, ast.Lambda):  # which runs here
            names = tuple(arg.arg for arg in parameters_of(node.func.args))
            inner = Evaluation(self.values.inside(frame_of((), names)), self.judge, self.owned)
            inner.expression(node.func.body)
            self.take(inner)
        own = bool(self.owned) and f"{ast.unparse(node.func)}()" in self.owned
        if not own and not self.is_pure_call(node):
            self._impure_call(node, f"calls {short(node.func)}")

    def _impure_call(self, node: ast.Call, reason: str) -> None:
        meaning = self.values.meaning(node.func)
        if isinstance(meaning, Library) and meaning.name in CHANGING_FIRST and node.args:
            self.change(node.args[0])
            return
        if self._adds_command(node.func, reason):
            return
        if isinstance(meaning, Definition):
            filling = self.judge.filled_by(meaning)
        elif isinstance(node.func, ast.Call):  # `register("name")(function)`
            given = (*node.func.args, *(keyword.value for keyword in node.func.keywords))
            self.expressions(given)
            filling = self.judge.filled_by_decorator(node.func, self.values)
        else:
            filling = self.judge.filled_by_method(node, self.values)
        if filling is None:
            filling = self.judge.filled_by_call(node, self.values)
            if filling is not None and not isinstance(node.func, (ast.Name, ast.Attribute)):
                self.expression(node.func)
        if filling is not None or isinstance(meaning, Definition):
            self.fill(reason, filling)
            return
        objects = Objects(self.values)
        self.change_objects(reason, objects.called(node), objects.touched(node))
