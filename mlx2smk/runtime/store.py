"""The store of results: what a combination gave, found again by all that it depended on.

A run that is stored is handed out as it was, with what it printed. Only successes are stored, each as
soon as it is there, so that a job that dies half way goes on where it was. Of a failure the store knows
the record of the job that has it, and hands it out for as long as that is there: combinations that are
put into other jobs do not run again.
"""

from __future__ import annotations

import os

from . import digests, observed, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .currency import Surroundings
    from .grid import Grid
    from .makers import Run

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
    """A run, what it printed, and what it touched (see `observed`)."""

    __slots__ = ("observed", "output", "run")

    def __init__(self, run: dict[str, Any], output: str, observed: dict[str, Any]) -> None:
        self.run = run
        self.output = output
        self.observed = observed


class Store:
    """The store in a folder, for the runs of one trial; `mark` names what forces them to run."""

    def __init__(self, folder: str, mark: str, code: str) -> None:
        self._folder = os.path.abspath(folder)
        self._forced_at = _modified(os.path.join(folder, "forced", mark))
        self._code = code

    def get(self, key: str, job: str, surroundings: Surroundings, run: Run) -> Found | None:
        """Return the run of that key; None if there is none that is current, or to be trusted.

        `job` is the path of the record that is to be made: a failure in it is there to run again.
        """
        for found in self.candidates(key, job):
            if not any(surroundings.changes(found.observed, run)):
                return found
        return None

    def candidates(self, key: str, job: str) -> Iterator[Found]:
        """Yield the runs that are stored under the key, whether they are current or not."""
        for path in self._versions(key):
            found = self._read(path, key, job)
            if found is not None:
                yield found

    def _read(self, path: str, key: str, job: str) -> Found | None:
        try:
            if os.stat(path).st_mtime_ns <= self._forced_at:
                return None
            record = records.read(path)
        except (OSError, JobError):
            return None
        if not _is_of(record, key):
            return None
        if "failed_in" in record:
            return self._failure(record, job)
        run = _checked(record)
        observation = record.get("observed", {})
        return None if run is None else Found(run, record.get("output", ""), observation)

    def _versions(self, key: str) -> Iterator[str]:
        """Yield the paths of what is stored under a key: last what was there first."""
        path = self._path(key)
        if not os.path.exists(path):
            return
        yield path
        start = f"{key[2:]}-"
        folder = os.path.dirname(path)
        others = [name for name in os.listdir(folder) if name.startswith(start)]
        for name in sorted(others):
            if name.endswith(".json"):
                yield os.path.join(folder, name)

    def put(self, key: str, found: Found) -> None:
        """Keep a run that succeeded."""
        if found.run["success"]:
            self._set_aside(key, found.observed)
            self._write(key, found, {"checksum": digests.of_json(found.run), "run": found.run})

    def _set_aside(self, key: str, observation: dict[str, Any]) -> None:
        """Keep what is stored under the key under another name, if it rests on other files.

        It counts again when these are back.
        """
        path = self._path(key)
        if not os.path.exists(path):
            return
        try:
            there = records.read(path)
        except JobError:
            return
        whole = isinstance(there, dict) and "run" in there
        before = there.get("observed", {}) if whole else observation
        if before != observation:
            os.replace(path, f"{path[: -len('.json')]}-{digests.of_json(before)[:16]}.json")

    def put_failure(self, key: str, found: Found, job: str) -> None:
        """Note which job's record has a run that failed."""
        self._set_aside(key, found.observed)
        self._write(key, found, {"failed_in": os.path.relpath(job, self._folder)})

    def _write(self, key: str, found: Found, what: dict[str, Any]) -> None:
        head = {"version": PROTOCOL, "key": key, "code": self._code}
        output = {"output": found.output} if found.output else {}
        observation = {"observed": found.observed} if found.observed else {}
        records.write(self._path(key), {**head, **observation, **what, **output})

    def _failure(self, record: dict[str, Any], job: str) -> Found | None:
        path = os.path.normpath(os.path.join(self._folder, record["failed_in"]))
        if path == os.path.abspath(job):
            return None
        try:
            there = records.read(path)
        except JobError:
            return None
        for number, (key, run) in enumerate(zip(there["keys"], there["runs"])):
            if key == record["key"] and not run["success"]:
                observation = observed.of_number(there.get("observed", ()), number)
                return Found(run, record.get("output", ""), observation)
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


def _modified(path: str) -> int:
    """Return when the file was modified, in nanoseconds; 0 if there is none."""
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return 0
