"""Reads and writes JSON text as `json` does, without importing `json`.

Half of the time of `import json` is spent on modules that only its pure-Python variants use. That is
as much as the start of the interpreter itself, and every job would pay for it. The C accelerator can
be imported alone.
"""

from __future__ import annotations

from .private import json_accelerator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SPACE = " \t\n\r"


FAST: Any = json_accelerator()


class RepeatedNameError(ValueError):
    """An object has a name twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise RepeatedNameError
    return found


class _Options:
    """The options of `json.loads`."""

    strict = True
    object_hook = None
    object_pairs_hook: Any = None
    parse_float = float
    parse_int = int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.get


class _UniqueOptions(_Options):
    """Options with which names of objects must differ."""

    object_pairs_hook = staticmethod(_unique)


def _no_default(value: Any) -> Any:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def dumps(
    value: Any,
    *,
    default: Callable[[Any], Any] = _no_default,
    sort_keys: bool = False,
    tight: bool = False,
    ascii_only: bool = True,
) -> str:
    """Return the value as JSON text on one line; `tight` omits the spaces."""
    colon, comma = (":", ",") if tight else (": ", ", ")
    if FAST is None:
        import json

        return json.dumps(
            value,
            default=default,
            sort_keys=sort_keys,
            separators=(comma, colon),
            ensure_ascii=ascii_only,
        )
    how: Any = (
        {},
        default,
        FAST.encode_basestring_ascii if ascii_only else FAST.encode_basestring,
        None,
        colon,
        comma,
        sort_keys,
        False,
        True,
    )
    return "".join(FAST.make_encoder(*how)(value, 0))


def loads(text: str, *, unique: bool = False) -> Any:
    """Return the value of the JSON text; raise ValueError if it is invalid.

    With `unique`, raise RepeatedNameError if an object has a name twice, of which only the last would count.
    """
    options = _UniqueOptions if unique else _Options
    if FAST is not None:
        start = len(text) - len(text.lstrip(SPACE))
        try:
            value, end = FAST.make_scanner(options)(text, start)
        except (StopIteration, SystemError):  # `json` has a better message
            end = start
        if end > start and not text[end:].strip(SPACE):
            return value
    import json

    return json.loads(text, object_pairs_hook=options.object_pairs_hook)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether values are the same in JSON, where 1, 1.0 and True differ, and NaN is NaN."""
    return dumps(one) == dumps(other)
