"""The store of results: the run of a combination, found again by everything that it depended on.

A stored run is returned unchanged, with its output. Only successful runs are stored, each as soon as it
has ended, so that a job that dies half way can resume. For a failure, the store only refers to the record
of the job that contains it, and returns it as long as that record exists, so that combinations that move
to other jobs do not run again.

A job appends its runs to a segment of its own (see `segments`). When Snakemake starts and ends, the
segments of each trial's code are put together in a pack, which has an index (see `packing`).
"""

from __future__ import annotations

import os

from . import digests, layout, observed, provenance, records
from .errors import JobError
from .segments import (
    KEY,
    Segment,
    all_segments,
    entry_of,
    line_at,
    line_of,
    observed_digest,
    places,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

    from .currency import Surroundings
    from .documents import (
        Context,
        JobRecord,
        Observation,
        Provenance,
        RunDict,
    )
    from .grid import Grid
    from .makers import Run
    from .outputs import Keeper
    from .store_documents import KeyParts, StoreEntry

PROTOCOL = 1
SEGMENTS = "jobs"
"""The folder of what jobs have stored since the last time that it was packed."""

PACKS = "runs"
FILES = "files"
"""The folder of the copies of declared outputs."""


def code_name(code: str) -> str:
    """Return the name of the folders with the runs of a trial's code, given the code's digest."""
    return code[:16]


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

    `outputs` are the declared ones among the files that it made, with their digests; `made_by` says when
    and where it was made.
    """

    __slots__ = ("made_by", "observed", "output", "outputs", "run")

    def __init__(
        self,
        run: RunDict,
        output: str,
        observed: Observation,
        outputs: dict[str, str],
        made_by: Provenance,
    ) -> None:
        self.run = run
        self.output = output
        self.observed = observed
        self.outputs = outputs
        self.made_by = made_by


class Store:
    """The store in a folder, for the runs of one trial.

    `mark` names the file with a random word that changes whenever the trial is forced to run. Runs that were
    stored under another word are not used. Time stamps would not do, since clocks can be wrong. `code` is
    the digest of the trial's code.

    Of the runs that are in no pack yet, a job looks only at those of an earlier attempt at it, since every
    other run that it could use was packed when Snakemake started. `unpacked` makes it look at all of them.
    A failure by a limit counts only if `limits` (a trial, or its limits) has the same.
    """

    def __init__(  # noqa: PLR0913 - all by which it finds runs
        self,
        folder: str,
        mark: str,
        code: str,
        kept: int | None = None,
        *,
        unpacked: bool = False,
        limits: Any = None,
    ) -> None:
        self._folder = os.path.abspath(folder)
        self._forced = _read(os.path.join(folder, "forced", mark))
        self._code = code
        self._kept = kept
        self._unpacked = unpacked
        self._limits = limits or {}
        self._segments = os.path.join(self._folder, SEGMENTS, code_name(code))
        self._segment: Segment | None = None
        self._recent: dict[str, list[tuple[str, int]]] | None = None
        self._packs: list[str] | None = None

    def get(
        self,
        key: str,
        job: str,
        around: Callable[[], tuple[Surroundings, Run]],
        declared: Callable[[], list[str]],
    ) -> Found | None:
        """Return the run with that key; None if no stored run is valid and current.

        `job` is the path of the record that the job will write; a failure in that record is run again.
        `around` is asked for what there is now, and which run this would be, only if a run is stored. So is
        `declared` for the paths of the run's outputs: an entry may come from somebody else, and nothing but
        these is restored.
        """
        for found in self.candidates(key, job):
            if self._is_current(found, *around(), declared):
                return found
        return None

    def candidates(self, key: str, job: str) -> Iterator[Found]:
        """Yield the runs that are stored under the key, whether or not they are current.

        Of those that used the same files, only the last one counts.
        """
        seen = set()
        for entry in self._entries(key, job):
            observed_there = observed_digest(entry.get("observed", {}))
            if observed_there not in seen:
                seen.add(observed_there)
                found = self._found(entry, key, job)
                if found is not None:
                    yield found

    def _is_current(
        self, found: Found, surroundings: Surroundings, run: Run, declared: Callable[[], list[str]]
    ) -> bool:
        """Tell whether everything that the run used is unchanged, after restoring its outputs."""
        folder = surroundings.folder
        for change in list(surroundings.changes(found.observed, run)) if found.outputs else ():
            if self.can_restore(found, change.kind, change.name):
                from .outputs import is_declared

                if is_declared(folder, declared(), change.name):
                    path = os.path.join(folder, change.name)
                    self._keeper().restore(found.outputs[change.name], path)
        return not any(surroundings.changes(found.observed, run))

    def can_restore(self, found: Found, kind: str, name: str) -> bool:
        """Tell whether the changed file is an output of the run of which there is a copy."""
        kept = found.outputs.get(name) if kind == "made" else None
        return kept is not None and self._keeper().has(kept)

    def _entries(self, key: str, job: str) -> Iterator[StoreEntry]:
        """Yield the entries of a key, the most recent one first."""
        for line in self._lines(key, job):
            entry = entry_of(line) if line[:KEY] == key.encode() else None
            if entry is not None and isinstance(entry.get("observed", {}), dict):
                yield entry
        if os.path.exists(os.path.join(self._folder, key[:2], f"{key[2:]}.json")):
            from .loose import entries_of

            yield from entries_of(self._folder, key)

    def _lines(self, key: str, job: str) -> Iterator[bytes]:
        if self._recent is None:
            self._recent = self._places(job)
        for path, at in reversed(self._recent.get(key, [])):
            yield line_at(path, at)
        if self._packs is None:
            self._packs = self._pack_paths()
        if self._packs:
            from .packs import lines_found

            yield from lines_found(self._packs, key)

    def _places(self, job: str) -> dict[str, list[tuple[str, int]]]:
        """Return where the runs are that are in no pack yet, by key, before the packs are looked at."""
        paths = all_segments(self._segments) if self._unpacked else self._own(job).paths()
        found: dict[str, list[tuple[str, int]]] = {}
        try:
            for path in paths:
                for line, at in places(path):
                    found.setdefault(line[:KEY].decode("latin-1"), []).append((path, at))
        except OSError:  # they are being packed
            return found
        return found

    def _pack_paths(self) -> list[str]:
        folder = os.path.join(self._folder, PACKS, code_name(self._code))
        if not os.path.exists(folder):
            return []
        from .packs import pack_paths

        return pack_paths(folder)

    def _found(self, entry: StoreEntry, key: str, job: str) -> Found | None:
        if entry.get("forced", "") != self._forced:
            return None
        if not isinstance(entry.get("output", ""), str):
            return None
        if "failed_in" in entry:
            is_path = isinstance(entry["failed_in"], str)
            return self._failure(entry, key, job) if is_path else None
        observation, outputs = entry.get("observed", {}), entry.get("outputs", {})
        texts = isinstance(outputs, dict) and all(
            isinstance(each, str) for each in outputs.values()
        )
        if not texts or not isinstance(entry.get("run"), dict):
            return None
        return Found(
            entry["run"], entry.get("output", ""), observation, outputs, entry.get("provenance", {})
        )

    def put(self, key: str, found: Found, job: str) -> None:
        """Store a run of a job, if it succeeded."""
        if found.run["success"]:
            entry = self._new_entry(found)
            entry["run"] = found.run
            self._own(job).append(line_of(key, entry))

    def keep(self, folder: str, outputs: dict[str, str]) -> dict[str, str]:
        """Keep copies of declared outputs; return those of which there is a copy now."""
        paths = {path: os.path.join(folder, path) for path in outputs}
        return {p: digest for p, digest in outputs.items() if self._keeper().keep(paths[p], digest)}

    def _keeper(self) -> Keeper:
        from .outputs import Keeper

        return Keeper(os.path.join(self._folder, FILES), self._kept)

    def put_failures(self, failures: Iterable[tuple[str, Found]], job: str) -> None:
        """Record which runs failed, by their keys, that a job's record contains."""
        lines = b"".join(line_of(key, self._failure_entry(found, job)) for key, found in failures)
        if lines:
            self._own(job).append(lines)

    def _failure_entry(self, found: Found, job: str) -> StoreEntry:
        entry = self._new_entry(found)
        entry["failed_in"] = os.path.relpath(job, self._folder)
        return entry

    def _new_entry(self, found: Found) -> StoreEntry:
        entry: StoreEntry = {"code": self._code}
        if self._forced:
            entry["forced"] = self._forced
        if found.observed:
            entry["observed"] = found.observed
        if found.outputs:
            entry["outputs"] = found.outputs
        if found.output:
            entry["output"] = found.output
        if found.made_by and found.run["success"]:  # that of a failure is in its record
            entry["provenance"] = found.made_by
        return entry

    def _own(self, job: str) -> Segment:
        """Return the segments of the job that writes the record at that path."""
        if self._segment is None:
            name = os.path.splitext(os.path.basename(job))[0]
            self._segment = Segment(os.path.join(self._segments, name))
        return self._segment

    def _failure(self, entry: StoreEntry, key: str, job: str) -> Found | None:
        path = os.path.normpath(os.path.join(self._folder, entry["failed_in"]))
        if path == os.path.abspath(job) or not os.path.exists(path):
            path = layout.kept_path(path)
        try:
            there: JobRecord = records.read(path)
            for number, (its_key, run) in enumerate(zip(there["keys"], there["runs"])):
                if its_key == key and not run["success"] and not self._had_other_limits(run):
                    observation = observed.of_number(there.get("observed", []), number)
                    made_by = provenance.of_run(there.get("provenance", []), number)
                    return Found(run, entry.get("output", ""), observation, {}, made_by)
        except (JobError, KeyError, TypeError, ValueError):  # not as a job leaves it
            return None
        return None

    def _had_other_limits(self, run: RunDict) -> bool:
        """Tell whether a run was ended by a limit that is another one now."""
        if "limit" not in run:
            return False
        from .limits import outdated

        return bool(outdated(run["limit"], self._limits))


def _read(path: str) -> str:
    """Return the content of the file; empty if it does not exist."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
