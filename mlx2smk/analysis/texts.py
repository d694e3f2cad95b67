"""Names that code has in its texts: after ``@`` in a query of pandas, and as types.

A text that is put together is read with holes for the parts that only a run can tell.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLE = "\0"
"""Stands in a text for a part that only a run can tell."""

QUERIES = frozenset({"query", "eval"})
"""Methods of a pandas frame that look up names where they are called."""


def query_of(node: ast.Call) -> ast.expr | None:
    """Return the text that ``frame.query(…)`` or ``frame.eval(…)`` is given, None for other calls."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in QUERIES:
        return None
    given = [*node.args[:1], *(item.value for item in node.keywords if item.arg == "expr")]
    return given[0] if given else None


def names_in_query(text: str) -> list[str]:
    """Return the names after ``@`` in a text, as patterns where a hole is part of them."""
    found = re.findall(rf"@\s*((?:\w|{HOLE})+)", text)
    return [name for name in found if not name[0].isdigit()]


def pattern(name: str) -> re.Pattern[str]:
    """Return what matches all names that a name with holes can be."""
    return re.compile(r"\w*".join(map(re.escape, name.split(HOLE))))


def queries_in(tree: ast.AST) -> list[str]:
    """Return what stands after ``@`` in the texts of some code, each once, with holes."""
    found: dict[str, None] = {}
    for text in _texts(tree):
        # What is added to `"x > @"` in another place is the name.
        whole = text + HOLE if text.rstrip().endswith("@") else text
        found.update(dict.fromkeys(names_in_query(whole)))
    return [*found]


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts of some code, each as a whole where it is put together in one expression."""
    below: list[ast.AST] = [*ast.iter_child_nodes(node)]
    if isinstance(node, ast.expr):
        text, unknown = _read(node)
        if text != HOLE:
            yield text
            below = unknown
    for child in below:
        yield from _texts(child)


def written(node: ast.expr) -> str:
    """Return the text that an expression stands for, with holes."""
    return _read(node)[0]


def _read(node: ast.AST) -> tuple[str, list[ast.AST]]:
    """Return the text that an expression stands for, and what it has in places of the holes."""
    if isinstance(node, ast.Constant):
        return (node.value if isinstance(node.value, str) else HOLE), []
    if isinstance(node, ast.JoinedStr):
        return _joined(*node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined(node.left, node.right)
    template, filled = _template(node)
    if template is None:
        return HOLE, [node]
    text, unknown = _read(template)
    return _FIELD.sub(HOLE, text), [*unknown, *filled]


def _joined(*nodes: ast.AST) -> tuple[str, list[ast.AST]]:
    parts = [_read(node) for node in nodes]
    return "".join(text for text, _ in parts), [item for _, items in parts for item in items]


def _template(node: ast.AST) -> tuple[ast.expr | None, list[ast.AST]]:
    """Return the text whose fields ``text % …`` or ``text.format(…)`` fills, and with what."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return node.left, [node.right]
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr in {"format", "format_map"}:
        return function.value, [child for child in ast.iter_child_nodes(node) if child != function]
    return None, []


_FIELD = re.compile(r"%\([^)]*\)[-#0 +]*[\d.*]*[a-zA-Z]|%[-#0 +]*[\d.*]*[a-zA-Z]|\{[^{}]*\}")


# Types

_GENERIC = re.compile(r"[A-Z]\w*[a-z]\w*|list|dict|set|frozenset|tuple|type|deque|defaultdict")
"""How classes are named that one writes types behind, as in ``Optional["Node"]``."""

_TYPE_ARGUMENTS = {
    "cast": slice(1),
    "ForwardRef": slice(1),
    **dict.fromkeys(("NamedTuple", "NewType", "TypedDict", "TypeAliasType"), slice(1, 2)),
    **dict.fromkeys(("assert_type", "make_dataclass"), slice(1, 2)),
    **dict.fromkeys(("TypeVar", "ParamSpec", "TypeVarTuple", "create_model"), slice(1, None)),
}
"""Functions that take types, and which of their arguments these are; keywords may be."""


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, empty for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def types_behind(node: ast.Subscript, *, annotation: bool) -> list[ast.expr]:
    """Return what stands for types between the brackets of what may be a generic type."""
    name = last_name(node.value)
    if name == "Literal" or not (annotation or _GENERIC.fullmatch(name)):
        return []
    parts = elements(node)
    return parts[:1] if name == "Annotated" else parts


def elements(node: ast.Subscript) -> list[ast.expr]:
    """Return what stands between brackets, each part of ``x[a, b]``."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def types_given(node: ast.Call) -> list[ast.AST]:
    """Return the arguments that stand for types in a call such as ``cast("Node", x)``."""
    places = _TYPE_ARGUMENTS.get(last_name(node.func))
    return [] if places is None else [*node.args[places], *node.keywords]
