"""Infers which expressions of a verification are the results, a trial's runs, one run, or its result.

A name has a kind only if all of its bindings agree on it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from mlx2smk.language.scopes import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(NamedTuple):
    """The kind of an expression, and the trial that it belongs to, if that is known.

    ``what`` is results, runs, run or result; or it is something to loop over: many (lists of runs),
    items (pairs of a name and runs), numbered (pairs of a number and a run).
    """

    what: str
    trial: str | None = None


Known = dict[str, Kind]

_SAME: Final = frozenset({"sorted", "list", "reversed", "tuple", "iter"})
_FUNCTIONS_OF_RUNS: Final = frozenset({"sorted", "max", "min", "filter", "map"})
_ROUNDS: Final = 6
_CHANGING: Final = frozenset({"update", "setdefault", "__setitem__"})


class Kinds:
    """The kinds of the names and expressions in one function."""

    def __init__(self, function: ast.FunctionDef, parameter: str) -> None:
        parts = [node for statement in function.body for node in ast.walk(statement)]
        self.nodes = [node for node in parts if isinstance(node, ast.expr)]
        self._parts = parts
        self._parameter = parameter
        self._known: Known = {parameter: Kind("results")}
        self._settle(hopeful=True)
        self._settle(hopeful=False)

    def changes(self, what: str) -> bool:
        """Whether the function may add keys to something of that kind."""
        return any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _CHANGING
            and (kind := self.of(node.func.value)) is not None
            and kind.what == what
            for node in self.nodes
        )

    def of(self, node: ast.expr) -> Kind | None:
        """Return the kind of an expression."""
        if isinstance(node, ast.Name):
            return self._known.get(node.id)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Call):
            return self._method(node) if isinstance(node.func, ast.Attribute) else self._call(node)
        if isinstance(node, ast.NamedExpr):
            return self.of(node.value)
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return self.of(node.values[0]) if _is_empty(node.values[-1]) else None
        return self._listed(node)

    def _listed(self, node: ast.expr) -> Kind | None:
        """Return the kind of a comprehension: a list of runs, or of lists of runs."""
        if not isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            return None
        kind = self.of(node.elt)
        made = {"run": "runs", "runs": "many"}.get(kind.what) if kind is not None else None
        return Kind(made, kind.trial) if made is not None and kind is not None else None

    def _item(self, node: ast.Subscript) -> Kind | None:
        kind = self.of(node.value)
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if kind is None:
            return None
        if kind.what == "runs":
            is_slice = isinstance(node.slice, ast.Slice)
            return kind if is_slice else None if isinstance(key, str) else Kind("run", kind.trial)
        return self._value(kind, key)

    def _value(self, kind: Kind, key: object) -> Kind | None:
        """Return the kind of an item of the results or of a run."""
        if kind.what == "results":
            return Kind("runs", key if isinstance(key, str) else None)
        return Kind("result", kind.trial) if kind.what == "run" and key == "result" else None

    def _method(self, node: ast.Call) -> Kind | None:
        function = node.func
        kind = self.of(function.value) if isinstance(function, ast.Attribute) else None
        if kind is None or not isinstance(function, ast.Attribute):
            return None
        if function.attr in {"get", "pop"} and node.args and all(map(_is_empty, node.args[1:])):
            first = node.args[0]
            return self._value(kind, first.value if isinstance(first, ast.Constant) else None)
        if function.attr == "copy":
            return kind
        loops = {"values": "many", "items": "items"}
        made = loops.get(function.attr) if kind.what == "results" else None
        return Kind(made) if made is not None else None

    def _call(self, node: ast.Call) -> Kind | None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        last = self.of(node.args[-1]) if node.args else None
        if last is None or (len(node.args) > 1 and name != "filter"):
            return None
        if name in _SAME or name == "filter":
            return last if last.what in {"runs", "many"} else None
        if name in {"next", "max", "min"}:
            return self._element(last)
        numbered = name == "enumerate" and last.what == "runs"
        return Kind("numbered", last.trial) if numbered else None

    def _element(self, kind: Kind | None) -> Kind | None:
        """Return the kind of the elements of an iterable."""
        loops = {"runs": "run", "many": "runs"}
        made = loops.get(kind.what) if kind is not None else None
        return Kind(made, kind.trial) if made is not None and kind is not None else None

    # Names

    def _settle(self, *, hopeful: bool) -> None:
        """Infer the kinds of names from those already known until a fixed point is reached.

        If ``hopeful``, a binding of a name from itself does not contradict the name's other bindings.
        """
        for _ in range(_ROUNDS):
            known = self._round(hopeful=hopeful)
            if known == self._known:
                return
            self._known = known
        if not hopeful:
            self._known = {}

    def _round(self, *, hopeful: bool) -> Known:
        meanings: dict[str, set[Kind | None]] = {self._parameter: {Kind("results")}}
        bound: set[int] = set()
        for target, kind, source in self._bindings():
            for name, meaning in self._names(target, kind):
                bound.add(id(name))
                if not (hopeful and meaning is None and _uses(source, _name(name))):
                    meanings.setdefault(_name(name), set()).add(meaning)
        for name in self._binders():
            if id(name) not in bound:
                meanings.setdefault(_name(name), set()).add(None)
        return {
            name: kind for name, kinds in meanings.items() if (kind := _common(kinds)) is not None
        }

    def _bindings(self) -> Iterator[tuple[ast.AST, Kind | None, ast.AST]]:
        """Yield the targets of assignments and loops with their kinds and the source expressions."""
        for node in self._parts:
            if isinstance(node, ast.Assign):
                yield from ((target, self.of(node.value), node.value) for target in node.targets)
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
                yield node.target, self.of(node.value), node.value
            elif isinstance(node, (ast.For, ast.comprehension)):
                yield node.target, self._looped(self.of(node.iter)), node.iter
            elif isinstance(node, ast.Call):
                yield from self._keys(node)

    def _looped(self, kind: Kind | None) -> Kind | None:
        """Return the kind of a loop's target; pairs are kept for `_names` to unpack."""
        pairs = kind is not None and kind.what in {"items", "numbered"}
        return kind if pairs else self._element(kind)

    def _keys(self, call: ast.Call) -> Iterator[tuple[ast.AST, Kind | None, ast.AST]]:
        """Yield the parameters of lambdas that are called with each run: ``max(runs, key=lambda r: …)``."""
        function, arguments = call.func, call.args
        lambdas = [word.value for word in call.keywords if word.arg == "key"]
        if isinstance(function, ast.Attribute) and function.attr == "sort":
            runs = self.of(function.value)
        elif isinstance(function, ast.Name) and function.id in _FUNCTIONS_OF_RUNS and arguments:
            runs, lambdas = self.of(arguments[-1]), [*lambdas, *arguments[:-1]]
        else:
            return
        for each in lambdas:
            if isinstance(each, ast.Lambda) and len(parameters_of(each.args)) == 1:
                yield parameters_of(each.args)[0], self._element(runs), call

    def _names(self, target: ast.AST, kind: Kind | None) -> Iterator[tuple[ast.AST, Kind | None]]:
        """Yield the names in a target with their kinds."""
        pair = {"items": "runs", "numbered": "run"}.get(kind.what) if kind is not None else None
        if isinstance(target, (ast.Name, ast.arg)):
            yield target, None if pair is not None else kind
        elif isinstance(target, ast.Tuple) and len(target.elts) == 2 and kind is not None and pair:
            yield from self._names(target.elts[0], None)
            yield from self._names(target.elts[1], Kind(pair, kind.trial))

    def _binders(self) -> Iterator[ast.AST]:
        """Yield all nodes that bind a name."""
        for node in self._parts:
            stored = isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
            named = getattr(node, "name", None) is not None
            if stored or named or isinstance(node, (ast.arg, ast.alias, ast.MatchMapping)):
                yield node


def _common(kinds: set[Kind | None]) -> Kind | None:
    """Return the kind on which all bindings of a name agree."""
    known = {kind for kind in kinds if kind is not None}
    meanings = {kind.what for kind in known}
    if len(known) < len(kinds) or len(meanings) != 1:
        return None
    trials = {kind.trial for kind in known}
    return Kind(meanings.pop(), trials.pop() if len(trials) == 1 else None)


def _name(node: ast.AST) -> str:
    """Return the name that a node binds."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.alias):
        return node.asname or node.name.partition(".")[0]
    return str(getattr(node, "name", None) or getattr(node, "rest", None))


def _uses(node: ast.AST, name: str) -> bool:
    return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))


def _is_empty(node: ast.expr) -> bool:
    """Tell whether a default value is empty, so that no keys are looked up in it."""
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, (ast.List, ast.Tuple)):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys
