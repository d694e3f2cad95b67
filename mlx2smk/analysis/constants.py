"""Which values an expression may have, as far as literals and the values of a trial's parameters tell."""

from __future__ import annotations

import ast
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import Function, parameters_of, stored_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.taken import Taken

MOST = 1000
"""Values of one expression; of more, nothing is known."""

TEXT_METHODS: Mapping[str, Callable[..., object]] = {
    "lower": str.lower,
    "upper": str.upper,
    "strip": str.strip,
    "title": str.title,
    "capitalize": str.capitalize,
    "split": str.split,
    "rsplit": str.rsplit,
    "partition": str.partition,
    "rpartition": str.rpartition,
    "replace": str.replace,
    "removeprefix": str.removeprefix,
    "removesuffix": str.removesuffix,
}
"""Methods of texts whose results are known if the text and what they are given is."""


class CodePlace(NamedTuple):
    """Where an expression stands."""

    unit: Unit
    module: Module


class Constants:
    """Evaluates expressions in the code of one slice.

    ``given`` are the values of the parameters of the function of that name in the experiment. ``asked`` are
    those of its parameters that expressions depend on, ``called_elsewhere`` modules and names of functions
    that may be called in ways that nobody sees.
    """

    def __init__(
        self,
        project: Project,
        linker: Linker,
        taken: Sequence[Taken],
        function: str,
        given: Mapping[str, Sequence[object]],
    ) -> None:
        self.project = project
        self.linker = linker
        self.taken = taken
        self.function = function
        self.given = given
        self.asked: set[str] = set()
        self.called_elsewhere: set[tuple[str, str]] = set()
        self._evaluating: set[ast.AST] = set()

    def of(self, node: ast.expr | None, place: CodePlace) -> list[object] | None:
        """Return the values that an expression may have, None if they are not known."""
        if node is None or node in self._evaluating:
            return None
        self._evaluating.add(node)
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        values = _literal(node) if method is None else method(node, place)
        self._evaluating.discard(node)
        if values is None:
            return None
        found = list({repr(value): value for value in values}.values())
        return found if len(found) <= MOST else None

    def texts(self, node: ast.expr | None, place: CodePlace) -> list[str] | None:
        """Return the values of an expression if all of them are texts."""
        values = self.of(node, place)
        if values is None or not all(isinstance(value, str) for value in values):
            return None
        return [str(value) for value in values]

    def _combined(
        self,
        nodes: Sequence[ast.expr],
        place: CodePlace,
        combine: Callable[..., object],
    ) -> list[object] | None:
        """Return what a function makes of each combination of the values of some expressions."""
        parts = [self.of(node, place) for node in nodes]
        size = 1
        for part in parts:
            size *= len(part or ())
        if None in parts or size > MOST:
            return None
        try:
            return [combine(*each) for each in product(*(part or () for part in parts))]
        except (TypeError, LookupError, ValueError, AttributeError):
            return None

    def _any_of(self, nodes: Iterable[ast.expr | None], place: CodePlace) -> list[object] | None:
        found: list[object] = []
        for node in nodes:
            values = self.of(node, place)
            if values is None:
                return None
            found += values
        return found

    def _joinedstr(self, node: ast.JoinedStr, place: CodePlace) -> list[object] | None:
        return self._combined(node.values, place, lambda *parts: "".join(map(str, parts)))

    def _formattedvalue(self, node: ast.FormattedValue, place: CodePlace) -> list[object] | None:
        if node.format_spec is not None or node.conversion not in {-1, ord("s")}:
            return None
        return self._combined([node.value], place, str)

    def _binop(self, node: ast.BinOp, place: CodePlace) -> list[object] | None:
        if not isinstance(node.op, ast.Add):
            return None
        return self._combined([node.left, node.right], place, _added)

    def _ifexp(self, node: ast.IfExp, place: CodePlace) -> list[object] | None:
        return self._any_of([node.body, node.orelse], place)

    def _boolop(self, node: ast.BoolOp, place: CodePlace) -> list[object] | None:
        return self._any_of(node.values, place)

    def _subscript(self, node: ast.Subscript, place: CodePlace) -> list[object] | None:
        return self._combined([node.value, node.slice], place, _item)

    def _call(self, node: ast.Call, place: CodePlace) -> list[object] | None:
        function = node.func
        if node.keywords or not isinstance(function, ast.Attribute):
            return None
        change = TEXT_METHODS.get(function.attr)
        if change is None:
            return None
        return self._combined([function.value, *node.args], place, change)

    def _name(self, node: ast.Name, place: CodePlace) -> list[object] | None:
        part = _comprehension_that_binds(node, place.unit)
        if part is not None:
            return self._bound("element", part.iter, place)
        function = _function_that_binds(node, place.unit)
        if function is None:
            return self._of_module(node.id, place.module) if _is_global(node, place) else None
        bindings = [item for item in scope_of(function.body).bindings if item.name == node.id]
        is_parameter = node.id in {arg.arg for arg in parameters_of(function.args)}
        if _is_rebound(node.id, function) or len(bindings) + is_parameter != 1:
            return None
        if is_parameter:
            return self._parameter(node.id, function, place)
        if bindings[0].kind == "other":
            return self._unpacked(bindings[0].node, place)
        return self._bound(bindings[0].kind, bindings[0].value, place)

    def _unpacked(self, node: ast.AST, place: CodePlace) -> list[object] | None:
        """Return the values of one of the names in ``a, b = …``."""
        group = place.unit.parents.get(node)
        whole = place.unit.parents.get(group) if group is not None else None
        if not isinstance(group, ast.Tuple | ast.List) or not isinstance(whole, ast.Assign):
            return None
        at = next(index for index, item in enumerate(group.elts) if item is node)
        values = self.of(whole.value, place)
        starred = any(isinstance(item, ast.Starred) for item in group.elts)
        if values is None or starred or not all(_has(value, len(group.elts)) for value in values):
            return None
        return [value[at] for value in values if isinstance(value, list | tuple)]

    def _bound(self, kind: str, value: ast.expr | None, place: CodePlace) -> list[object] | None:
        if kind == "value":
            return self.of(value, place)
        if kind != "element":
            return None
        if isinstance(value, ast.List | ast.Tuple | ast.Set):
            return self._any_of(value.elts, place)
        groups = self.of(value, place)
        if groups is None or not all(isinstance(group, list | tuple | dict) for group in groups):
            return None
        return [
            item for group in groups if isinstance(group, list | tuple | dict) for item in group
        ]

    def _of_module(self, name: str, module: Module) -> list[object] | None:
        """Return the value of a constant that a module binds once, itself or by an import."""
        bindings = module.bindings.get(name, ())
        if len(bindings) != 1:
            return None
        (binding,) = bindings
        if binding.imported is not None:
            steps = self.project.trace(binding.imported, module, ())
            last = steps[-1] if steps else None
            if last is None or last.name is None or (last.module, last.name) == (module, name):
                return None
            return self._of_module(last.name, last.module)
        top = module.tree is not None and binding.node in module.tree.body
        return _literal(binding.value) if binding.kind == "value" and top else None

    def _parameter(self, name: str, node: Function, place: CodePlace) -> list[object] | None:
        """Return the values of a parameter, from all calls of its function in the slice."""
        starred = {arg.arg for arg in (node.args.vararg, node.args.kwarg) if arg is not None}
        if node is not place.unit.node or node.decorator_list or name in starred:
            return None  # methods, and functions inside others, are not followed
        own = place.module is self.project.experiment and node.name == self.function
        found = list(self.given.get(name, ())) if own else []
        if own and name in self.given:
            self.asked.add(name)
        elif own or (place.module.dotted, node.name) in self.called_elsewhere:
            return None
        for reference, where in self.references(node.name, place.module):
            argument = _argument(reference, name, node)
            given, there = (
                (_default(name, node), place) if argument is _NOT_GIVEN else (argument, where)
            )
            values = self.of(given, there)
            if values is None:
                return None
            found += values
        return found

    def definition(self, node: ast.expr, place: CodePlace) -> CodePlace | None:
        """Return where the only function is defined that an expression may stand for."""
        meaning = Values(self.project, place.module).meaning(node)
        if not isinstance(meaning, Definition) or meaning.node.name in meaning.module.patched:
            return None
        if isinstance(node, ast.Name) and not _is_global(node, place):
            return None
        units = meaning.module.binders.get(meaning.node.name, ())
        found = next((unit for unit in units if unit.node is meaning.node), None)
        return None if found is None else CodePlace(found, meaning.module)

    def references(self, name: str, module: Module) -> Iterator[tuple[Reference, CodePlace]]:
        """Yield all uses of a name of a module in the slice."""
        for item in list(self.taken):
            if (module, name) not in self.linker.of(item.unit, item.module).names:
                continue
            for reference in item.unit.names.references:
                if self._is_use(reference, item.module, module, name):
                    yield reference, CodePlace(item.unit, item.module)

    def _is_use(self, reference: Reference, where: Module, module: Module, name: str) -> bool:
        if not reference.imports and where is module and reference.name == name:
            return True
        imports = reference.imports or tuple(where.imports(reference.name))
        return any(
            (step.module, step.name) == (module, name)
            for imported in imports
            for step in self.project.trace(imported, where, reference.attributes)
        )


