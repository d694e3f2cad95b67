"""The expressions of ``--where``: parsed as Python writes them, and translated, but never evaluated as Python.

They compare columns with literals or with each other. A comparison with nothing (a combination that is
missing, a field that a result lacks) holds only for ``== None`` and ``!=``; one of values that have no order
holds never.
"""

from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import UnknownColumn, WrongExpression
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.diagnostics.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeAlias

    from mlx2smk.results.columns import Table

    Line: TypeAlias = Sequence[Any]
    Term: TypeAlias = Callable[[Line], Any]

WHERE = "--where"
ALLOWED = "it may have columns, literals, comparisons, in, and, or, not and parentheses"

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, values: value in values,
    ast.NotIn: lambda value, values: value not in values,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
}
_QUOTED = re.compile(r"`[^`]+`")


def predicate(text: str, table: Table, option: str = WHERE) -> Callable[[Line], bool]:
    """Return what tells whether a line of the table is as the expression of an option says.

    Raises WrongUsageError, with the place in the expression, if it is wrong.
    """
    reader = _Reader(text, table, option)
    term = reader.condition(reader.tree())
    return lambda line: bool(term(line))


class _Reader:
    """Translates one expression."""

    def __init__(self, text: str, table: Table, option: str) -> None:
        self._source = Source(option, " ".join(text.split("\n")).strip())
        self._table = table
        self._quoted: dict[str, str] = {}

    def tree(self) -> ast.expr:
        text = _QUOTED.sub(self._stand_in, self._source.text)
        try:
            return ast.parse(text, WHERE, mode="eval").body
        except SyntaxError as error:
            raise self._refused_syntax(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise self._refused(None, f"this is no expression: {error}") from None

    def _stand_in(self, match: re.Match[str]) -> str:
        """Return a name of the same length for what is between backticks."""
        name = f"_{len(self._quoted)}".ljust(len(match[0].encode()), "_")[: len(match[0])]
        while name in self._quoted or name in self._source.text:
            name = "_" + name[:-1]
        self._quoted[name] = match[0][1:-1]
        return name

    def condition(self, node: ast.expr) -> Term:
        """Return what computes whether a condition holds."""
        if isinstance(node, ast.BoolOp):
            terms = [self.condition(value) for value in node.values]
            together = all if isinstance(node.op, ast.And) else any
            return lambda line: together(term(line) for term in terms)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.condition(node.operand)
            return lambda line: not inner(line)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        return self._operand(node)

    def _comparison(self, node: ast.Compare) -> Term:
        operands = [node.left, *node.comparators]
        terms = [self._operand(operand) for operand in operands]
        pairs = []
        for at, sign in enumerate(node.ops):
            if isinstance(sign, (ast.In, ast.NotIn)):
                self._check_holds(operands[at + 1])
            pairs.append((_safely(type(sign)), terms[at], terms[at + 1]))
        return lambda line: all(compare(left(line), right(line)) for compare, left, right in pairs)

    def _check_holds(self, node: ast.expr) -> None:
        """Refuse `in` for what holds nothing."""
        constant = isinstance(node, ast.Constant) and not isinstance(node.value, str)
        if constant or isinstance(node, ast.UnaryOp):
            raise self._refused(node, "nothing can be in this; write a list such as [1, 2]")

    def _operand(self, node: ast.expr) -> Term:
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            place = self._place(node)
            return lambda line: line[place]
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            problem = f"{_called(node)} cannot be part of this expression"
            raise self._refused(node, problem) from None
        return lambda _line: value

    def _place(self, node: ast.expr) -> int:
        name = self._name(node)
        if name in self._table.names:
            return self._table.names.index(name)
        advice = self._table.advice(name)
        if name in {"true", "false", "null", "none"}:
            advice = f"did you mean {'None' if name[0] == 'n' else name.title()}?"
        span = self._source.span(node)
        raise WrongUsageError(UnknownColumn.at(self._source, span, name=name, advice=advice))

    def _name(self, node: ast.expr) -> str:
        """Return the name of a column: names with dots between them, or texts in brackets."""
        if isinstance(node, ast.Name):
            return self._quoted.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self._name(node.value)}.{self._quoted.get(node.attr, node.attr)}"
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            return f"{self._name(node.value)}.{node.slice.value!s}"
        raise self._refused(node, f"{_called(node)} is no name of a column")

    def _refused_syntax(self, error: SyntaxError) -> WrongUsageError:
        text = self._source.text
        column = error.offset or len(text) + 1
        end = (error.end_offset or 0) if error.offset else 0
        problem = f"this is no expression: {error.msg}"
        single = re.search(r"(?<![=!<>])=(?!=)", text)
        if single is not None:
            problem, column = "this is no expression: write == to compare", single.start() + 1
            end = 0
        span = Span(1, column, 1, max(end, column + 1))
        found = WrongExpression.at(self._source, span, problem=problem, advice=ALLOWED)
        return WrongUsageError(found)

    def _refused(self, node: ast.expr | None, problem: str) -> WrongUsageError:
        whole = Span(1, 1, 1, len(self._source.line(1)) + 1)
        span = whole if node is None else self._source.span(node)
        found = WrongExpression.at(self._source, span, problem=problem, advice=ALLOWED)
        return WrongUsageError(found)


def _safely(sign: type[ast.cmpop]) -> Callable[[Any, Any], bool]:
    """Return a comparison that is false for values that cannot be compared."""
    compare = _COMPARISONS[sign]

    def compared(left: Any, right: Any) -> bool:
        try:
            return bool(compare(left, right))
        except TypeError:
            return sign is ast.NotIn

    return compared


def _called(node: ast.expr) -> str:
    """Return what kind of expression this is."""
    kinds = {
        ast.Call: "a call",
        ast.BinOp: "arithmetic",
        ast.Lambda: "a function",
        ast.Compare: "a comparison",
        ast.BoolOp: "and or or",
        ast.IfExp: "if and else",
        ast.JoinedStr: "an f-string",
        ast.NamedExpr: "an assignment",
    }
    return kinds.get(type(node), "this")
