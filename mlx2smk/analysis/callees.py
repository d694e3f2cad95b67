"""What a call may call where its function is no name of one definition: ``TABLE["a"](x)``, ``Model().run(x)``, ``make(3)(x)``.

A call of things that only compute has no effects. Nothing is assumed of what is not known for certain.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from mlx2smk.analysis.known import HIGHER_ORDER, PURE_BUILTINS, PURE_LIBRARY, listed
from mlx2smk.analysis.own_modules import is_names, module_asked, names_like
from mlx2smk.analysis.texts import written
from mlx2smk.analysis.values import Definition, KnownAs, Library, Values
from mlx2smk.language.bindings import nodes_bound
from mlx2smk.language.scopes import Function, own_scope

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from mlx2smk.analysis.calling import Calling
    from mlx2smk.analysis.container_contents import ContainerContents
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.purity import Purity
    from mlx2smk.language.bindings import Binding

SUPER = "super()"
"""The name under which methods know what ``super()`` stands for."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A function, a class, or an instance of a class, which may be called; ``known`` to have no effects.

    ``around`` are the scopes around it, and ``bound`` the instance or class that a method is given first.
    ``kept``: others hold the instance, so that changing it is an effect. ``skipped``: how many of its outer
    decorators do not count. ``plain``: attributes of an instance whose values are plain.
    """

    kind: Literal["function", "class", "instance", "known"]
    node: Function | ast.Lambda | ast.ClassDef
    around: Values = field(compare=False)
    bound: Callee | None = None
    kept: bool = False
    skipped: int = 0
    plain: frozenset[str] = frozenset()
    known: frozenset[tuple[str, Hashable]] = field(init=False)

    def __post_init__(self) -> None:
        """Tell it from the same code among other known parameters."""
        object.__setattr__(self, "known", self.around.known)

    @property
    def decorators(self) -> list[ast.expr]:
        """The decorators that count."""
        return getattr(self.node, "decorator_list", [])[self.skipped :]


Callees = list[Callee]


class CalleeFinder:
    """Finds what calls may call."""

    contents: ContainerContents

    def __init__(self, project: Project, purity: Purity, calling: Calling) -> None:
        self.project = project
        self.purity = purity
        self.calling = calling
        self._finding: set[tuple[ast.AST, frozenset[tuple[str, Hashable]]]] = set()

    def of(self, node: ast.expr, values: Values) -> Callees | None:
        """Return all that an expression may stand for; None if that is not known."""
        key = node, values.known
        find = getattr(self, f"_{type(node).__name__.lower()}", None)
        if find is None or key in self._finding or len(self._finding) > _DEPTH:
            return None
        self._finding.add(key)
        try:
            found: Callees | None = find(node, values)
        finally:
            self._finding.discard(key)
        return found

    def of_any(self, nodes: Iterable[ast.expr], values: Values) -> Callees | None:
        """Return all that one of some expressions may stand for."""
        return united(self.of(node, values) for node in nodes)

    def _constant(self, _: ast.Constant, __: Values) -> Callees:
        return []

    def _lambda(self, node: ast.Lambda, values: Values) -> Callees:
        return [Callee("function", node, values)]

    def _ifexp(self, node: ast.IfExp, values: Values) -> Callees | None:
        return self.of_any([node.body, node.orelse], values)

    def _boolop(self, node: ast.BoolOp, values: Values) -> Callees | None:
        return self.of_any(node.values, values)

    def _subscript(self, node: ast.Subscript, values: Values) -> Callees | None:
        return self._item(node.value, node.slice, values)

    def _item(self, node: ast.expr, key: ast.expr, values: Values) -> Callees | None:
        """Return what an item of a container may be, or of the dict of a module's names."""
        if is_names(node, values):
            return self._named(values.module, key)
        return self.contents.of(node, values)

    def _named(self, module: Module, key: ast.expr) -> Callees | None:
        """Return what a module may have under a name of which only a part may be written out."""
        names = names_like(written(key), module, self.project)
        there = Values(self.project, module)
        if names is None:
            return None
        return united(self._of_module(ast.Name(each, ast.Load()), there) for each in names)

    # Names and attributes

    def _name(self, node: ast.Name, values: Values) -> Callees | None:
        if values.local(node.id) is None:
            return self._of_module(node, values)
        given = values.given(node.id)
        if isinstance(given, Callee):
            return [given]
        if given is KnownAs.PLAIN:  # which cannot be called
            return []
        if given is KnownAs.PURE:
            return [Callee("known", _ANY, values)]
        if isinstance(given, Definition):
            return defined(given.node, Values(self.project, given.module))
        bindings = values.bindings(node.id)
        return self._bound(bindings, values.outside(node.id), kept=False)

    def _of_module(self, node: ast.expr, values: Values) -> Callees | None:
        """Return what a name of a module, or an attribute of an imported one, may stand for."""
        meaning = values.meaning(node)
        if meaning is not None:
            return self._of_meaning(meaning, values)
        at = values.holder(node)
        if at is None or self.purity.is_replaced_name(at[1], at[0]):
            return None
        if isinstance(node, ast.Attribute) and node.attr in values.module.replaced:
            return None
        there = Values(self.project, at[0])
        return self._bound(there.bindings(at[1]), there, kept=True)

    def _of_meaning(self, meaning: Definition | Library | None, values: Values) -> Callees | None:
        if isinstance(meaning, Definition):
            return defined(meaning.node, Values(self.project, meaning.module))
        known = meaning is not None and _only_computes(meaning.name)
        return [Callee("known", _ANY, values)] if known else None

    def _bound(
        self, bindings: tuple[Binding, ...], values: Values, *, kept: bool
    ) -> Callees | None:
        """Return what a name of these bindings may stand for."""
        found = united(self._of_binding(item, values) for item in bindings) if bindings else None
        if found is None or not kept:
            return found
        return [_kept(each) for each in found]

    def _of_binding(self, binding: Binding, values: Values) -> Callees | None:
        if isinstance(binding.node, Function) and binding.kind == "function":
            return defined(binding.node, values)
        if binding.imported is not None and not values.frames:
            return self._of_meaning(values.behind(binding.imported, ()), values)
        if binding.kind != "value" or binding.value is None:
            return None
        return self.of(binding.value, values)

    def _attribute(self, node: ast.Attribute, values: Values) -> Callees | None:
        found = self._of_module(node, values)
        owners = self.of(node.value, values) if found is None else None
        if not owners:  # what has a method of Python's own is not among those that are found
            return found
        return united(self.method(owner, node.attr) for owner in owners)

    def method(self, owner: Callee, name: str) -> Callees | None:
        """Return the method that an instance or class certainly has under a name."""
        if owner.kind in {"function", "known"} or name in self.purity.assigned:
            return None
        at: Callee | None = owner
        while at is not None and isinstance(at.node, ast.ClassDef):
            if not self.is_as_written(at, at.node):
                return None
            found = nodes_bound(at.node.body, name)
            if found:
                method = found[0] if len(found) == 1 else None
                return self._as_method(method, owner, at)
            at = self.base_of(at)
        return None

    def is_as_written(self, owner: Callee, node: ast.ClassDef) -> bool:
        """Whether attributes of a class are those that its body says."""
        return (
            not node.keywords
            and not self.purity.may_be_set(node)
            and not nodes_bound(node.body, "__getattribute__")
            and not self.purity.is_replaced_name(node.name, owner.around.module)
            and self.purity.has_pure_decorators(node.decorator_list, owner.around)
        )

    def base_of(self, owner: Callee) -> Callee | None:
        """Return the same instance or class seen as one of its only base; None if there is no such one."""
        bases = owner.node.bases if isinstance(owner.node, ast.ClassDef) else []
        meaning = owner.around.meaning(bases[0]) if len(bases) == 1 else None
        if not isinstance(meaning, Definition) or not isinstance(meaning.node, ast.ClassDef):
            return None
        if self.purity.is_replaced(meaning):
            return None
        around = Values(self.project, meaning.module)
        return Callee(owner.kind, meaning.node, around, kept=owner.kept, plain=owner.plain)

    def _as_method(self, node: ast.AST | None, owner: Callee, home: Callee) -> Callees | None:
        if not isinstance(node, ast.FunctionDef):
            return None
        kinds = [home.around.library(each) for each in node.decorator_list]
        base = self.base_of(home)
        given = home.around.inside({}, {SUPER: base}) if base is not None else home.around
        if kinds == ["staticmethod"]:
            return [Callee("function", node, given, skipped=1)]
        if kinds == ["classmethod"]:
            cls = Callee("class", owner.node, owner.around)
            return [Callee("function", node, given, bound=cls, skipped=1)]
        if kinds or owner.kind != "instance":
            return None
        return [Callee("function", node, given, bound=owner)]

    # Calls

    def _call(self, node: ast.Call, values: Values) -> Callees | None:
        """Return what a call may return."""
        if isinstance(node.func, ast.Name) and values.library(node.func) == "super":
            base = values.given(SUPER)
            return [base] if isinstance(base, Callee) and not node.args else None
        module = module_asked(node, values)
        if module is not None:
            return united([self._named(module, node.args[1]), self.of_any(node.args[2:], values)])
        found = self.of(node.func, values)
        if found is None and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            kept = self._item(node.func.value, node.args[0], values) if node.args else None
            return united([kept, self.of_any(node.args[1:], values)])
        if found is None:
            return None
        return united(self._returned(each, node, values) for each in found)

    def _returned(self, callee: Callee, node: ast.Call, values: Values) -> Callees | None:
        if callee.kind == "class":
            made = self.calling.runs_purely(callee, node, values) and not self._makes_others(callee)
            plain = self.calling.plain_attributes(callee, node, values) if made else frozenset()
            return [Callee("instance", callee.node, callee.around, plain=plain)] if made else None
        if callee.kind == "instance":
            methods = self.method(callee, "__call__")
            return methods and united(self._returned(each, node, values) for each in methods)
        if callee.kind == "known" or callee.decorators:
            return None
        inside = self.calling.inside(callee, node, values)
        if isinstance(callee.node, ast.Lambda):
            return self.of(callee.node.body, inside)
        return self.returned_by(callee.node, inside)

    def returned_by(self, node: ast.AST, inside: Values) -> Callees | None:
        """Return what a function may return, in whose scope names are looked up ``inside``."""
        if not isinstance(node, ast.FunctionDef):
            return None
        parts = [part for statement in node.body for part in own_scope(statement)]
        if any(isinstance(part, (ast.Yield, ast.YieldFrom)) for part in parts):
            return None
        returned = [part.value for part in parts if isinstance(part, ast.Return)]
        return self.of_any([value for value in returned if value is not None], inside)

    def _makes_others(self, callee: Callee) -> bool:
        """Whether calling a class may return something that is no instance of it."""
        at: Callee | None = callee
        while at is not None and isinstance(at.node, ast.ClassDef):
            if nodes_bound(at.node.body, "__new__"):
                return True
            at = self.base_of(at)
        return False


def united(parts: Iterable[Callees | None]) -> Callees | None:
    """Return all of some parts; None if one of them is not known."""
    found: dict[Callee, None] = {}
    for part in parts:
        if part is None:
            return None
        found.update(dict.fromkeys(part))
    return list(found)


def defined(node: ast.AST, values: Values) -> Callees:
    """Return what a definition defines in some scope."""
    if isinstance(node, ast.ClassDef):
        return [Callee("class", node, values)]
    return [Callee("function", node, values)] if isinstance(node, Function) else []


def _only_computes(name: str) -> bool:
    """Whether a function of a library has no effects, whatever it is given."""
    if name in HIGHER_ORDER or name in {"iter", "super", "type"} or name.startswith("numpy."):
        return False
    return name in PURE_BUILTINS or listed(name, PURE_LIBRARY)


def _kept(callee: Callee) -> Callee:
    return replace(callee, kept=True) if callee.kind == "instance" else callee


_ANY = ast.Lambda(ast.arguments([], [], None, [], [], None, []), ast.Constant(None))
_DEPTH = 40
"""So many steps are enough to find what a call may call."""