_NOT_GIVEN = ast.Constant(value=None)


def _literal(node: ast.expr | None) -> list[object] | None:
    if node is None:
        return None
    try:
        return [ast.literal_eval(node)]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def _added(one: object, other: object) -> object:
    if isinstance(one, str) and isinstance(other, str):
        return one + other
    raise TypeError


def _item(group: object, key: object) -> object:
    if isinstance(group, dict | list | tuple | str):
        return group[key]  # type: ignore[index,call-overload]
    raise TypeError


def _has(value: object, size: int) -> bool:
    return isinstance(value, list | tuple) and len(value) == size


def _function_that_binds(node: ast.Name, unit: Unit) -> Function | None:
    """Return the innermost function around a name that has a variable or parameter of that name."""
    inside: ast.AST = node
    while (around := unit.parents.get(inside)) is not None:
        if isinstance(around, Function) and inside in around.body:
            scope = scope_of(around.body)
            names = {arg.arg for arg in parameters_of(around.args)}
            if node.id in names.union(item.name for item in scope.bindings) - scope.global_names:
                return around
        elif isinstance(around, ast.ClassDef | ast.Lambda) or node.id in _targets(around):
            return None
        inside = around
    return None


def _comprehension_that_binds(node: ast.Name, unit: Unit) -> ast.comprehension | None:
    """Return the part of a comprehension that binds a name alone, if that is the innermost scope that has it."""
    inside: ast.AST = node
    outer: ast.AST | None = (
        None  # a comprehension of which the name is in what is evaluated outside
    )
    while (around := unit.parents.get(inside)) is not None:
        parts = getattr(around, "generators", []) if around is not outer else []
        for part in parts:
            if node.id in {name.id for name in stored_names(part.target)}:
                return part if isinstance(part.target, ast.Name) else None
        if isinstance(around, ast.comprehension) and inside is around.iter:
            whole = unit.parents.get(around)
            outer = whole if getattr(whole, "generators", [None])[0] is around else outer
        if isinstance(around, (Function, ast.Lambda)) and node.id in _own_names(around):
            return None
        inside = around
    return None


