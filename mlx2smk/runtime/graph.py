"""Answers the Snakefile's question for which digest each job is scheduled, while Snakemake builds its graph.

Snakemake compares this value with that of the last run. It starts with the digest of the job's code, and
changes if anything that the last run used has changed. The job's record stores it: as long as nothing
has changed since then, the value stays the same.
"""

from __future__ import annotations

import os
import subprocess

from . import digests, layout, makers, origin, packages
from .contents import Contents
from .currency import Change, Surroundings
from .limits import limits_of, outdated
from .outputs import files_of
from .paths import PLACES, signature
from .plan import job_named
from .tails import all_jobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from .documents import Head, Observation
    from .makers import Run
    from .plan import Plan

ASK_PATH = "import sys; print('\\n'.join(sys.path))"


class Graph:
    """The jobs of one experiment and the current state of what they used.

    `results` is the folder of its results. `python` is the interpreter of its jobs, or None if its packages
    are unknown. Files of at least `large` bytes are compared by parts. `skipped` are prefixes of paths
    that are local to each machine. Set `still` while no job writes a record, so that nothing is
    read twice.
    """

    def __init__(
        self,
        plan: Plan,
        results: str,
        python: str | None,
        large: int | None = None,
        skipped: Iterable[str] = (),
    ) -> None:
        self.plan = plan
        self._results = results
        self._python = python
        self.still = False
        self._at = makers.positions(self.plan)
        self._heads: dict[str, tuple[str, Head]] = {}
        self.contents = Contents(self.plan.digests_folder, large)
        self._made: tuple[list[str], makers.Makers] | None = None
        self._places: list[str] | None = None
        self.surroundings = Surroundings(
            self.plan.folder, self.contents, self.all_makers, self.installed, skipped
        )

    def scheduled(self, kind: str, name: str, job: str, code: str) -> str:
        """Return the digest that a job is scheduled for; `job` is its name for trials, otherwise empty."""
        was = self.last_scheduled(kind, name, job)
        if was is None:
            return code
        if was.partition(" again ")[0] == code and not any(self.changes(kind, name, job)):
            return was
        return f"{code} again {digests.of_bytes(was.encode())[:16]}"

    def scheduled_unseen(self, kind: str, name: str, code: str) -> str:
        """Return the digest for a job whose records cannot be seen: from its code and declared inputs.

        Its limits belong to it, too, since they may have ended runs. Those that they did not are in the store.
        """
        if kind != "trials":
            return code
        given, limits = self._inputs(name), limits_of(self.plan.trial(name))
        code = f"{code} inputs {digests.of_json(given)[:16]}" if given else code
        return f"{code} limits {digests.of_json(limits)[:16]}" if limits else code

    def declared_files(self) -> list[str]:
        """Return the files that the trials' `inputs=` refer to, as absolute paths."""
        paths = dict.fromkeys(
            path for trial in self.plan.data["trials"] for path in trial["inputs"]
        )
        return [file for path in paths for file in files_of(self.plan.folder, path)]

    def last_scheduled(self, kind: str, name: str, job: str) -> str | None:
        """Return the digest that the job was scheduled for when it left its record; None without one."""
        was = self._head(self._record(kind, name, job)).get("scheduled")
        return was if isinstance(was, str) else None

    def changes(self, kind: str, name: str, job: str) -> Iterator[Change]:
        """Yield everything that has changed since the job left its record."""
        if kind == "trials":
            yield from self.declared(name, job)
        for observation, run in self.observations(kind, name, job):
            yield from self.surroundings.changes(observation, run)

    def observations(self, kind: str, name: str, job: str) -> Iterator[tuple[Observation, Run]]:
        """Yield the observations in the job's record, each with its run."""
        head = self._head(self._record(kind, name, job))
        observed = head.get("observed", ())
        if not observed:
            return
        numbers: Sequence[int] = [makers.first_number(self.plan, kind, name)]
        if kind == "trials":
            numbers = self._numbers(name, job)
        at = self._at[kind, name]
        for observation, places in observed:
            for place in places:
                yield observation, (at, numbers[place])

    def _numbers(self, name: str, job: str) -> Sequence[int]:
        """Return the numbers of the combinations of a trial's job."""
        trial = self.plan.trial(name)
        jobs = (each for each in all_jobs(trial, self._results) if each.name == job)
        return (next(jobs, None) or job_named(trial, job)).numbers

    def declared(self, name: str, job: str) -> Iterator[Change]:
        """Yield the declared inputs of a trial's job whose content has changed, and limits that ended runs."""
        made_from = self._head(self._record("trials", name, job)).get("made_from", {})
        was = made_from.get("inputs", {})
        for limit, then, now in outdated(made_from.get("limits"), self.plan.trial(name)):
            yield Change("limits", limit, then, now)
        for path, content in self._inputs(name):
            if path in was and was[path] != content:
                yield Change("inputs", path, was[path], content)

    def _inputs(self, name: str) -> list[tuple[str, Any]]:
        """Return the declared inputs of a trial, each with the digest of its current content."""
        paths = self.plan.trial(name)["inputs"]
        return origin.contents(self.plan.folder, paths, self.contents)

    def _record(self, kind: str, name: str, job: str) -> str:
        return os.path.join(self._results, layout.record_path(kind, name, job))

    def _head(self, path: str) -> Head:
        now = signature(path)
        known = self._heads.get(path)
        if known is None or known[0] != now:
            known = now, makers.read_head(path) if now != "-" else {}
            self._heads[path] = known
        return known[1]

    def all_makers(self) -> makers.Makers:
        """Return who made which files; computed again if any record has changed."""
        if self._made is not None and self.still:
            return self._made[1]
        paths = (path for _, _, path in makers.records_of(self.plan, self._results))
        now = [signature(path) for path in paths]
        if self._made is None or self._made[0] != now:
            self._made = now, makers.makers_of(self.plan, self._results, self._head)
        return self._made[1]

    def installed(self) -> packages.Installed | None:
        """Return the packages that the interpreter of the jobs finds, or None if they are unknown."""
        if self._python is not None and self._places is None:
            self._places = places_of(self._python)
        return None if self._places is None else packages.Installed(self._places)


def places_of(python: str) -> list[str] | None:
    """Return the folders in which an interpreter finds installed packages; None if it does not answer."""
    command = [python, "-c", ASK_PATH]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return [path for path in asked.stdout.split("\n") if path.endswith(PLACES)]
