"""Decides which functions and classes of the experiment and its local modules have no effects when used.

Deliberately simple: a function is pure if it changes only objects that it creates itself and calls only
what is known to be pure. Code that is not understood counts as having effects.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import Meaning, meanings
from mlx2smk.analysis.calling import Calling
from mlx2smk.analysis.class_methods import ClassMethods
from mlx2smk.analysis.decorating import is_applied_purely, keeps_class, keeps_purity
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.instances import Instances
from mlx2smk.analysis.judge import Filling, both, filling_of
from mlx2smk.analysis.known import (
    PURE_BASES,
    QUIET_METACLASSES,
    REGISTERING_BASES,
    listed,
)
from mlx2smk.analysis.letting_go import notices_letting_go
from mlx2smk.analysis.library_calls import (
    called_later,
    class_head,
    is_pythons_method,
    is_wrapping_method,
)
from mlx2smk.analysis.patches import HOOKS, Patches
from mlx2smk.analysis.printed import keeps_output
from mlx2smk.analysis.scope_frames import frame_inside, only_function, returns_of
from mlx2smk.analysis.subclassing import filled_by_metaclass, filled_by_subclass, is_enumeration
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.bindings import imports_something, scope_of

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Hashable, Iterable

    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.subclass_finding import SubclassFinder
    from mlx2smk.language.scopes import Function

_GIVEN_A_CLASS = frozenset({"__new__", "_missing_"})


class Purity:
    """Judges definitions, each once; recursive ones are assumed pure until proven otherwise.

    To fail is an effect, unless there is a ``strict`` judge for which it is one. They share what costs most to find.
    """

    def __init__(
        self,
        project: Project,
        loads_quietly: Callable[[str], bool],
        strict: Purity | None = None,
    ) -> None:
        self.project = project
        self.loads_quietly = loads_quietly
        self._judged: dict[Hashable, bool] = {}
        self._fills: dict[ast.AST, Filling | None] = {}
        self.lets_fail = strict is not None
        self.patches: Patches = strict.patches if strict else Patches(project)
        self.class_methods: ClassMethods = (
            strict.class_methods if strict else ClassMethods(project, self)
        )
        self.instances = Instances(project, self)
        self.calling = Calling(project, self)

    def is_pure(self, definition: Definition) -> bool:
        """Whether calling a function or class has no effects."""
        node, module = definition.node, definition.module
        values = Values(self.project, module)
        if self.is_replaced_name(node.name, module):
            return False
        if not self.has_pure_decorators(node.decorator_list, values):
            return False
        if self.patches.may_change_calls(node):
            return False
        if isinstance(node, ast.ClassDef):
            return self.is_pure_class(definition)
        return self._is_pure_function(module, node)

    def is_pure_in_class(self, owner: Definition, name: str) -> bool:
        """Whether calling a static method or class method of a class has no effects."""
        values = Values(self.project, owner.module)
        if not self.has_pure_decorators(owner.node.decorator_list, values):
            return False
        found = self.class_methods.method(owner, name)
        if found is None:
            return False
        method, kind = found
        given = owner if kind == "classmethod" else None
        return self.judge(method, lambda: self._runs_purely(method, values, given=given))

    def is_replaced(self, definition: Definition) -> bool:
        """Whether a definition may be changed, or another module may put something else in its place."""
        return self.is_replaced_name(definition.node.name, definition.module)

    def is_replaced_name(self, name: str, module: Module) -> bool:
        """Whether a definition may be changed, or another module may put something else in its place."""
        return name in module.patched or self._is_given(name)

    def _is_given(self, name: str) -> bool:
        """Whether another module may put something else in the place of what has a name."""
        given = self.project.stars.given
        return self.project.stars.sets_any if given is None else name in given

    def has_pure_decorators(self, decorators: Iterable[ast.expr], values: Values) -> bool:
        """Whether some decorators keep a pure function pure; the user's own may make anything of it."""
        return all(self._keeps_purity(decorator, values) for decorator in decorators)

    def calls_purely(self, node: ast.Call, values: Values) -> bool:
        """Whether a call has no effects, as whatever it may call only computes."""
        return self.calling.is_pure(node, values)

    def is_pure_function(self, node: ast.expr, values: Values) -> bool:
        """Whether calling what an expression stands for has no effects."""
        return self.calling.is_pure_function(node, values)

    @cached_property
    def keeps_output(self) -> bool:
        """Whether the program may look at what it prints."""
        return keeps_output(self.project)

    @cached_property
    def notices_letting_go(self) -> bool:
        """Whether the program may notice that an object is let go of."""
        return notices_letting_go(self.project)

    @property
    def subclasses(self) -> SubclassFinder:
        """Knows which classes are below a class."""
        return self.calling.finder.contents.subclasses

    def may_be_set(self, cls: ast.ClassDef) -> bool:
        """Whether code may set attributes of a class or its instances whose names nobody knows."""
        return self.class_methods.may_be_set(cls)

    @property
    def assigned(self) -> Counter[str]:
        """The attributes that loaded modules assign, whatever they belong to, with how often."""
        return self.class_methods.assigned

    def _is_hooked(self, node: ast.ClassDef, module: Module) -> bool:
        """Whether something else may run when a subclass of a class is defined."""
        return self._is_given(node.name) or self.patches.may_hook(node, module)

    def _keeps_purity(self, node: ast.expr, values: Values) -> bool:
        """Whether a decorator of a library keeps a pure function pure, and hardly changes it."""
        function = node.func if isinstance(node, ast.Call) else node
        found = meanings(function, values)
        if found == [None] and is_wrapping_method(function, values):
            return True
        return all(isinstance(each, Library) and keeps_purity(each.name) for each in found)

    def changes_only_first(self, definition: Definition) -> bool:
        """Whether calling a function changes nothing but its first argument."""
        node, values = definition.node, Values(self.project, definition.module)
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            return False
        if self.is_replaced(definition) or self.patches.may_change_calls(node):
            return False
        return self.judge(("applied", node), lambda: self._runs_purely(node, values, method=True))

    def filled_by(self, definition: Definition) -> Filling | None:
        """Return what a call fills that changes nothing but objects of the function's own module."""
        node, module = definition.node, definition.module
        if not isinstance(node, ast.FunctionDef) or node.decorator_list:
            return None
        if self.is_replaced_name(node.name, module):
            return None
        return self._filled(node, Values(self.project, module))

    def filled_by_decorator(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what a decorator fills that changes nothing but objects of its own module."""
        meaning = values.meaning(node.func if isinstance(node, ast.Call) else node)
        if not isinstance(meaning, Definition):
            return self.instances.filled_by_decorator(node, values)
        filling = self.filled_by(meaning)
        outer = meaning.node
        if (
            filling is None
            or not isinstance(node, ast.Call)
            or not isinstance(outer, ast.FunctionDef)
        ):
            return filling
        around = Values(self.project, meaning.module, (frame_inside(outer),))
        return both(filling, self.returned(outer, lambda item: self._filled(item, around)))

    def returned(
        self, node: ast.FunctionDef, judge: Callable[[ast.FunctionDef], Filling | None]
    ) -> Filling | None:
        """Return what the functions fill that a function defines and returns; None if they do more."""
        found: Filling | None = None
        for item in self.functions_returned(node):
            filling = None if item is None or item.decorator_list else judge(item)
            if filling is None:
                return None
            found = filling if found is None else both(found, filling)
        return found

    def functions_returned(
        self, node: ast.FunctionDef, besides: Collection[str] = ()
    ) -> list[ast.FunctionDef | None]:
        """Return the functions that a function defines and returns; None stands for something else.

        Returned names that are ``besides`` do not count.
        """
        frame = frame_inside(node)
        return [
            only_function(item.value, frame)
            for item in returns_of(node)
            if not (isinstance(item.value, ast.Name) and item.value.id in besides)
        ]

    def filled_by_call(self, node: ast.Call, values: Values) -> Filling | None:
        """Return what a call fills, whatever it may call, that changes nothing but objects of one module."""
        return self.calling.filled_by(node.func, node, values)

    def filled_by_applying(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what a decorator fills, whatever it may be, that changes nothing but objects of one module."""
        return self.calling.filled_by(node, None, values)

    def changed_by(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what changing the object changes that an expression stands for; None if that is not known."""
        return self.calling.held.changed_by(node, values)

    def filled_by_subclass(self, definition: Definition) -> Filling | None:
        """Return what defining a subclass of a class fills that changes nothing but objects of the class's module."""
        return filled_by_subclass(definition, self)

    def filled_by_metaclass(self, definition: Definition) -> Filling | None:
        """Return what defining a class of a metaclass fills that changes nothing but objects of the metaclass's module."""
        return filled_by_metaclass(definition, self)

    def filled_by_method(self, node: ast.Call, values: Values) -> Filling | None:
        """Return what a call of a method fills that changes nothing but the instance."""
        return self.instances.filled_by(node, values)

    def is_instance(self, name: str, values: Values) -> bool:
        """Whether a name is bound once, to an instance that its module makes of a class of the user's."""
        return self.instances.is_plain(name, values)

    def is_container(self, name: str, values: Values) -> bool:
        """Whether a name is bound to an instance of the user's that is a container of Python's."""
        return self.instances.is_container(name, values)

    def _filled(self, node: ast.FunctionDef, around: Values) -> Filling | None:
        """Return what a function fills that does nothing but compute, raise, and change objects of its module."""
        if node not in self._fills:
            self._fills[node] = None  # which is what it is for those that it calls in a circle
            if not imports_something(node):
                evaluation = Evaluation(around.inside(frame_inside(node)), self)
                evaluation.statements(node.body)
                self._fills[node] = filling_of(evaluation)
        return self._fills[node]

    def is_pure_inside(self, node: ast.FunctionDef, around: Values, *, owning: bool) -> bool:
        """Whether a function is pure that is defined inside another one, whose names hide the module's.

        If it is ``owning``, it may change its first argument.
        """
        plain = self.has_pure_decorators(node.decorator_list, around)
        return plain and self._runs_purely(node, around, method=owning)

    def _is_pure_function(self, module: Module, node: Function, *, method: bool = False) -> bool:
        return self.judge(
            node, lambda: self._runs_purely(node, Values(self.project, module), method=method)
        )

    def judge(self, node: Hashable, find_out: Callable[[], bool]) -> bool:
        """Judge something once; it is assumed to be pure while that is found out."""
        if node not in self._judged:
            self._judged[node] = True
            if not find_out():
                self._forget_pure_since(node)
                self._judged[node] = False
        return self._judged[node]

    def _forget_pure_since(self, node: Hashable) -> None:
        """Forget the positive verdicts made since a definition was assumed pure, as they may rely on it."""
        for later in reversed([*self._judged]):
            if later is node:
                return
            if self._judged[later]:
                del self._judged[later]

    def _runs_purely(
        self,
        node: Function,
        around: Values,
        *,
        method: bool = False,
        given: Definition | None = None,
    ) -> bool:
        """Whether a body has no effects; the first parameter of a ``method`` is its own, or a class ``given``."""
        if isinstance(node, ast.AsyncFunctionDef) or imports_something(node):
            return False
        frame = frame_inside(node)
        first = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)][:1]
        plain = frozenset(name for name in first if len(frame[name]) == 1)
        inside = around.inside(frame, dict.fromkeys(plain, given) if given else None)
        evaluation = Evaluation(inside, self, plain if method else frozenset())
        evaluation.statements(node.body)
        return evaluation.only_computes()

    def is_pure_class(self, definition: Definition) -> bool:
        """Whether making an instance of a class has no effects, its decorators aside."""
        node = definition.node
        return isinstance(node, ast.ClassDef) and self.judge(
            node, lambda: self._makes_purely(definition, node)
        )

    def _makes_purely(self, definition: Definition, node: ast.ClassDef) -> bool:
        values = Values(self.project, definition.module)
        return (
            not node.keywords
            and all(self._is_pure_base(base, values) for base in node.bases)
            and self._has_pure_hooks(node, definition.module)
            and all(self._makes_pure_default(statement, values) for statement in node.body)
        )

    def _has_pure_hooks(self, node: ast.ClassDef, module: Module) -> bool:
        """Whether the methods that may be called when an instance is created are pure."""
        hooks = (each for each in scope_of(node.body).bindings if each.name in HOOKS)
        return all(
            is_pythons_method(hook.value) or self._is_pure_member(hook.node, module)
            for hook in hooks
        )

    def _is_pure_member(self, node: ast.AST, module: Module) -> bool:
        if not isinstance(node, ast.FunctionDef):
            return False
        # The first argument of `__new__` and the like is the class, which is shared.
        return self._is_pure_function(module, node, method=node.name not in _GIVEN_A_CLASS)

    def _makes_pure_default(self, node: ast.stmt, values: Values) -> bool:
        """Whether the functions that a field calls when an instance is created are pure."""
        value = node.value if isinstance(node, (ast.AnnAssign, ast.Assign)) else None
        calls = [part for part in ast.walk(value or ast.Pass()) if isinstance(part, ast.Call)]
        evaluation = Evaluation(values, self)
        return all(map(evaluation.is_pure_argument, called_later(calls)))

    def _is_pure_base(self, node: ast.expr, values: Values) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        return all(map(self._makes_instances_purely, meanings(bare, values)))

    def _makes_instances_purely(self, base: Meaning) -> bool:
        if isinstance(base, Definition):
            return isinstance(base.node, ast.ClassDef) and self.is_pure(base)
        return base is not None and ("." not in base.name or listed(base.name, PURE_BASES))

    def makes_members_purely(self, node: ast.ClassDef, values: Values) -> bool:
        """Whether defining a class creates no instances, as enumerations do, or creates them purely."""
        if not any(is_enumeration(base, values) for base in node.bases):
            return True
        return self._has_pure_hooks(node, values.module) and all(
            listed(values.library(base), PURE_BASES) or self._is_pure_base(base, values)
            for base in node.bases
        )

    def is_quiet_base(
        self, definition: Definition, below: frozenset[ast.AST] = frozenset()
    ) -> bool:
        """Whether defining a subclass of a class has no effects."""
        if definition.node in below:  # a class whose base has its own name: the run fails there
            return False
        below |= {definition.node}
        node, values = definition.node, Values(self.project, definition.module)
        if not isinstance(node, ast.ClassDef) or self._is_hooked(node, definition.module):
            return False
        bindings = scope_of(node.body).bindings
        hooks = (each.node for each in bindings if each.name == "__init_subclass__")
        bases, metaclasses = class_head(node, values)
        return (
            all(keeps_class(each, values) for each in node.decorator_list)
            and all(self._is_pure_member(hook, definition.module) for hook in hooks)
            and all(listed(values.library(each), QUIET_METACLASSES) for each in metaclasses)
            and all(self._is_quiet(base, values, below) for base in bases)
        )

    def _is_quiet(self, node: ast.expr, values: Values, below: frozenset[ast.AST]) -> bool:
        bare = node.value if isinstance(node, ast.Subscript) else node
        bare = bare.func if isinstance(bare, ast.Call) else bare
        return all(
            self.is_quiet_base(each, below)
            if isinstance(each, Definition)
            else each is not None and not listed(each.name, REGISTERING_BASES)
            for each in meanings(bare, values)
        )

    def is_pure_decorator(self, node: ast.expr, values: Values, *, of_new: bool = False) -> bool:
        """Whether applying a decorator has no effects, at most on what it decorates if that is new."""
        return is_applied_purely(node, values, self, of_new=of_new)
