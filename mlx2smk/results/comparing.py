"""What a combination gave now, compared with what its record has."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.runtime.jsontext import is_same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.runtime.documents import Failure, Outcome, RunDict

_LONGEST_VALUE = 60
FAILURE_FIELDS = ("type", "error", "return_code")


def difference(outcome: Outcome, run: RunDict) -> str | None:
    """Return what first differs, in words; None if the outcome is that of the record."""
    if "value" in outcome:
        if not run["success"]:
            return f"it succeeded, but in the record it failed: {run['type']}"
        return next(_differences(run["result"], outcome["value"], ""), None)
    failure = outcome["failure"]
    if run["success"]:
        return f"it failed, but in the record it succeeded: {failure['type']}"
    return next(_of_failures(run, failure), None)


def _of_failures(run: RunDict, failure: Failure) -> Iterator[str]:
    before: Any = run
    now: Any = failure
    for name in FAILURE_FIELDS:
        yield from _differences(before.get(name), now.get(name), name)


def _differences(before: Any, now: Any, place: str) -> Iterator[str]:
    """Yield what differs, field by field, in the order of the record."""
    if isinstance(before, dict) and isinstance(now, dict):
        for name in (*before, *(name for name in now if name not in before)):
            inner = f"{place}.{name}" if place else name
            if name not in now:
                yield f"{inner} was {_value(before[name])}, and is not there"
            elif name not in before:
                yield f"{inner} is {_value(now[name])}, and was not there"
            else:
                yield from _differences(before[name], now[name], inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for at, (was, value) in enumerate(zip(before, now, strict=True)):
            yield from _differences(was, value, f"{place}[{at}]")
    elif not is_same(before, now):
        yield f"{place or 'result'} was {_value(before)}, is {_value(now)}"


def _value(value: Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False), _LONGEST_VALUE)
