"""The fields of a result, by their names joined with dots, as all tables of results have them."""

from __future__ import annotations

from . import jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from typing import Any

STRUCTURED = frozenset({dict, list})
"""The types of JSON values that have others inside."""

RESULT = "result"
TRIAL, STATUS, DURATION, ERROR = "trial", "status", "duration", "error"
FIXED = (TRIAL, STATUS, DURATION, ERROR)
"""The columns that every table has, the first where there are several trials."""


MOST_LEVELS = 50
"""Of dicts inside dicts that have fields of their own."""


def cell_of(value: Any) -> Any:
    """Return a value, as JSON text if it has others inside."""
    return jsontext.dumps(value, ascii_only=False) if type(value) in STRUCTURED else value


def fields_of(result: Any, cell: Callable[[Any], Any] = cell_of) -> dict[str, Any]:
    """Return the fields of a result; a plain value has an empty name, and None has no field.

    `cell` makes cells of values that have others inside, but for dicts, whose fields these are. A name that
    another field has got by joining is put in quotes: {"a": {"b": 1}, "a.b": 2}.
    """
    if type(result) is not dict:
        return {} if result is None else {"": cell(result) if type(result) is list else result}
    found: dict[str, Any] = {}
    _flatten(result, "", found, cell, MOST_LEVELS)
    return found


def _flatten(
    value: Mapping[str, Any],
    before: str,
    found: dict[str, Any],
    cell: Callable[[Any], Any],
    levels: int,
) -> None:
    for key, inner in value.items():
        kind = type(inner)
        name = before + key
        if kind is dict and inner and levels:
            _flatten(inner, f"{name}.", found, cell, levels - 1)
            continue
        while name in found:
            name = f'"{name}"'
        found[name] = cell(inner) if kind in STRUCTURED else inner


def field_name(name: str, taken: Container[str]) -> str:
    """Return the name of a field's column, where parameters, others and earlier fields have taken names."""
    while name in taken:
        name = f"{RESULT}.{name}"
    return name
