"""Finds the literals to write where a decorator has an expression whose value is plain."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_arguments import BadOrder, BadThreads
from mlx2smk.diagnostics.about_values import BadParallel, NotLiteral
from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.language.literals import NOT_LITERAL, evaluate
from mlx2smk.language.plain_values import PlainValues
from mlx2smk.language.scopes import below, is_data, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.diagnostics.source import Source, Span

_NUMBERS: Final = (BadOrder, BadThreads, BadParallel)


def with_literals(
    source: Source, tree: ast.Module, found: Sequence[Diagnostic]
) -> tuple[Diagnostic, ...]:
    """Return the messages, with the literal to write where the value of what is written is plain."""
    if not any(isinstance(each, (NotLiteral, *_NUMBERS)) for each in found):
        return tuple(found)
    places = dict(_places(source, tree))
    values = PlainValues(tree)
    return tuple(_hinted(each, places, values) for each in found)


def _hinted(
    found: Diagnostic, places: dict[Span, tuple[ast.expr, ast.AST]], values: PlainValues
) -> Diagnostic:
    if found.span not in places or not isinstance(found, (NotLiteral, *_NUMBERS)):
        return found
    node, parent = places[found.span]
    text = literal_for(node, parent, values, number=isinstance(found, _NUMBERS))
    if text is None:
        return found
    return replace(found, hint=f"write {shorten(text, 200)} (--fix does it)", replacement=text)


def _places(source: Source, tree: ast.Module) -> Iterator[tuple[Span, tuple[ast.expr, ast.AST]]]:
    """Yield the expressions in decorators, but for data, by where they are, with what is around them."""
    for function in tree.body:
        for decorator in getattr(function, "decorator_list", ()):
            for parent in nodes_of(decorator):
                for child in below(parent):
                    if isinstance(child, ast.expr) and not _is_plain_data(child):
                        yield source.span(child), (child, parent)


def _is_plain_data(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) or is_data(node)


def literal_for(
    node: ast.expr, parent: ast.AST, values: PlainValues, *, number: bool
) -> str | None:
    """Return the literal that an expression amounts to; None if that is not plain to see.

    ``number``: only a whole number will do.
    """
    value = NOT_LITERAL if evaluate(node) is not NOT_LITERAL else values.of(node)
    if value is NOT_LITERAL or (number and type(value) is not int):
        return None
    if isinstance(parent, ast.Dict):
        if None in parent.keys and parent.keys[parent.values.index(node)] is None:
            return None  # the two stars before it are no part of it
        value = list(value) if isinstance(value, range) else value
    text = exact_literal(value)
    if isinstance(node, ast.Starred) and text is not None:
        return text[1:-1] or None
    return text


def exact_literal(value: object) -> str | None:
    """Return a literal of exactly this value; None if there is none, or JSON cannot carry it."""
    try:
        text = _written(value)
        return text if _same(ast.literal_eval(text), value) else None
    except (TypeError, ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def _written(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_written, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_written(k)}: {_written(v)}' for k, v in value.items())}}}"
    if value is None or type(value) in {bool, int, float}:
        return repr(value)
    raise TypeError(type(value))


def _same(one: object, other: object) -> bool:
    """Tell whether two values are equal in all of their types, as `repr` shows them."""
    return repr(one) == repr(other)
