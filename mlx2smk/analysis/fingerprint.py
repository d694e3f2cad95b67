"""Syntax trees -> digests that say what code means, whatever it looks like and whichever Python reads it.

Positions, comments and docstrings do not count; constants count with their exact types.
"""

from __future__ import annotations

import ast
import hashlib
import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_BODIES = frozenset({"body", "orelse", "finalbody"})

_IGNORED = frozenset(
    {"ctx", "kind", "type_comment", "lineno", "col_offset", "end_lineno", "end_col_offset"}
)


def fingerprint(node: ast.AST, *, docstrings: bool = False) -> str:
    """Return the SHA-256 of what a syntax tree means; with ``docstrings``, these count as well."""
    parts: list[str] = []
    _write(node, parts, docstrings)
    return hashlib.sha256("".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def canonical_order(digests: Mapping[int, str], before: Sequence[Collection[int]]) -> list[int]:
    """Order the units with these digests so that harmless changes of places do not show.

    ``before[i]`` are the units that must stay before unit i. Of all units whose turn it may be, the one
    with the smallest digest comes next: the lexicographic normal form of a trace, which two sequences
    share exactly if harmless changes of places lead from one to the other.
    """
    missing = {index: {item for item in before[index] if item in digests} for index in digests}
    after: dict[int, list[int]] = {}
    for index in sorted(digests):
        for item in missing[index]:
            after.setdefault(item, []).append(index)
    ready = [(digests[index], index) for index, items in missing.items() if not items]
    heapq.heapify(ready)
    order: list[int] = []
    while ready:
        _, index = heapq.heappop(ready)
        order.append(index)
        for item in after.get(index, ()):
            missing[item].discard(index)
            if not missing[item]:
                heapq.heappush(ready, (digests[item], item))
    return order


def _write(value: object, parts: list[str], docstrings: bool) -> None:
    if isinstance(value, ast.Constant):
        parts.append(_constant(value.value))
    elif isinstance(value, ast.JoinedStr):
        _write_joined(value, parts, docstrings)
    elif isinstance(value, ast.AST):
        _write_node(value, parts, docstrings)
    elif isinstance(value, list):
        parts.append("[")
        for item in value:
            _write(item, parts, docstrings)
        parts.append("]")
    else:
        parts.append(_constant(value))


def _write_node(node: ast.AST, parts: list[str], docstrings: bool) -> None:
    """Write a node's type and the fields that say something: a version's new optional ones are absent."""
    parts.append(f"({type(node).__name__}")
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _IGNORED or value is None or value == []:
            continue
        if name in _BODIES and isinstance(value, list) and not docstrings:
            value = _without_texts(value) or ([ast.Pass()] if name == "body" else [])
        parts.append(f" {name}=")
        _write(value, parts, docstrings)
    parts.append(")")


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


def _write_joined(node: ast.JoinedStr, parts: list[str], docstrings: bool) -> None:
    """Write an f-string with neighbouring texts joined, which versions of Python split differently."""
    parts.append("(JoinedStr")
    text = ""
    for item in node.values:
        if isinstance(item, ast.Constant) and isinstance(item.value, str):
            text += item.value
            continue
        parts.append(_constant(text))
        text = ""
        _write_field(item, parts, docstrings)
    parts.append(f"{_constant(text)})")


def _write_field(node: ast.expr, parts: list[str], docstrings: bool) -> None:
    if not isinstance(node, ast.FormattedValue):
        _write(node, parts, docstrings)
        return
    parts.append(f"(FormattedValue {node.conversion} ")
    _write(node.value, parts, docstrings)
    if isinstance(node.format_spec, ast.JoinedStr) and node.format_spec.values:
        _write_joined(node.format_spec, parts, docstrings)
    parts.append(")")


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
