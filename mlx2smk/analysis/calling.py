"""Whether calls have no effects of what `callees` finds, given what they hand over."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING

from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.callees import Callee, CalleeFinder, defined
from mlx2smk.analysis.container_contents import ContainerContents
from mlx2smk.analysis.decorating import keeps_purity
from mlx2smk.analysis.effects import Evaluation
from mlx2smk.analysis.held import HeldContainers
from mlx2smk.analysis.judge import Filling, both
from mlx2smk.analysis.scope_frames import frame_inside, frame_of
from mlx2smk.analysis.values import Definition, KnownAs, Library, Values
from mlx2smk.language.bindings import imports_something, nodes_bound
from mlx2smk.language.scopes import Function, parameters_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from mlx2smk.analysis.project import Project
    from mlx2smk.analysis.purity import Purity


class Calling:
    """Judges calls; functions are judged once for each kind of arguments that they are given."""

    def __init__(self, project: Project, purity: Purity) -> None:
        self.purity = purity
        self.finder = CalleeFinder(project, purity, self)
        self.finder.contents = ContainerContents(project, self.finder)
        self.held = HeldContainers(project, purity, self)
        self._fills: dict[Hashable, Filling | None] = {}

    def is_pure(self, call: ast.Call, values: Values) -> bool:
        """Whether a call has no effects, as all that it may call only computes."""
        found = self.finder.of(call.func, values)
        return found is not None and all(self.runs_purely(each, call, values) for each in found)

    def is_pure_function(self, node: ast.expr, values: Values) -> bool:
        """Whether calling what an expression stands for has no effects, whatever it is given."""
        found = self.finder.of(node, values)
        return found is not None and all(self.runs_purely(each, None, values) for each in found)

    def runs_purely(self, callee: Callee, call: ast.Call | None, values: Values) -> bool:
        """Whether calling something has no effects; without a ``call`` nothing is known of the arguments."""
        if callee.kind == "known":
            return True
        if callee.kind == "instance":
            methods = self.finder.method(callee, "__call__")
            return methods is not None and all(
                self.runs_purely(each, call, values) for each in methods
            )
        if self._is_replaced(callee):
            return False
        if isinstance(callee.node, ast.ClassDef):
            definition = Definition(callee.around.module, callee.node)
            plain = self.purity.has_pure_decorators(callee.decorators, callee.around)
            return plain and self.purity.is_pure_class(definition)
        if not all(self.keeps_purity(each, callee.around) for each in callee.decorators):
            return False
        given = self._given(callee, call, values)
        return self._runs(callee, given)

    def _is_replaced(self, callee: Callee) -> bool:
        """Whether something else may be in the place of a definition of a module, or of what it does."""
        if self.purity.patches.may_change_calls(callee.node):
            return True
        name = "" if isinstance(callee.node, ast.Lambda) else callee.node.name
        return not callee.around.frames and self.purity.is_replaced_name(name, callee.around.module)

    def filled_by(self, node: ast.expr, call: ast.Call | None, values: Values) -> Filling | None:
        """Return what calling something fills that changes nothing but objects of one module; None if it does more."""
        found = self.finder.of(node, values)
        whole: Filling | None = None
        for callee in found or ():
            filling = self._filled_by(callee, call, values)
            if filling is None or (whole is not None and whole.module is not filling.module):
                return None
            whole = filling if whole is None else both(whole, filling)
        return whole

    def _filled_by(self, callee: Callee, call: ast.Call | None, values: Values) -> Filling | None:
        kept = callee.bound is not None and callee.bound.kept
        if callee.kind != "function" or callee.decorators or kept or self._is_replaced(callee):
            return None
        if isinstance(callee.node, ast.AsyncFunctionDef) or imports_something(callee.node):
            return None
        given = self._given(callee, call, values)
        key = callee, frozenset(given.items())
        if key not in self._fills:
            self._fills[key] = None  # which is what it is for those that it calls in a circle
            evaluation = self._evaluated(callee, given)
            if evaluation.only_fails():
                names = frozenset(evaluation.touches)
                self._fills[key] = Filling(callee.around.module, names)
        return self._fills[key]

    def keeps_purity(self, decorator: ast.expr, values: Values) -> bool:
        """Whether a decorator makes of a function that only computes another such one."""
        if self.purity.has_pure_decorators([decorator], values):
            return True
        found = self._decorators(decorator, values)
        return bool(found) and all(map(self._makes_pure, found or []))

    def _decorators(self, node: ast.expr, values: Values) -> list[Callee] | None:
        """Return what a decorator may be, without those of libraries that keep functions as they are."""
        function = node.func if isinstance(node, ast.Call) else node
        several = meanings(function, values)
        own = [each for each in several if isinstance(each, Definition)]
        others = [each.name for each in several if isinstance(each, Library)]
        if isinstance(node, ast.Call) or not own or len(own) + len(others) < len(several):
            return self.finder.of(node, values)
        known = all(map(keeps_purity, others))
        callees = (defined(each.node, Values(values.project, each.module)) for each in own)
        return [*chain(*callees)] if known else None

    def _makes_pure(self, callee: Callee) -> bool:
        first = _positional(callee)[:1]
        if not isinstance(callee.node, ast.FunctionDef) or callee.decorators or not first:
            return False
        given = {**self._given(callee, None, callee.around), **dict.fromkeys(first, KnownAs.PURE)}
        if self._is_replaced(callee) or len(frame_inside(callee.node)[first[0]]) != 1:
            return False
        # What it does where it is applied does not count, unless that changes what it is given.
        key = "applied", callee, first[0]
        if not self.purity.judge(key, lambda: self._evaluated(callee, given).only_fails()):
            return False
        inside = callee.around.inside(frame_inside(callee.node), given)
        returned = self.finder.returned_by(callee.node, inside)
        return bool(returned) and all(
            each.kind in {"function", "known"} and self.runs_purely(each, None, inside)
            for each in returned or []
        )

    def _runs(self, callee: Callee, given: Mapping[str, Hashable]) -> bool:
        key = callee, frozenset(given.items())
        return self.purity.judge(key, lambda: self._find_out(callee, given))

    def _find_out(self, callee: Callee, given: Mapping[str, Hashable]) -> bool:
        node = callee.node
        if isinstance(node, (ast.AsyncFunctionDef, ast.ClassDef)) or imports_something(node):
            return False
        return self._evaluated(callee, given).only_computes()

    def _evaluated(self, callee: Callee, given: Mapping[str, Hashable]) -> Evaluation:
        """Return what running a function does."""
        node = callee.node
        own = callee.bound is not None and callee.bound.kind == "instance" and not callee.bound.kept
        owned = frozenset(_positional(callee, bound=True)[:1] if own else ())
        evaluation = Evaluation(self._inside(callee, given), self.purity, owned & given.keys())
        if isinstance(node, ast.Lambda):
            evaluation.expression(node.body)
        elif isinstance(node, Function):
            evaluation.statements(node.body)
        return evaluation

    def inside(self, callee: Callee, call: ast.Call | None, values: Values) -> Values:
        """Return the scope of a function while a call runs it."""
        return self._inside(callee, self._given(callee, call, values))

    def _inside(self, callee: Callee, given: Mapping[str, Hashable]) -> Values:
        node = callee.node
        if isinstance(node, Function):
            return callee.around.inside(frame_inside(node), given)
        names = (
            [arg.arg for arg in parameters_of(node.args)] if isinstance(node, ast.Lambda) else []
        )
        return callee.around.inside(frame_of((), (*names,)), given)

    # What is known about parameters

    def _given(self, callee: Callee, call: ast.Call | None, values: Values) -> dict[str, Hashable]:
        """Return what is known about the parameters of a function: what it is bound to, and plain and pure arguments."""
        node = callee.node
        if isinstance(node, ast.ClassDef):
            return {}
        frame = frame_inside(node) if isinstance(node, Function) else None
        given = dict(self._bound(callee))
        if call is not None and not callee.decorators:
            given |= self._arguments(callee, node, call, values)
        return {
            name: what for name, what in given.items() if frame is None or len(frame[name]) == 1
        }

    def plain_attributes(self, callee: Callee, call: ast.Call, values: Values) -> frozenset[str]:
        """Return the attributes to which making an instance assigns plain arguments, and nobody anything else."""
        found = nodes_bound(getattr(callee.node, "body", ()), "__init__")
        init = found[0] if len(found) == 1 else None
        if not isinstance(init, ast.FunctionDef) or init.decorator_list:
            return frozenset()
        method = Callee("function", init, callee.around, bound=callee)
        given, this = self._given(method, call, values), _positional(method, bound=True)[:1]
        plain = (name for name, what in given.items() if what is KnownAs.PLAIN)
        kept = [attribute for name in plain for attribute in _assigned_to(this, name, init)]
        return frozenset(name for name in kept if self.purity.assigned[name] == 1)

    def _bound(self, callee: Callee) -> Iterator[tuple[str, Hashable]]:
        first = _positional(callee, bound=True)[:1]
        if callee.bound is not None and first:
            yield first[0], callee.bound

    def _arguments(
        self, callee: Callee, node: Function | ast.Lambda, call: ast.Call, values: Values
    ) -> dict[str, Hashable]:
        order = _positional(callee)
        plain = [item for item in call.args if not isinstance(item, ast.Starred)]
        if len(plain) < len(call.args):
            return {}
        spread = [item.value for item in call.keywords if item.arg is None]
        named = {item.arg: item.value for item in call.keywords if item.arg is not None}
        named |= dict(zip(order, call.args, strict=False))
        found: dict[str, Hashable] = {}
        for arg in (*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs):
            own = [named[arg.arg]] if arg.arg in named else spread
            if own and arg.arg in (*order, *named, *(each.arg for each in node.args.kwonlyargs)):
                found[arg.arg] = self._what(own, values)
        if node.args.kwarg is not None:
            rest = [value for name, value in named.items() if name not in found]
            if all(map(values.is_plain, [*rest, *spread])):
                found[node.args.kwarg.arg] = KnownAs.PLAIN
        if not spread:
            found |= self._defaults(callee, node, {*order[: len(call.args)], *named})
        return {name: what for name, what in found.items() if what is not None}

    def _defaults(
        self, callee: Callee, node: Function | ast.Lambda, given: set[str]
    ) -> dict[str, Hashable]:
        """Return what is known of the default values of parameters that a call does not give."""
        positional = [*node.args.posonlyargs, *node.args.args]
        pairs = [
            *zip(reversed(positional), reversed(node.args.defaults), strict=False),
            *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True),
        ]
        return {
            arg.arg: self._what([value], callee.around)
            for arg, value in pairs
            if value is not None and arg.arg not in given
        }

    def _what(self, nodes: list[ast.expr], values: Values) -> Hashable:
        """Return what is known about a parameter that is one of some expressions."""
        if all(map(values.is_plain, nodes)):
            return KnownAs.PLAIN
        evaluation = Evaluation(values, self.purity)
        return KnownAs.PURE if all(map(evaluation.is_pure_argument, nodes)) else None


def _assigned_to(this: list[str], name: str, init: ast.FunctionDef) -> Iterator[str]:
    """Yield the attributes of ``this`` to which statements of a method assign the value of a name."""
    for node in init.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        value = node.value if isinstance(node, ast.Assign) else None
        given = isinstance(value, ast.Name) and value.id == name
        if given and isinstance(target, ast.Attribute) and ast.unparse(target.value) in this:
            yield target.attr


def _positional(callee: Callee, *, bound: bool = False) -> list[str]:
    """Return the positional parameters, without the first one if a method is given that, unless ``bound``."""
    node = callee.node
    args = None if isinstance(node, ast.ClassDef) else node.args
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)] if args is not None else []
    return names[1:] if callee.bound is not None and not bound else names
