"""Converts what user code returned to JSON, or describes the part that cannot be converted."""

from __future__ import annotations

import sys
from itertools import accumulate

from . import hints, jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ARRAY_LIBRARIES = ("numpy", "torch")
DEEP = 200
RECURSION = 1000
MOST_DIGITS = 4300
TOO_LONG = "return str(value) or hex(value)"
ENVELOPE = 20
NO_BRACKETS = bytes(set(range(256)).difference(b"[]{}"))


def as_json(value: Any) -> Any:
    """Return the value as JSON types; raise TypeError naming the part that JSON cannot represent."""
    depth = sys.getrecursionlimit()
    try:
        # The program may have raised it beyond what the stack of this process holds.
        sys.setrecursionlimit(min(depth, RECURSION))
        return _read_back(_text(value))
    except RecursionError:
        reason = "result is nested too deeply"
    except Exception as error:  # noqa: BLE001 - methods of the user's own classes may raise anything
        reason = _reason(value, error)
    finally:
        sys.setrecursionlimit(depth)
    raise TypeError(f"result is not JSON: {reason}")


def _text(value: Any) -> str:
    """Return the JSON text of a value, which C code makes unless keys are scalars of array libraries."""
    try:
        return jsontext.dumps(value, default=_plain)
    except TypeError:
        return jsontext.dumps(_with_plain_keys(value), default=_plain)


def _with_plain_keys(value: Any) -> Any:
    if isinstance(value, dict):
        pairs = [(_plain_key(key), _with_plain_keys(item)) for key, item in value.items()]
        found = dict(pairs)
        if len(found) < len(pairs):
            raise jsontext.RepeatedNameError
        return found
    return list(map(_with_plain_keys, value)) if isinstance(value, (list, tuple)) else value


def _plain_key(key: Any) -> Any:
    return key if _may_be_key(key) else _plain(key)


def _may_be_key(key: Any) -> bool:
    return key is None or isinstance(key, (str, int, float))


def _read_back(text: str) -> Any:
    """Return the value of a text, which the worker has to be able to read as well.

    The program may have lifted the limit of digits in its own process.
    """
    digits = _digits()
    try:
        if digits is not None:
            sys.set_int_max_str_digits(MOST_DIGITS)
        _check_depth(text)
        return jsontext.loads(text, unique=True)
    except jsontext.RepeatedNameError:
        raise
    except ValueError as error:
        raise TypeError(
            f"it has an integer of more than {MOST_DIGITS} digits: {TOO_LONG}"
        ) from error
    finally:
        if digits is not None:
            sys.set_int_max_str_digits(digits)


def _digits() -> int | None:
    """Return the limit of digits in a number, None if this version of Python has none."""
    function = getattr(sys, "get_int_max_str_digits", None)
    return None if function is None else int(function())


def _plain(value: Any) -> Any:
    """Return the plain values of an array or scalar of an array library."""
    if type(value).__module__.partition(".")[0] in ARRAY_LIBRARIES and hasattr(value, "tolist"):
        plain = value.tolist()
        if type(plain) is not type(value):
            return plain
    raise TypeError(f"of type {type(value).__name__!r}")


def _check_depth(text: str) -> None:
    """Raise RecursionError if the report, which nests results deeper, could not be read back."""
    if text.count("[") + text.count("{") > DEEP:
        jsontext.loads("[" * ENVELOPE + text + "]" * ENVELOPE)
        # From Python 3.12 on, C code may recurse deeper than that; earlier versions may read the report, too.
        if _depth(text) + ENVELOPE >= RECURSION:
            raise RecursionError


def _depth(text: str) -> int:
    """Return how deep a JSON text nests lists and objects."""
    outside = "".join(text.replace("\\\\", "").replace('\\"', "").split('"')[::2])
    brackets = outside.encode("ascii", "ignore").translate(None, NO_BRACKETS)
    return max(accumulate(1 if each in b"[{" else -1 for each in brackets), default=0)


def _reason(value: Any, error: Exception) -> str:
    try:
        return _find("result", value, set()) or str(error)
    except RecursionError:
        return "result is nested too deeply"
    except Exception:  # noqa: BLE001 - as above
        return str(error)


def _find(path: str, value: Any, above: set[int]) -> str | None:
    """Return a description of the problem at or below `path`, or None."""
    if value is None or isinstance(value, (str, int, float)):
        return None
    if id(value) in above:
        return f"{path} contains itself"
    above = above | {id(value)}
    if isinstance(value, dict):
        return _find_in_dict(path, value, above)
    if isinstance(value, (list, tuple)):
        found = (_find(f"{path}[{at}]", item, above) for at, item in enumerate(value))
        return next(filter(None, found), None)
    try:
        plain = _plain(value)
    except Exception:  # noqa: BLE001 - tolist() may raise anything
        return f"{path} is of type {type(value).__name__!r}{hints.for_value(value)}"
    return _find(path, plain, above)


def _find_in_dict(path: str, value: dict[Any, Any], above: set[int]) -> str | None:
    written: dict[str, Any] = {}
    for key, item in value.items():
        name = _name_of(key)
        if name is None:
            return f"{path} has a key of type {type(key).__name__!r}"
        if name in written:
            return f"{path} has the keys {written[name]!r} and {key!r}, which are the same in JSON"
        written[name] = key
        found = _find(f"{path}[{key!r}]", item, above)
        if found:
            return found
    return None


def _name_of(key: Any) -> str | None:
    """Return a key of a dict as JSON has it, None if it has none."""
    try:
        plain = _plain_key(key)
    except TypeError:
        return None
    return next(iter(jsontext.loads(jsontext.dumps({plain: 0})))) if _may_be_key(plain) else None
