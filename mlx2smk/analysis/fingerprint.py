"""Syntax trees -> digests that say what code means, whatever it looks like and whichever Python reads it.

Positions, comments and docstrings do not count; constants count with their exact types.
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
"""Stands in a list for what is not there: a default of ``def f(*, x)``, a key of ``{**x}``."""


@dataclass(frozen=True, slots=True)
class Detail:
    """What counts besides the meaning, for code that can see it."""

    docstrings: bool = False
    lines: bool = False


MEANING_ONLY = Detail()


def fingerprint(node: ast.AST, detail: Detail = MEANING_ONLY) -> str:
    """Return the SHA-256 of what a syntax tree means."""
    writer = _Writer(detail)
    writer.write(node)
    return hashlib.sha256("".join(writer.parts).encode("utf-8", "surrogatepass")).hexdigest()


def canonical_order(digests: Mapping[int, str], before: Sequence[Collection[int]]) -> list[int]:
    """Order the units with these digests so that harmless changes of places do not show.

    ``before[i]`` are the units that must stay before unit i. Of all units whose turn it may be, the one
    with the smallest digest comes next: the lexicographic normal form of a trace, which two sequences
    share exactly if harmless changes of places lead from one to the other.
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
    """Return a graph with its edges turned around."""
    reverse: dict[int, list[int]] = {}
    for start, ends in graph.items():
        for end in ends:
            reverse.setdefault(end, []).append(start)
    return reverse


class _Writer:
    """Writes a tree as text in which each node and each list says where it ends."""

    def __init__(self, detail: Detail) -> None:
        self.docstrings = detail.docstrings
        self.lines = detail.lines
        self.parts: list[str] = []

    def write(self, value: object) -> None:
        if self.lines and isinstance(value, ast.AST):
            self.parts.append(f"@{getattr(value, 'lineno', '')}")
        if isinstance(value, ast.Constant):
            self.parts.append(_constant(value.value))
        elif isinstance(value, ast.JoinedStr):
            self.outer_joined(value)
        elif isinstance(value, ast.AST):
            self.node(value)
        elif isinstance(value, list):
            self.list(value)
        else:
            self.parts.append(_constant(value))

    def list(self, items: Sequence[object]) -> None:
        self.parts.append("[")
        for item in items:
            if item is None:
                self.parts.append(_MISSING)
            else:
                self.write(item)
        self.parts.append("]")

    def node(self, node: ast.AST) -> None:
        """Write a type and the fields that say something: a version's new optional ones are absent."""
        self.parts.append(f"({type(node).__name__}")
        for name in node._fields:
            value = getattr(node, name, None)
            if name in _IGNORED or value is None or value == []:
                continue
            if name in _BODIES and isinstance(value, list) and not self.docstrings:
                value = _without_texts(value) or ([ast.Pass()] if name == "body" else [])
            self.parts.append(f" {name}=")
            self.write(value)
        self.parts.append(")")

    def outer_joined(self, node: ast.JoinedStr) -> None:
        """Write an f-string, in which Python 3.11 does not know the lines."""
        before, self.lines = self.lines, False
        self.joined(node)
        self.lines = before

    def joined(self, node: ast.JoinedStr) -> None:
        """Write an f-string with neighbouring texts joined, which versions of Python split differently."""
        self.parts.append("(JoinedStr")
        text = ""
        for item in node.values:
            if isinstance(item, ast.Constant) and isinstance(item.value, str):
                text += item.value
                continue
            self.parts.append(_constant(text))
            text = ""
            self.field(item)
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


def _without_texts(body: list[object]) -> list[object]:
    """Leave out statements that are only a text: docstrings, and comments written as such."""
    return [
        item
        for item in body
        if not (
            isinstance(item, ast.Expr)
            and isinstance(item.value, ast.Constant)
            and isinstance(item.value.value, str)
        )
    ]


def _constant(value: object) -> str:
    """Write a constant with its type, so that 1, 1.0, True, "1" and -0.0 all differ."""
    if isinstance(value, float):
        text = value.hex()
    elif isinstance(value, complex):
        text = f"{value.real.hex()},{value.imag.hex()}"
    elif isinstance(value, int) and not isinstance(value, bool):
        text = hex(value)  # decimal conversion of very long integers is limited
    elif isinstance(value, str):
        text = f"{len(value)}:{value}"
    else:
        text = repr(value)
    return f"<{type(value).__name__} {text}>"
