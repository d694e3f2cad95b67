"""Makes many runs small: they share the names of their keys, and equal values.

Python keeps the names of the keys of an ordinary dict in each dict, but those of the dicts of attributes
once for all objects of a class (PEP 412). These are ordinary dicts otherwise, so the runs get such ones:
a million of them take a bit more than half of the memory.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class CompactRuns:
    """Makes the runs of one trial small."""

    def __init__(self) -> None:
        self._run = type("Run", (), {})
        self._params = type("Params", (), {})
        # `True` and `1.0` equal `1`, and `-0.0` equals `0.0`, so each kind is shared by itself or not at all.
        self._kept: dict[type, dict[Any, Any]] = {str: {}, int: {}}

    def made(self, runs: Iterable[Any]) -> list[Any]:
        """Return the runs, as dicts that share what they can; what cannot change is the same object."""
        return [self._made(run) if isinstance(run, dict) else run for run in runs]

    def _made(self, run: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self._run().__dict__
        for name, value in run.items():
            made[name] = value  # noqa: PERF403 - `update` would copy the names, too
        if isinstance(run.get("params"), dict):
            made["params"] = self._made_of(run["params"])
        if "log" in run:  # the same for all runs of a job
            made["log"] = self._same(run["log"])
        return made

    def _made_of(self, params: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self._params().__dict__
        for name, value in params.items():
            made[name] = self._same(value)
        return made

    def _same(self, value: Any) -> Any:
        """Return the first value that was equal, if it is a text or an integer."""
        kept = self._kept.get(type(value))
        return value if kept is None else kept.setdefault(value, value)