def _own_names(node: Function | ast.Lambda) -> set[str]:
    """Return the names that a function binds itself."""
    body = node.body if isinstance(node, Function) else []
    own = {arg.arg for arg in parameters_of(node.args)}
    return own.union(item.name for item in scope_of(body).bindings)


def _targets(node: ast.AST) -> set[str]:
    """Return the names that a comprehension binds."""
    parts = getattr(node, "generators", ())
    return {name.id for part in parts for name in stored_names(part.target)}


def _is_global(node: ast.Name, place: CodePlace) -> bool:
    """Whether a name is certainly the module's."""
    return any(
        reference.node is node and not reference.imports and reference.certain
        for reference in place.unit.names.references
    )


def _is_rebound(name: str, function: Function) -> bool:
    """Whether a function inside another one assigns to its variable."""
    return any(isinstance(part, ast.Nonlocal) and name in part.names for part in ast.walk(function))


def _default(name: str, node: Function) -> ast.expr | None:
    args = node.args
    positional = [*args.posonlyargs, *args.args]
    pairs = [
        *zip(reversed(positional), reversed(args.defaults), strict=False),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    return next((value for arg, value in pairs if arg.arg == name), None)


def argument_given(reference: Reference, name: str, node: Function) -> ast.expr | None:
    """Return what a call gives for a parameter; None if it gives nothing, or that cannot be told."""
    argument = _argument(reference, name, node)
    return None if argument is _NOT_GIVEN else argument


def _argument(reference: Reference, name: str, node: Function) -> ast.expr | None:
    """Return what a call gives for a parameter; None if it cannot be told, or this is no call."""
    call = reference.parents[0] if reference.parents else None
    if not isinstance(call, ast.Call) or call.func is not reference.node:
        return None
    starred = any(isinstance(item, ast.Starred) for item in call.args)
    if starred or any(item.arg is None for item in call.keywords):
        return None
    named = next((item.value for item in call.keywords if item.arg == name), None)
    positional = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    at = positional.index(name) if name in positional else len(call.args)
    if named is None and at < len(call.args):
        return call.args[at]
    return _NOT_GIVEN if named is None else named
