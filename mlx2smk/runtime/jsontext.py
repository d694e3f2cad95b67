"""JSON text and back, as `json` does it, without loading `json`.

Half of the time that `import json` takes goes into modules that only its pure-Python variants use,
and that is as much as the interpreter itself takes to start, which it does for every job. Its
accelerator can be had alone.
"""

from __future__ import annotations

from .private import json_accelerator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SPACE = " \t\n\r"


FAST: Any = json_accelerator()


class _Options:
    """How `json.loads` reads."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.get


def _no_default(value: Any) -> Any:
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def dumps(
    value: Any,
    *,
    default: Callable[[Any], Any] = _no_default,
    sort_keys: bool = False,
    tight: bool = False,
) -> str:
    """Return the value as JSON text on one line; `tight` leaves out the blanks."""
    colon, comma = (":", ",") if tight else (": ", ", ")
    if FAST is None:
        import json

        return json.dumps(value, default=default, sort_keys=sort_keys, separators=(comma, colon))
    how: Any = (
        {},
        default,
        FAST.encode_basestring_ascii,
        None,
        colon,
        comma,
        sort_keys,
        False,
        True,
    )
    return "".join(FAST.make_encoder(*how)(value, 0))


def loads(text: str) -> Any:
    """Return the value of the JSON text; ValueError if it is none."""
    if FAST is not None:
        start = len(text) - len(text.lstrip(SPACE))
        try:
            value, end = FAST.make_scanner(_Options)(text, start)
        except (StopIteration, SystemError):  # it cannot say what is wrong: `json` can
            end = start
        if end > start and not text[end:].strip(SPACE):
            return value
    import json

    return json.loads(text)
