"""The store of results: what a combination gave, found again by all that it depended on.

A run that is stored is handed out as it was. Only successes are stored, each as soon as it is there,
so that a job that dies half way goes on where it was.
"""

from __future__ import annotations

import os

from . import digests, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .grid import Grid

PROTOCOL = 1


def common_parts(
    source: str, code: str, inputs: list[Any], environment: list[Any], python: list[Any]
) -> dict[str, Any]:
    """Return what the keys of all combinations of a trial have in common.

    The experiment's path `source` is among it, since code can see the name of its file, and finds
    other files beside it.
    """
    return {
        "protocol": PROTOCOL,
        "source": source,
        "trial": code,
        "inputs": inputs,
        "environment": environment,
        "python": python,
    }


def key_of(common: dict[str, Any], grid: Grid, index: int, context: dict[str, Any]) -> str:
    """Return the key of a combination that sees this context."""
    whole = {
        **common,
        "parameters": list(grid.texts(index).items()),
        "repeats": grid.repeats(index),
        "context": context,
    }
    return digests.of_json(whole)


class Store:
    """The store in a folder, for the runs of one trial; `mark` names what forces them to run."""

    def __init__(self, folder: str, mark: str, code: str) -> None:
        self._folder = os.path.abspath(folder)
        self._forced_at = _modified(os.path.join(folder, "forced", mark))
        self._code = code

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the run of that key; None if there is none, or none to be trusted."""
        path = self._path(key)
        try:
            if os.stat(path).st_mtime_ns <= self._forced_at:
                return None
            record = records.read(path)
        except (OSError, JobError):
            return None
        return record["run"] if _is_sound(record, key) else None

    def put(self, key: str, run: dict[str, Any]) -> None:
        """Keep a run that succeeded."""
        if run["success"]:
            head = {"version": PROTOCOL, "key": key, "code": self._code}
            record = {**head, "checksum": digests.of_json(run), "run": run}
            records.write(self._path(key), record)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def _is_sound(record: Any, key: str) -> bool:
    """Tell whether the record is whole, as it was written, and for that key."""
    if not isinstance(record, dict) or record.get("version") != PROTOCOL:
        return False
    return record.get("key") == key and record.get("checksum") == digests.of_json(record.get("run"))


def _modified(path: str) -> int:
    """Return when the file was modified, in nanoseconds; 0 if there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
