"""The store of results: what a combination gave, found again by all that it depended on.

A run that is stored is handed out as it was. Only successes are stored, each as soon as it is there,
so that a job that dies half way goes on where it was.
"""

from __future__ import annotations

import os
import sys

from . import digests, jsontext, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .grid import Grid
    from .plan import Plan

PROTOCOL = 1


class Store:
    """The store in a folder, for the runs of one trial."""

    def __init__(self, folder: str, plan: Plan, trial: dict[str, Any]) -> None:
        self._folder = os.path.abspath(folder)
        self._forced_at = _modified(os.path.join(folder, "forced", f"{plan.stem}.{trial['name']}"))
        self._common = {
            "protocol": PROTOCOL,
            "trial": trial["digest"],
            "inputs": [
                [path, _content(os.path.join(plan.folder, path))] for path in trial["inputs"]
            ],
            "environment": _environment(plan),
            "python": [sys.implementation.name, *sys.version_info[:2]],
        }

    def key(self, grid: Grid, index: int, context: dict[str, Any]) -> str:
        """Return the key of a combination that sees this context."""
        whole = {
            **self._common,
            "parameters": list(grid.texts(index).items()),
            "repeats": grid.repeats(index),
            "context": context,
        }
        return _digest(whole)

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
            record = {"version": PROTOCOL, "key": key, "checksum": _digest(run), "run": run}
            records.write(self._path(key), record)

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def _is_sound(record: Any, key: str) -> bool:
    """Tell whether the record is whole, as it was written, and for that key."""
    if not isinstance(record, dict) or record.get("version") != PROTOCOL:
        return False
    return record.get("key") == key and record.get("checksum") == _digest(record.get("run"))


def _environment(plan: Plan) -> list[Any]:
    """Return what stands for the software that jobs run with, beside the interpreter."""
    conda = plan.data.get("conda")
    content = _content(os.path.join(plan.base, conda)) if conda else None
    return [content, plan.data.get("container")]


def _digest(value: Any) -> str:
    """Return the SHA-256 of the value's canonical JSON."""
    text = jsontext.dumps(value, sort_keys=True, tight=True)
    return digests.of_bytes(text.encode())


def _modified(path: str) -> int:
    """Return when the file was modified, in nanoseconds; 0 if there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0


def _content(path: str) -> Any:
    """Return the digest of a file, of all files below a folder, or None where there is nothing."""
    if os.path.isdir(path):
        return [[name, _content(os.path.join(path, name))] for name in sorted(os.listdir(path))]
    return digests.of_file(path) if os.path.exists(path) else None
