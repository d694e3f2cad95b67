"""Instances of the user's classes that modules hold, such as registries: what calling their methods changes.

Only instances count that a module makes once, of data, with a simple class: ``REGISTRY = Registry("models")``.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.judge import Filling
from mlx2smk.analysis.known import CHANGING_METHODS
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.bindings import imports_something, nodes_bound, scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.purity import Purity


@dataclass(frozen=True, slots=True, eq=False)
class _Instance:
    """What a name of a module is bound to, and the module of its class."""

    module: Module
    name: str
    home: Module
    node: ast.ClassDef


class Instances:
    """Finds instances and judges calls of their methods."""

    def __init__(self, project: Project, purity: Purity) -> None:
        self.project = project
        self.purity = purity

    def is_plain(self, name: str, values: Values) -> bool:
        """Whether a name is bound to an instance of its module whose attributes can be assigned freely."""
        found = self._instance(ast.Name(name, ast.Load()), values)
        return (
            found is not None
            and found.module is values.module
            and not any(each.name in _ON_ASSIGNMENT for each in scope_of(found.node.body).bindings)
        )

    def is_container(self, name: str, values: Values) -> bool:
        """Whether a name is bound to an instance of its module that is a container of Python's."""
        found = self._instance(ast.Name(name, ast.Load()), values)
        return found is not None and found.module is values.module and _is_container(found.node)

    def filled_by(self, node: ast.Call, values: Values) -> Filling | None:
        """Return what a call of a method fills, None if it may do something else."""
        method = self._method(node.func, values)
        return None if method is None else self._filled(*method, None)

    def filled_by_decorator(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what decorating something with a method, or with what it returns, fills."""
        function = node.func if isinstance(node, ast.Call) else node
        method = self._method(function, values)
        if method is None:
            return None
        given = (
            [*node.args, *(key.value for key in node.keywords)]
            if isinstance(node, ast.Call)
            else []
        )
        plain = all(isinstance(item, ast.Constant) for item in given)
        return self._filled(*method, plain if isinstance(node, ast.Call) else None)

    def method_of(
        self, node: ast.expr, values: Values
    ) -> tuple[ast.FunctionDef, ast.ClassDef] | None:
        """Return the method that ``REGISTRY.register`` stands for, and its class; None if it is not certain."""
        found = self._method(node, values)
        return None if found is None else (found[1], found[0].node)

    def _instance(self, node: ast.expr, values: Values) -> _Instance | None:
        """Return the instance that an expression such as ``REGISTRY`` or ``models.REGISTRY`` stands for."""
        at = values.holder(node)
        if at is None:
            return None
        module, name = at
        bindings = module.bindings.get(name, ())
        call = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "value" else None
        if not isinstance(call, ast.Call) or not _is_made_of_data(
            call, Values(self.project, module)
        ):
            return None
        cls = Values(self.project, module).meaning(call.func)
        if not isinstance(cls, Definition) or not isinstance(cls.node, ast.ClassDef):
            return None
        there = Values(self.project, cls.module)
        bases = [there.library(each) for each in cls.node.bases]
        plain = set(bases) <= _CONTAINERS and not cls.node.keywords and self.purity.is_pure(cls)
        return _Instance(module, name, cls.module, cls.node) if plain else None

    def _method(self, node: ast.expr, values: Values) -> tuple[_Instance, ast.FunctionDef] | None:
        if not isinstance(node, ast.Attribute):
            return None
        found = self._instance(node.value, values)
        if found is None:
            return None
        methods = nodes_bound(found.node.body, node.attr)
        replaced = {found.name, found.node.name} & (found.module.patched | found.home.patched)
        method = methods[0] if len(methods) == 1 and not replaced else None
        plain = isinstance(method, ast.FunctionDef) and not method.decorator_list
        return (found, method) if plain and isinstance(method, ast.FunctionDef) else None

    def _filled(
        self, instance: _Instance, method: ast.FunctionDef, factory: bool | None
    ) -> Filling | None:
        """Return what a method fills, and the functions that it returns if it is a ``factory``.

        True: the factory is given constants only, so that it cannot return what it is given.
        """
        first = [*method.args.posonlyargs, *method.args.args][:1]
        frame = frame_inside(method)
        if not first or len(frame[first[0].arg]) != 1:
            return None
        this, around = first[0].arg, Values(self.project, instance.home)
        quiet = self._quiet_methods(instance)
        owned = _owned_by(this, instance.node, around, quiet)
        inside = around.inside(frame)
        whole = self._what(method, inside, owned)
        if whole is not None:
            whole = whole.union(*(quiet[name] for name in _own_calls(method, this) & quiet.keys()))
        if whole is None or factory is None:
            return None if whole is None else self._filling(instance, whole)
        parameters = {arg.arg for arg in method.args.args} if factory else set()
        for function in self.purity.functions_returned(method, parameters):
            if function is None or function.decorator_list or this in frame_inside(function):
                return None
            inner = self._what(function, inside.inside(frame_inside(function)), owned)
            if inner is None:
                return None
            whole |= inner
        return self._filling(instance, whole)

    def _quiet_methods(self, instance: _Instance) -> dict[str, frozenset[str]]:
        """Return the methods that may be called by others of the class, with what they change besides the instance."""
        node, around = instance.node, Values(self.project, instance.home)
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        found: dict[str, frozenset[str]] = {}
        size = -1
        while size != (size := len(found)):
            for name, method in methods.items():
                what = self._quiet(method, node, around, found)
                if (
                    name not in found
                    and what is not None
                    and len(nodes_bound(node.body, name)) == 1
                ):
                    found[name] = what
        return found

    def _quiet(
        self,
        method: ast.FunctionDef,
        node: ast.ClassDef,
        around: Values,
        quiet: Mapping[str, frozenset[str]],
    ) -> frozenset[str] | None:
        """Return what a method changes besides the instance, None if it may do more."""
        first = [*method.args.posonlyargs, *method.args.args][:1]
        frame = frame_inside(method)
        if not first or method.decorator_list or len(frame[first[0].arg]) != 1:
            return None
        this = first[0].arg
        what = self._what(method, around.inside(frame), _owned_by(this, node, around, quiet))
        called = _own_calls(method, this) & quiet.keys()
        return None if what is None else what.union(*(quiet[name] for name in called))

    def _what(
        self, node: ast.FunctionDef, values: Values, owned: frozenset[str]
    ) -> frozenset[str] | None:
        """Return the names whose containers a function changes besides what is owned, None if it does more."""
        if imports_something(node):
            return None
        evaluation = Evaluation(values, self.purity, owned)
        evaluation.statements(node.body)
        return frozenset(evaluation.touches) if evaluation.only_fails() else None

    def _filling(self, instance: _Instance, touches: frozenset[str]) -> Filling | None:
        own = frozenset({instance.name})
        # Containers of the class itself are shared by its instances.
        bound = {each.name for each in scope_of(instance.node.body).bindings}
        shares = bool(bound & _own_containers(instance.node, Values(self.project, instance.home)))
        if instance.module is instance.home:
            shared = frozenset({instance.node.name}) if shares else frozenset()
            return Filling(instance.module, touches | own | shared)
        return None if touches or shares else Filling(instance.module, own)


def _owned_by(
    this: str, node: ast.ClassDef, values: Values, quiet: Iterable[str]
) -> frozenset[str]:
    """Return what a method may change and call freely: containers and methods of the instance ``this``."""
    own = {f"{this}.{name}" for name in _own_containers(node, values)}
    calls = {f"{this}.{name}()" for name in quiet}
    return frozenset(own | calls | ({this} if _is_container(node) else set()))


def _own_calls(method: ast.FunctionDef, this: str) -> set[str]:
    """Return the methods of its own instance that a method calls."""
    calls = (part.func for part in ast.walk(method) if isinstance(part, ast.Call))
    own = (each for each in calls if isinstance(each, ast.Attribute))
    return {each.attr for each in own if isinstance(each.value, ast.Name) and each.value.id == this}


def _own_containers(node: ast.ClassDef, values: Values) -> frozenset[str]:
    """Return the attributes that the class assigns new containers and nothing else, to each instance."""
    assigned: dict[str, list[bool]] = {}
    for part in ast.walk(node):
        targets = part.targets if isinstance(part, ast.Assign) else []
        targets = [part.target] if isinstance(part, (ast.AnnAssign, ast.AugAssign)) else targets
        for target in targets:
            if isinstance(target, ast.Attribute):
                value = None if isinstance(part, ast.AugAssign) else getattr(part, "value", None)
                assigned.setdefault(target.attr, []).append(values.is_fresh(value))
    return frozenset(name for name, fresh in assigned.items() if all(fresh))


def _is_made_of_data(node: ast.Call, values: Values) -> bool:
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return all(isinstance(item, ast.Constant) or values.is_fresh(item) for item in given)


def _is_container(node: ast.ClassDef) -> bool:
    """Whether a class is derived from a container of Python's and changes it as that does."""
    bound = {each.name for each in scope_of(node.body).bindings}
    return bool(node.bases) and bound.isdisjoint({*CHANGING_METHODS, "__setitem__", "__delitem__"})


_CONTAINERS = frozenset(
    {
        "dict",
        "list",
        "set",
        "collections.OrderedDict",
        "collections.UserDict",
        "collections.UserList",
    }
)
"""Classes of which an instance is a container."""


_ON_ASSIGNMENT = frozenset({"__setattr__", "__slots__", "__set__"})
