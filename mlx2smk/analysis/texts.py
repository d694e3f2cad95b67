"""Finds names in string literals: after ``@`` in pandas queries, and in types.

In composed strings, parts that are known only at run time are represented by holes.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOLE = "\0"
"""Represents a part of a text that is known only at run time."""

QUERIES = frozenset({"query", "eval"})
"""Methods of pandas frames that look up names in the caller's scope."""


def query_of(node: ast.Call) -> ast.expr | None:
    """Return the query passed to ``frame.query(…)`` or ``frame.eval(…)``; None for other calls."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in QUERIES:
        return None
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "expr")]
    return given[0] if given else None


def names_in_query(text: str) -> list[str]:
    """Return the names after ``@`` in a text; they may contain holes."""
    names = re.findall(rf"@\s*((?:\w|{HOLE})+)", text)
    return [name for name in names if not name[0].isdigit()]


def pattern(name: str) -> re.Pattern[str]:
    """Return a pattern for all names that a name with holes can stand for."""
    return re.compile(r"\w*".join(map(re.escape, name.split(HOLE))))


def queries_in(tree: ast.AST) -> list[str]:
    """Return the distinct names after ``@`` in the string literals of some code; they may contain holes."""
    names: dict[str, None] = {}
    for text in _texts(tree):
        # The name may be appended to `"x > @"` elsewhere.
        whole = text + HOLE if text.rstrip().endswith("@") else text
        names.update(dict.fromkeys(names_in_query(whole)))
    return [*names]


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the string literals in some code; those composed in one expression are joined."""
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
    """Return the text that an expression stands for, and the expressions that fill its holes."""
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
    return "".join(text for text, _ in parts), [node for _, unknown in parts for node in unknown]


def _template(node: ast.AST) -> tuple[ast.expr | None, list[ast.AST]]:
    """Return the template of ``text % …`` or ``text.format(…)``, and the values that fill it."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        return node.left, [node.right]
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr in {"format", "format_map"}:
        return function.value, [child for child in ast.iter_child_nodes(node) if child != function]
    return None, []


_FIELD = re.compile(r"%\([^)]*\)[-#0 +]*[\d.*]*[a-zA-Z]|%[-#0 +]*[\d.*]*[a-zA-Z]|\{[^{}]*\}")


# Types

_GENERIC = re.compile(r"[A-Z]\w*[a-z]\w*|list|dict|set|frozenset|tuple|type|deque|defaultdict")
"""Names of generic classes whose arguments are types, as in ``Optional["Node"]``."""

_TYPE_ARGUMENTS = {
    "cast": slice(1),
    "ForwardRef": slice(1),
    **dict.fromkeys(("NamedTuple", "NewType", "TypedDict", "TypeAliasType"), slice(1, 2)),
    **dict.fromkeys(("assert_type", "make_dataclass"), slice(1, 2)),
    **dict.fromkeys(("TypeVar", "ParamSpec", "TypeVarTuple", "create_model"), slice(1, None)),
}
"""Functions that take types, with the positions of these arguments; keywords may be types too."""


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name; an empty text for other expressions."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def types_behind(node: ast.Subscript, *, annotation: bool) -> list[ast.expr]:
    """Return the arguments of what may be a generic type."""
    name = last_name(node.value)
    if name == "Literal" or not (annotation or _GENERIC.fullmatch(name)):
        return []
    parts = elements(node)
    return parts[:1] if name == "Annotated" else parts


def elements(node: ast.Subscript) -> list[ast.expr]:
    """Return the parts of a subscript: a and b of ``x[a, b]``."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def types_given(node: ast.Call) -> list[ast.AST]:
    """Return the arguments that are types in a call such as ``cast("Node", x)``."""
    places = _TYPE_ARGUMENTS.get(last_name(node.func))
    return [] if places is None else [*node.args[places], *node.keywords]
