"""Follows databases that are opened without Python's `sqlite3.connect`.

These are databases that SQL attaches to another one or copies one to, those of the libraries behind `dbm`,
and those of another binding of SQLite. They are reported by the event with which `sqlite3.connect` reports its own.
"""

from __future__ import annotations

import os
import sys

from .wrapping import put_around, put_instead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

RUNNING_SQL = {
    "_sqlite3": "Connection.execute Connection.executescript Cursor.execute Cursor.executescript",
    "apsw": "Connection.execute Cursor.execute",
}
"""The methods that run SQL, by module."""

OPENING = {"_dbm": "open", "_gdbm": "open", "apsw": "Connection"}
"""The functions that open the databases that they are given, by module."""

DATABASE_SUFFIXES = ("", ".db", ".dir", ".pag")
"""What the libraries behind `dbm` add to the name of a database."""

FILE_NAME = r"""\s*(?:'((?:[^']|'')+)'|"([^"]+)"|([?:@$]\w*))"""
STATEMENT = rf"(?i)(?<![\w'\"])(?:attach(?:\s+database)?|vacuum(?:\s+\w+)?\s+into){FILE_NAME}"
"""A statement that opens a file, with its name in quotes or as a parameter."""


def follow_databases(module: Any) -> None:
    """Report the databases that these functions of a module open."""
    put_instead(module, RUNNING_SQL.get(module.__name__, ""), _running)
    put_around(module, OPENING.get(module.__name__, ""), _opens)


def _running(function: Callable[..., Any]) -> Callable[..., Any]:
    from functools import wraps

    @wraps(function)
    def run(self: Any, /, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], str):
            sql = given[0].lower()  # this costs less than the search
            if "attach" in sql or "vacuum" in sql:
                _report(*given)
        return function(self, *given, **named)

    return run


def _report(sql: str, values: Any = (), *_: Any) -> None:
    for name in _opened_by(sql, values):
        sys.audit("sqlite3.connect", name)


def _opens(make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    name = given[0] if given else named.get("filename")
    if isinstance(name, (str, bytes, os.PathLike)):
        for suffix in DATABASE_SUFFIXES:
            sys.audit("sqlite3.connect", os.fsdecode(name) + suffix)
    return make(*given, **named)


def _opened_by(sql: str, values: Any) -> Iterator[str]:
    """Yield the names of the files that SQL opens, some of which may be values of parameters."""
    import re

    for quoted, double_quoted, parameter in re.findall(STATEMENT, sql):
        name = (
            _value(parameter, values) if parameter else quoted.replace("''", "'") or double_quoted
        )
        if isinstance(name, (str, bytes)):
            yield os.fsdecode(name)


def _value(parameter: str, values: Any) -> Any:
    """Return the value of a parameter: `?`, `?2` or `:name`."""
    try:
        if hasattr(values, "keys"):
            return values[parameter[1:]]
        return values[int(parameter[1:] or 1) - 1]
    except (LookupError, TypeError, ValueError):
        return None
