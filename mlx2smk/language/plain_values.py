"""What expressions amount to that are no literals but are plain to see: ``range(3)``, ``10**-3``, constants.

Nothing of the user's runs: only literals, arithmetic and a table of pure functions are evaluated here, and
numpy's own functions for evenly spaced numbers if numpy is installed.
"""

from __future__ import annotations

import ast
import importlib
import math
import operator
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mlx2smk.language.bindings import scope_of
from mlx2smk.language.literals import NOT_LITERAL, evaluate
from mlx2smk.language.scopes import code_below, nodes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import ModuleType

    from mlx2smk.language.bindings import Binding

MOST_PLAIN: Final = 10_000  # elements of a value, digits of a number
_ARITHMETIC: Final[dict[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    each.__name__: each
    for each in (
        range,
        list,
        tuple,
        sorted,
        int,
        float,
        str,
        bool,
        dict,
        round,
        abs,
        len,
        min,
        max,
        sum,
    )
}
_SPACED: Final = frozenset({"linspace", "arange", "logspace", "geomspace"})
_NUMBERS: Final = {"math.pi": math.pi, "math.e": math.e, "math.tau": math.tau, "numpy.pi": math.pi}
_OPEN: Final = frozenset({"exec", "eval", "globals", "vars", "locals", "setattr", "__builtins__"})
_LOOKING: Final = frozenset(
    {"len", "sorted", "list", "tuple", "enumerate", "zip", "max", "min", "sum", "print"}
)


class Unclear(Exception):  # noqa: N818 - it ends the evaluation and is no error
    """The expression is not plain."""


class PlainValues:
    """Evaluates expressions at the top level of a file."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._nodes = nodes_of(tree, code_below)
        self._bindings: dict[str, list[Binding]] = {}
        for binding in scope_of(tree.body).bindings:
            self._bindings.setdefault(binding.name, []).append(binding)
        self._changed = {
            name for node in self._nodes if isinstance(node, ast.Global) for name in node.names
        }
        self._opaque = any(map(_may_bind_anything, self._nodes))
        self._parents = {child: node for node in self._nodes for child in code_below(node)}
        self._looking_at: set[str] = set()

    def of(self, node: ast.expr) -> object:
        """Return the value of an expression; ``NOT_LITERAL`` if it is not plain to see."""
        try:
            return _plain(self._value(node, {}))
        except (Unclear, ArithmeticError, TypeError, ValueError, RecursionError, MemoryError):
            return NOT_LITERAL
        except (LookupError, AttributeError):
            return NOT_LITERAL

    def _value(self, node: ast.expr, local: Mapping[str, object]) -> Any:
        value = evaluate(node)
        if isinstance(value, (set, frozenset)):
            raise Unclear  # the order of its elements is not known
        if value is not NOT_LITERAL:
            return value
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise Unclear
        return _checked(method(node, local))

    def _name(self, node: ast.Name, local: Mapping[str, object]) -> object:
        if node.id in local:
            return local[node.id]
        found = self._bindings.get(node.id, [])
        constant = len(found) == 1 and found[0].kind == "value" and found[0].node in self._tree.body
        value = found[0].value if constant else None
        if value is None or value.lineno >= node.lineno or self._opaque or node.id in self._changed:
            raise Unclear
        if node.id in self._looking_at:
            raise Unclear
        self._looking_at.add(node.id)
        try:
            known = self._value(value, {})
        finally:
            self._looking_at.discard(node.id)
        if not _is_fixed(known) and not self._is_only_looked_at(node.id, known):
            raise Unclear
        return known

    def _is_only_looked_at(self, name: str, value: Any) -> bool:
        """Tell whether no code of the file can change a list or dict that a constant names."""
        parts = value.values() if isinstance(value, dict) else value
        flat = all(map(_is_fixed, parts))
        uses = [node for node in self._nodes if isinstance(node, ast.Name) and node.id == name]
        return all(
            self._is_in_decorator(use) or (flat and self._only_looks(use))
            for use in uses
            if isinstance(use.ctx, ast.Load)
        )

    def _is_in_decorator(self, node: ast.AST) -> bool:
        parent: ast.AST | None = node
        while parent is not None:
            around = self._parents.get(parent)
            if isinstance(around, ast.FunctionDef) and parent in around.decorator_list:
                return isinstance(parent, ast.Call) and ast.unparse(parent.func).endswith("trial")
            parent = around
        return False

    def _only_looks(self, node: ast.Name) -> bool:
        parent = self._parents.get(node)
        if isinstance(parent, ast.Call):
            return isinstance(parent.func, ast.Name) and parent.func.id in _LOOKING
        if isinstance(parent, ast.Subscript):
            return parent.value is node and isinstance(parent.ctx, ast.Load)
        return isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node

    def _attribute(self, node: ast.Attribute, _: Mapping[str, object]) -> object:
        return _NUMBERS[self._library_name(node)]

    def _unaryop(self, node: ast.UnaryOp, local: Mapping[str, object]) -> object:
        value = self._value(node.operand, local)
        if not isinstance(node.op, (ast.USub, ast.UAdd)):
            raise Unclear
        return -value if isinstance(node.op, ast.USub) else +value

    def _binop(self, node: ast.BinOp, local: Mapping[str, object]) -> object:
        left, right = self._value(node.left, local), self._value(node.right, local)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            raise Unclear
        if isinstance(left, int) and isinstance(right, int):
            if (
                isinstance(node.op, ast.Pow)
                and abs(right) * math.log10(abs(left) + 1) > MOST_PLAIN / 10
            ):
                raise Unclear
        elif isinstance(node.op, ast.Mult) and _size(left) * _size(right) > MOST_PLAIN:
            raise Unclear
        return _ARITHMETIC[type(node.op)](left, right)

    def _list(self, node: ast.List, local: Mapping[str, object]) -> list[object]:
        return list(self._elements(node.elts, local))

    def _tuple(self, node: ast.Tuple, local: Mapping[str, object]) -> tuple[object, ...]:
        return tuple(self._elements(node.elts, local))

    def _elements(self, nodes: list[ast.expr], local: Mapping[str, object]) -> Iterator[object]:
        for node in nodes:
            if isinstance(node, ast.Starred):
                yield from self._value(node.value, local)
            else:
                yield self._value(node, local)

    def _starred(self, node: ast.Starred, local: Mapping[str, object]) -> list[object]:
        return list(self._value(node.value, local))

    def _dict(self, node: ast.Dict, local: Mapping[str, object]) -> dict[object, object]:
        whole: dict[object, object] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self._value(item, local)
            whole.update(value if key is None else {self._value(key, local): value})
        return whole

    def _joinedstr(self, node: ast.JoinedStr, local: Mapping[str, object]) -> str:
        return "".join(str(self._value(part, local)) for part in node.values)

    def _formattedvalue(self, node: ast.FormattedValue, local: Mapping[str, object]) -> str:
        if node.format_spec is not None or node.conversion not in {-1, ord("s")}:
            raise Unclear
        return str(self._value(node.value, local))

    def _listcomp(self, node: ast.ListComp, local: Mapping[str, object]) -> list[object]:
        (part,) = node.generators
        if part.ifs or part.is_async or not isinstance(part.target, ast.Name):
            raise Unclear
        name = part.target.id
        items = self._value(part.iter, local)
        return [self._value(node.elt, {**local, name: item}) for item in items]

    def _call(self, node: ast.Call, local: Mapping[str, object]) -> object:
        function = self._function(node.func, local)
        arguments = list(self._elements(node.args, local))
        named = {each.arg: self._value(each.value, local) for each in node.keywords if each.arg}
        if len(named) != len(node.keywords):
            raise Unclear
        return function(*arguments, **named)

    def _function(self, node: ast.expr, local: Mapping[str, object]) -> Callable[..., Any]:
        if isinstance(node, ast.Name) and node.id in _FUNCTIONS:
            if node.id in self._bindings or node.id in self._changed or self._opaque:
                raise Unclear
            return _FUNCTIONS[node.id]
        if isinstance(node, ast.Attribute) and node.attr == "tolist":
            value = self._value(node.value, local)
            return value.tolist  # type: ignore[no-any-return]
        module, _, name = self._library_name(node).rpartition(".")
        if module != "numpy" or name not in _SPACED:
            raise Unclear
        return lambda *given, **named: _spaced(name, given, named)

    def _library_name(self, node: ast.expr) -> str:
        """Return the dotted name of what an import stands for: ``numpy.linspace``."""
        if isinstance(node, ast.Attribute):
            return f"{self._library_name(node.value)}.{node.attr}"
        found = self._bindings.get(node.id, []) if isinstance(node, ast.Name) else []
        imported = found[0].imported if len(found) == 1 else None
        if imported is None or imported.level or self._opaque:
            raise Unclear
        module, attributes = imported.path
        return ".".join((module, *attributes))


def _spaced(name: str, given: tuple[object, ...], named: dict[str, object]) -> object:
    """Call one of numpy's functions for evenly spaced numbers, if numpy is there and the answer small."""
    if {"dtype", "retstep", "axis"} & set(named):
        raise Unclear
    if name != "arange":
        count = given[2] if len(given) > 2 else named.get("num", 50)
        if not isinstance(count, int) or count > MOST_PLAIN:
            raise Unclear
    else:
        start, stop, step = _limits(given, named)
        if (stop - start) / step > MOST_PLAIN:
            raise Unclear
    return getattr(_numpy(), name)(*given, **named)


def _numpy() -> ModuleType:
    """Return numpy, without a look into the current folder, where a module may have that name."""
    before = sys.path[:]
    sys.path[:] = [each for each in before if each not in {"", os.curdir, str(Path.cwd())}]
    try:
        return importlib.import_module("numpy")
    except ImportError:
        raise Unclear from None
    finally:
        sys.path[:] = before


def _limits(given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any, Any]:
    if named or not 1 <= len(given) <= 3:
        raise Unclear
    start, stop = (0, given[0]) if len(given) == 1 else given[:2]
    return start, stop, given[2] if len(given) == 3 else 1


def _plain(value: Any) -> Any:
    """Return a value without types of numpy's."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value


def _checked(value: Any) -> Any:
    """Return the value; raise Unclear if it is large or no number that can be written."""
    if isinstance(value, (list, tuple, dict, range, str)) and len(value) > MOST_PLAIN:
        raise Unclear
    if isinstance(value, float) and not math.isfinite(value):
        raise Unclear
    return value


def _size(value: object) -> int:
    if isinstance(value, (list, tuple, str)):
        return len(value)
    return abs(value) if isinstance(value, int) else 1


def _is_fixed(value: object) -> bool:
    """Tell whether nobody can change a value."""
    if isinstance(value, tuple):
        return all(map(_is_fixed, value))
    return value is None or isinstance(value, (int, float, str, range))


def _may_bind_anything(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == "*" for alias in node.names)
    return isinstance(node, ast.Name) and node.id in _OPEN
