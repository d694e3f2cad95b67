"""Converts what a verification returned to a verdict, and verdicts to the experiment's status."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import Judgement


VERDICTS = ("supports", "refutes", "inconclusive", "invalid", "continue")


def of_returned(value: Any) -> Judgement:
    """Return the verdict; it is `invalid`, with the reason, for values that SPEC does not list."""
    if value is None:
        return {"verdict": "inconclusive"}
    if isinstance(value, bool) or _is_numpy_bool(value):
        return {"verdict": "supports" if value else "refutes"}
    word = _enum_value(value)
    if not isinstance(word, str):
        return _invalid(value, "TypeError", f", of type {type(value).__name__!r}")
    if word.lower() in VERDICTS:
        return {"verdict": word.lower()}
    return _invalid(value, "ValueError", "")


def status(verdicts: list[str]) -> str:
    """Return the experiment's status, given its verdicts (the rule is in DESIGN and docs/language.md)."""
    if not verdicts:
        return "inconclusive"
    if "refutes" in verdicts:
        return "invalidated"
    if "invalid" in verdicts:
        return "invalid"
    return "validated" if set(verdicts) == {"supports"} else "inconclusive"


def _is_numpy_bool(value: Any) -> bool:
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ in ("bool_", "bool")


def _enum_value(value: Any) -> Any:
    """Return the value of an enum member, including members of an enum that the user defined."""
    from enum import Enum

    return value.value if isinstance(value, Enum) else value


def _invalid(value: Any, kind: str, more: str) -> Judgement:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - __repr__ may raise anything
        text = f"<{type(value).__name__}>"
    error = f"the verification returned {text[:200]}{more}, which is not a verdict"
    error = error.encode("utf-8", "backslashreplace").decode("utf-8")
    return {"verdict": "invalid", "error": error, "type": kind}
