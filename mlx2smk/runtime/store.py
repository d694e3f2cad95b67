"""The store of results: what a combination gave, found again by all that it depended on.

A run that is stored is handed out as it was, with what it printed. Only successes are stored, each as
soon as it is there, so that a job that dies half way goes on where it was. Of a failure the store knows
the record of the job that has it, and hands it out for as long as that is there: combinations that are
put into other jobs do not run again.
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


class Found:
    """A run, and what it printed."""

    __slots__ = ("output", "run")

    def __init__(self, run: dict[str, Any], output: str) -> None:
        self.run = run
        self.output = output


class Store:
    """The store in a folder, for the runs of one trial.

    `mark` names the file with the word that changes whenever the trial is forced to run: what was stored
    under another word is not used. Times would not do, since a clock can have been wrong.
    """

    def __init__(self, folder: str, mark: str, code: str) -> None:
        self._folder = os.path.abspath(folder)
        self._forced = _read(os.path.join(folder, "forced", mark))
        self._code = code

    def get(self, key: str, job: str) -> Found | None:
        """Return the run of that key; None if there is none, or none to be trusted.

        `job` is the path of the record that is to be made: a failure in it is there to run again.
        """
        path = self._path(key)
        try:
            record = records.read(path)
        except JobError:
            return None
        if not _is_of(record, key) or record.get("forced", "") != self._forced:
            return None
        run = self._failure(record, job) if "failed_in" in record else _checked(record)
        return None if run is None else Found(run, record.get("output", ""))

    def put(self, key: str, found: Found) -> None:
        """Keep a run that succeeded."""
        if found.run["success"]:
            self._write(key, found, {"checksum": digests.of_json(found.run), "run": found.run})

    def put_failure(self, key: str, found: Found, job: str) -> None:
        """Note which job's record has a run that failed."""
        self._write(key, found, {"failed_in": os.path.relpath(job, self._folder)})

    def _write(self, key: str, found: Found, what: dict[str, Any]) -> None:
        head = {"version": PROTOCOL, "key": key, "code": self._code}
        if self._forced:
            head["forced"] = self._forced
        output = {"output": found.output} if found.output else {}
        records.write(self._path(key), {**head, **what, **output})

    def _failure(self, record: dict[str, Any], job: str) -> dict[str, Any] | None:
        path = os.path.normpath(os.path.join(self._folder, record["failed_in"]))
        if path == os.path.abspath(job):
            return None
        try:
            there = records.read(path)
        except JobError:
            return None
        for key, run in zip(there["keys"], there["runs"]):
            if key == record["key"] and not run["success"]:
                failed: dict[str, Any] = run
                return failed
        return None

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def _is_of(record: Any, key: str) -> bool:
    if not isinstance(record, dict) or record.get("version") != PROTOCOL:
        return False
    return bool(record.get("key") == key)


def _checked(record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record's run, None if it is not as it was written."""
    run: dict[str, Any] | None = record.get("run")
    return run if record.get("checksum") == digests.of_json(run) else None


def _read(path: str) -> str:
    """Return what is in the file; nothing if there is none."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
