"""Syntax trees -> digests of what code means, independent of its layout and of the Python version.

Positions, comments and docstrings are ignored; constants are compared with their exact types.
"""

from __future__ import annotations

import ast
import hashlib
import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_BODIES = frozenset({"body", "orelse", "finalbody"})

_IGNORED = frozenset(
    {"ctx", "kind", "type_comment", "lineno", "col_offset", "end_lineno", "end_col_offset"}
)

_MISSING = "-"
"""Marks an absent element of a list: the default of ``def f(*, x)``, the key of ``{**x}``."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What is included besides the meaning, for code that can inspect it."""

    docstrings: bool = False
    lines: bool = False


MEANING_ONLY = Detail()


def fingerprint(node: ast.AST, detail: Detail = MEANING_ONLY) -> str:
    """Return the SHA-256 of what a syntax tree means."""
    writer = _Writer(detail)
    writer.write(node)
    return hashlib.sha256("".join(writer.parts).encode("utf-8", "surrogatepass")).hexdigest()


def canonical_order(digests: Mapping[int, str], before: Sequence[Collection[int]]) -> list[int]:
    """Order the units with these digests so that harmless reorderings give the same result.

    ``before[i]`` are the units that must stay before unit i. Among the units that may come next, the one
    with the smallest digest does. This is the lexicographic normal form of a trace: two sequences have
    the same one if and only if swaps of independent neighbours lead from one to the other.
    """
    waiting_for = {unit: digests.keys() & before[unit] for unit in digests}
    waiting = _reversed(waiting_for)
    ready = [(digests[unit], unit) for unit, others in waiting_for.items() if not others]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        _, unit = heapq.heappop(ready)
        order.append(unit)
        for other in waiting.get(unit, ()):
            waiting_for[other].discard(unit)
            if not waiting_for[other]:
                heapq.heappush(ready, (digests[other], other))
    return order


def _reversed(graph: Mapping[int, Collection[int]]) -> dict[int, list[int]]:
    """Return the graph with all edges reversed."""
    reverse: dict[int, list[int]] = {}
    for start, ends in graph.items():
        for end in ends:
            reverse.setdefault(end, []).append(start)
    return reverse


class _Writer:
    """Serialises a tree, with explicit ends for nodes and lists."""

    def __init__(self, detail: Detail) -> None:
        self.docstrings = detail.docstrings
        self.lines = detail.lines
        self.parts: list[str] = []

    def write(self, value: object) -> None:
        if isinstance(value, ast.AST):
            if self.lines:
                self.parts.append(f"@{getattr(value, 'lineno', '')}")
            if type(value) is ast.Name:  # the most frequent kind
                self.parts.append(f"(Name id={_constant(value.id)})")
            elif type(value) is ast.Constant:
                self.parts.append(_constant(value.value))
            elif type(value) is ast.JoinedStr:
                self.outer_joined(value)
            else:
                self.node(value)
        elif isinstance(value, list):
            self.list(value)
        else:
            self.parts.append(_constant(value))

    def list(self, items: Sequence[object]) -> None:
        self.parts.append("[")
        for each in items:
            if each is None:
                self.parts.append(_MISSING)
            else:
                self.write(each)
        self.parts.append("]")

    def node(self, node: ast.AST) -> None:
        """Write a node's type and its non-empty fields, so that fields new in a Python version make no difference."""
        kind = type(node)
        self.parts.append(f"({kind.__name__}")
        for name, label in _FIELDS.get(kind) or _labelled_fields(kind):
            value = getattr(node, name, None)
            if not value and (value is None or value == []):
                continue
            if name in _BODIES and isinstance(value, list) and not self.docstrings:
                value = _without_texts(value) or ([ast.Pass()] if name == "body" else [])
            self.parts.append(label)
            self.write(value)
        self.parts.append(")")

    def outer_joined(self, node: ast.JoinedStr) -> None:
        """Write an f-string without line numbers, which Python 3.11 does not provide for its parts."""
        before, self.lines = self.lines, False
        self.joined(node)
        self.lines = before

    def joined(self, node: ast.JoinedStr) -> None:
        """Write an f-string with adjacent literal parts joined, since Python versions split them differently."""
        self.parts.append("(JoinedStr")
        text = ""
        for part in node.values:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                text += part.value
                continue
            self.parts.append(_constant(text))
            text = ""
            self.field(part)
        self.parts.append(f"{_constant(text)})")

    def field(self, node: ast.expr) -> None:
        if not isinstance(node, ast.FormattedValue):
            self.write(node)
            return
        self.parts.append(f"(FormattedValue {node.conversion} ")
        self.write(node.value)
        if isinstance(node.format_spec, ast.JoinedStr) and node.format_spec.values:
            self.joined(node.format_spec)
        self.parts.append(")")


_FIELDS: dict[type[ast.AST], tuple[tuple[str, str], ...]] = {}
"""For each kind of nodes that was met, the fields that count, and how they are written."""


def _labelled_fields(kind: type[ast.AST]) -> tuple[tuple[str, str], ...]:
    _FIELDS[kind] = tuple((name, f" {name}=") for name in kind._fields if name not in _IGNORED)
    return _FIELDS[kind]


def _without_texts(body: list[object]) -> list[object]:
    """Remove statements that are only a string: docstrings, and strings used as comments."""
    return [
        statement
        for statement in body
        if not (
            isinstance(statement, ast.Expr)
            and isinstance(statement.value, ast.Constant)
            and isinstance(statement.value.value, str)
        )
    ]


def _constant(value: object) -> str:
    """Write a constant with its type, so that 1, 1.0, True, "1" and -0.0 all differ."""
    if isinstance(value, str):
        return f"<{type(value).__name__} {len(value)}:{value}>"
    if isinstance(value, float):
        text = value.hex()
    elif isinstance(value, complex):
        text = f"{value.real.hex()},{value.imag.hex()}"
    elif isinstance(value, int) and not isinstance(value, bool):
        text = hex(value)  # Python limits the decimal conversion of very long integers
    else:
        text = repr(value)
    return f"<{type(value).__name__} {text}>"
