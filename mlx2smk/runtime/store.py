"""The store of results: the run of a combination, found again by everything that it depended on.

A stored run is returned unchanged, with its output. Only successful runs are stored, each as soon as it
has ended, so that a job that dies half way can resume. For a failure, the store only refers to the record
of the job that contains it, and returns it as long as that record exists, so that combinations that move
to other jobs do not run again.
"""

from __future__ import annotations

import os

from . import digests, layout, observed, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

    from .currency import Surroundings
    from .documents import Context, JobRecord, KeyParts, Observation, RunDict, StoreEntry
    from .grid import Grid
    from .makers import Run
    from .outputs import Keeper

PROTOCOL = 1
FILES = "files"
"""The folder of the copies of declared outputs."""


def common_parts(
    source: str, code: str, inputs: list[Any], environment: list[Any], python: list[Any]
) -> KeyParts:
    """Return the parts that the keys of all combinations of a trial have in common.

    They include the experiment's path `source`, since code can see the name of its file, and finds other
    files beside it.
    """
    return {
        "protocol": PROTOCOL,
        "source": source,
        "trial": code,
        "inputs": inputs,
        "environment": environment,
        "python": python,
    }


def ordered_and_declared(in_order: bool, outputs: Iterable[str]) -> KeyParts:
    """Return the additional parts of the keys of a trial that runs in order or declares outputs."""
    parts: KeyParts = {}
    if in_order:
        parts["in_order"] = True
    if outputs:
        parts["outputs"] = list(outputs)
    return parts


def key_of(common: KeyParts, grid: Grid, index: int, context: Context) -> str:
    """Return the key of a combination that sees this context."""
    whole: KeyParts = {
        **common,
        "parameters": list(grid.texts(index).items()),
        "repeats": grid.repeats(index),
        "context": context,
    }
    return digests.of_json(whole)


class Found:
    """A run, its output, and what it used (see `observed`).

    `outputs` are the declared ones among the files that it made, with their digests.
    """

    __slots__ = ("observed", "output", "outputs", "run")

    def __init__(
        self,
        run: RunDict,
        output: str,
        observed: Observation,
        outputs: dict[str, str],
    ) -> None:
        self.run = run
        self.output = output
        self.observed = observed
        self.outputs = outputs


class Store:
    """The store in a folder, for the runs of one trial.

    `mark` names the file with a random word that changes whenever the trial is forced to run. Runs that were
    stored under another word are not used. Time stamps would not do, since clocks can be wrong.
    """

    def __init__(self, folder: str, mark: str, code: str, kept: int | None = None) -> None:
        self._folder = os.path.abspath(folder)
        self._forced = _read(os.path.join(folder, "forced", mark))
        self._code = code
        self._kept = kept

    def get(
        self, key: str, job: str, around: Callable[[], tuple[Surroundings, Run]]
    ) -> Found | None:
        """Return the run with that key; None if no stored run is valid and current.

        `job` is the path of the record that the job will write; a failure in that record is run again.
        `around` is asked for what there is now, and which run this would be, only if a run is stored.
        """
        for found in self.candidates(key, job):
            if self._is_current(found, *around()):
                return found
        return None

    def candidates(self, key: str, job: str) -> Iterator[Found]:
        """Yield the runs that are stored under the key, whether or not they are current."""
        for path in self._versions(key):
            found = self._read(path, key, job)
            if found is not None:
                yield found

    def _is_current(self, found: Found, surroundings: Surroundings, run: Run) -> bool:
        """Tell whether everything that the run used is unchanged, after restoring its outputs."""
        for change in list(surroundings.changes(found.observed, run)) if found.outputs else ():
            if self.can_restore(found, change.kind, change.name):
                path = os.path.join(surroundings.folder, change.name)
                self._keeper().restore(found.outputs[change.name], path)
        return not any(surroundings.changes(found.observed, run))

    def can_restore(self, found: Found, kind: str, name: str) -> bool:
        """Tell whether the changed file is an output of the run of which there is a copy."""
        kept = found.outputs.get(name) if kind == "made" else None
        return kept is not None and self._keeper().has(kept)

    def _read(self, path: str, key: str, job: str) -> Found | None:
        try:
            record = records.read(path)
        except JobError:
            return None
        if not _is_of(record, key) or record.get("forced", "") != self._forced:
            return None
        if "failed_in" in record:
            return self._failure(record, job)
        run = _checked(record)
        observation, outputs = record.get("observed", {}), record.get("outputs", {})
        whole = isinstance(observation, dict) and isinstance(outputs, dict)
        if run is None or not whole:
            return None
        return Found(run, record.get("output", ""), observation, outputs)

    def _versions(self, key: str) -> Iterator[str]:
        """Yield the paths of the runs that are stored under a key, the most recent one first."""
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
        """Store a run, if it succeeded."""
        if found.run["success"]:
            self._set_aside(key, found.observed)
            entry = self._entry(key, found)
            entry["checksum"] = digests.of_json(found.run)
            entry["run"] = found.run
            self._write(entry, found.output)

    def keep(self, folder: str, outputs: dict[str, str]) -> dict[str, str]:
        """Keep copies of declared outputs; return those of which there is a copy now."""
        paths = {path: os.path.join(folder, path) for path in outputs}
        return {p: digest for p, digest in outputs.items() if self._keeper().keep(paths[p], digest)}

    def _keeper(self) -> Keeper:
        from .outputs import Keeper

        return Keeper(os.path.join(self._folder, FILES), self._kept)

    def _set_aside(self, key: str, observation: Observation) -> None:
        """Rename the run that is stored under the key, if it rests on other files.

        It is valid again when these files are back.
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
        """Record which job's record contains a run that failed."""
        self._set_aside(key, found.observed)
        entry = self._entry(key, found)
        entry["failed_in"] = os.path.relpath(job, self._folder)
        self._write(entry, found.output)

    def _entry(self, key: str, found: Found) -> StoreEntry:
        """Return the start of an entry: the commands look for the code in its first characters."""
        entry: StoreEntry = {"version": PROTOCOL, "key": key, "code": self._code}
        if self._forced:
            entry["forced"] = self._forced
        if found.observed:
            entry["observed"] = found.observed
        if found.outputs:
            entry["outputs"] = found.outputs
        return entry

    def _write(self, entry: StoreEntry, output: str) -> None:
        if output:
            entry["output"] = output
        records.write(self._path(entry["key"]), entry)

    def _failure(self, record: StoreEntry, job: str) -> Found | None:
        path = os.path.normpath(os.path.join(self._folder, record["failed_in"]))
        if path == os.path.abspath(job) or not os.path.exists(path):
            path = layout.kept_path(path)
        try:
            there: JobRecord = records.read(path)
            for number, (key, run) in enumerate(zip(there["keys"], there["runs"])):
                if key == record["key"] and not run["success"]:
                    observation = observed.of_number(there.get("observed", []), number)
                    return Found(run, record.get("output", ""), observation, {})
        except (JobError, KeyError, TypeError, ValueError):  # not as a job leaves it
            return None
        return None

    def _path(self, key: str) -> str:
        return os.path.join(self._folder, key[:2], f"{key[2:]}.json")


def _is_of(record: Any, key: str) -> bool:
    if not isinstance(record, dict) or record.get("version") != PROTOCOL:
        return False
    return bool(record.get("key") == key)


def _checked(record: StoreEntry) -> RunDict | None:
    """Return the record's run, or None if its checksum does not match."""
    run: RunDict | None = record.get("run")
    return run if record.get("checksum") == digests.of_json(run) else None


def _read(path: str) -> str:
    """Return the content of the file; empty if it does not exist."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
