"""What ``ast.literal_eval`` accepts and JSON can carry."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_values import (
    BadDictKey,
    CollidingKeys,
    DoubledKey,
    HugeNumber,
    NotJson,
    NotLiteral,
)

if TYPE_CHECKING:
    from mlx2smk.diagnostics.diagnostic import Findings

NOT_LITERAL: Final = object()
_DIGITS: Final = 10**4300  # the first number that Python refuses to print
_NUMBERS: Final = frozenset({int, float})
_SCALARS: Final = (str, int, float, bool, type(None))
_ADVICE: Final = {
    "set": "write a list",
    "bytes": "write a string and encode it inside the trial",
    "complex": "write its two parts and make the number inside the trial",
    "ellipsis": "write a string or None",
}


def evaluate(node: ast.expr) -> object:
    """Return the value of a literal; ``NOT_LITERAL`` for any other expression."""
    if isinstance(node, ast.Constant):  # as most are; `literal_eval` takes twenty times as long
        return node.value
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return NOT_LITERAL


def quickly_evaluated(node: ast.expr) -> object:
    """Return the value of a literal in which nothing is wrong, as far as that is quickly found: there may be a million values.

    ``NOT_LITERAL`` means that `check_literal` has to look.
    """
    try:
        return _sure_value(node)
    except _UnsureError:
        return NOT_LITERAL


class _UnsureError(Exception):
    """An expression may be no literal, or not JSON."""


def _sure_value(node: ast.expr | None) -> object:
    """Return the value of a literal as `quickly_evaluated` does."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, _SCALARS) and not is_huge(node.value):
            return node.value
    elif isinstance(node, ast.List):
        return list(map(_sure_value, node.elts))
    elif isinstance(node, ast.Tuple):
        return tuple(map(_sure_value, node.elts))
    elif isinstance(node, ast.Dict):
        return _sure_dict(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _sure_value(node.operand)
        if type(number) in _NUMBERS and isinstance(node.operand, ast.Constant):
            return -number  # type: ignore[operator]
    raise _UnsureError


def _sure_dict(node: ast.Dict) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        name = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(name, str) or not name.isascii() or name in found:
            raise _UnsureError
        found[name] = _sure_value(value)
    return found


def is_huge(value: object) -> bool:
    """Tell whether a value is an integer that Python refuses to print."""
    return isinstance(value, int) and abs(value) >= _DIGITS


def is_text(value: str, without: str = "") -> bool:
    """Tell whether files and command lines can carry a string, and nothing unwanted is in it."""
    unwanted = {"\0", *without}
    return not any(char in unwanted or "\ud800" <= char <= "\udfff" for char in value)


def check_literal(findings: Findings, node: ast.expr) -> bool:
    """Note each part of an expression that is not a literal or not JSON; True if there is none."""
    before = len(findings.found)
    _check(findings, node)
    return len(findings.found) == before


def _check(findings: Findings, node: ast.expr) -> None:
    if quickly_evaluated(node) is not NOT_LITERAL:
        return
    if isinstance(node, (ast.List, ast.Tuple)):
        for element in node.elts:
            _check(findings, element)
    elif isinstance(node, ast.Dict):
        _check_dict(findings, node)
    else:
        _check_scalar(findings, node)


def _check_scalar(findings: Findings, node: ast.expr) -> None:
    value = set() if isinstance(node, ast.Set) else evaluate(node)
    if value is NOT_LITERAL:
        findings.add(NotLiteral, node, text=findings.text(node))
    elif is_huge(value):
        findings.add(HugeNumber, node)
    elif not isinstance(value, _SCALARS):
        name = type(value).__name__
        findings.add(NotJson, node, text=findings.text(node), type=name, advice=_ADVICE[name])


def _check_dict(findings: Findings, node: ast.Dict) -> None:
    written: dict[str, object] = {}  # the keys as JSON writes them
    values: set[object] = set()  # the keys themselves
    for key, value in zip(node.keys, node.values, strict=False):
        if key is None:  # {**other}
            findings.add(NotLiteral, value, text=f"**{findings.text(value)}")
            continue
        if _check_key(findings, key):
            _check_doubled(findings, key, written, values)
        _check(findings, value)


def _check_key(findings: Findings, node: ast.expr) -> bool:
    value = evaluate(node)
    if isinstance(value, _SCALARS) and not is_huge(value):
        return True
    containers = {ast.List: "list", ast.Dict: "dict", ast.Set: "set"}
    name = containers.get(type(node), type(value).__name__)
    if value is NOT_LITERAL and type(node) not in containers:
        findings.add(NotLiteral, node, text=findings.text(node))
    elif is_huge(value):
        findings.add(HugeNumber, node)
    else:
        findings.add(BadDictKey, node, text=findings.text(node), type=name)
    return False


def _check_doubled(
    findings: Findings, node: ast.expr, written: dict[str, object], values: set[object]
) -> None:
    """Note a key that Python or JSON takes for one that the dict has already."""
    value = evaluate(node)
    form = next(iter(json.loads(json.dumps({value: None}))))
    if value in values:
        findings.add(DoubledKey, node, text=findings.text(node))
    elif form in written:
        first = repr(written[form])
        findings.add(CollidingKeys, node, first=first, text=findings.text(node))
    if form not in written:
        written[form] = value
        values.add(value)
