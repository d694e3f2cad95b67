"""Files that runs write one after another: what runs again must find them as they were before it.

A run *begins* a file when it makes or appends to one that was not there, and others go on with it. When it
runs again, what has become of the file is set aside, so that it begins anew. Each job notes in
`.mlx/begun` which files its runs have begun, and how it left those that it shared.

What a function made and a later one changed in place, only the first can make again: Snakemake has it
run again where it can know (`graph`); where it could not, the run that reads the changed file fails.
"""

from __future__ import annotations

import os

from . import records
from .errors import JobError
from .makers import positions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Callable

    from .contents import Contents
    from .makers import Makers, Run
    from .plan import Plan

ANEW = " anew"
"""How what a job is scheduled for ends, if its files have to be made again: nothing comes from the store."""

FORMAT = "mlx2smk-begun"


def is_anew(plan: Plan) -> bool:
    """Tell whether the job was scheduled to make its files again."""
    return (plan.scheduled or "").endswith(ANEW)


def folder_of(plan: Plan, kind: str = "begun") -> str:
    """Return the folder of what is noted of an experiment, or of the files that are set aside."""
    return os.path.join(os.path.dirname(plan.digests_folder), kind, plan.stem)


class Begun:
    """The files that the runs of a function share, as its jobs have noted them.

    `job` is the name of the one job of it that this is about. Where combinations run side by side because
    the user says so (`__parallel__`), they share files as they like, and nothing is noted.
    """

    def __init__(self, plan: Plan, function: dict[str, Any], job: str, contents: Contents) -> None:
        self._plan = plan
        self._folder = folder_of(plan)
        self._own = os.path.join(self._folder, function["name"])
        self._path = os.path.join(self._own, f"{job}.json")
        self._contents = contents
        self._chained = bool(function.get("chained"))
        self._is_free = function.get("parallel") is not None

    def begin_anew(self, number: int, note: Callable[[str], None]) -> None:
        """Set aside the files that a run began and that are as the experiment left them.

        In a chain also those that later runs began: it may have other combinations now.
        """
        for path, begun_by in sorted(self._begun()):
            if begun_by == number or (self._chained and begun_by > number):
                now = self._contents.digest(os.path.join(self._plan.folder, path))
                if now is not None and now in left_in(self._folder).get(path, ()):
                    note(f"{path} begins anew; what it held is in {self._set_aside(path)}")

    def keep(self, first: int, observations: list[dict[str, Any]]) -> None:
        """Note what the job's runs have begun, and how the files are left."""
        if self._is_free:
            return
        begun: dict[str, int] = {}
        left: dict[str, str] = {}
        for number, observation in enumerate(observations, first):
            for path in observation.get("begun", ()):
                begun.setdefault(path, number)
            left.update(_shared_in(observation))
        if begun or left:
            record = {"format": FORMAT, "version": 1, "begun": begun, "left": left}
            records.write(self._path, record)
        elif os.path.exists(self._path):
            os.unlink(self._path)

    def check(
        self, run: Run, observation: dict[str, Any], all_makers: Callable[[], Makers]
    ) -> None:
        """Raise JobError if a run has read a file as a later one left it, not as those before it did."""
        shared = {} if self._is_free else left_in(self._folder)
        for path, content in observation.get("files", {}).items():
            if path in shared:
                makers = all_makers()
                before = makers.left_before(path, run)
                if before and content not in before:
                    maker = max(m for m in makers.made[path] if makers.is_before(m, run))
                    raise JobError(self._advice(path, maker[0]))

    def _advice(self, path: str, position: int) -> str:
        at = positions(self._plan)
        kind, name = next(function for function, place in at.items() if place == position)
        rule = self._plan.function(name, kind)["rule"]
        return (
            f"{path} is not as {name} left it, because a later run has changed it, so what was read is "
            f"not what a first run would read: run snakemake -R {rule}"
        )

    def _begun(self) -> Iterator[tuple[str, int]]:
        for record in _records_in(self._own):
            yield from record["begun"].items()

    def _set_aside(self, path: str) -> str:
        from .outputs import copy

        aside = os.path.join(folder_of(self._plan, "aside"), path.replace(os.sep, "%"))
        copy(os.path.join(self._plan.folder, path), aside)
        os.unlink(os.path.join(self._plan.folder, path))
        return aside


def left_in(folder: str) -> dict[str, set[str]]:
    """Return the contents that functions of an experiment have left in files that they share.

    Those are among them whose jobs or trials are no more.
    """
    found: dict[str, set[str]] = {}
    for name in sorted(_entries(folder)):
        for record in _records_in(os.path.join(folder, name)):
            for path, content in record["left"].items():
                found.setdefault(path, set()).add(content)
    return found


def _shared_in(observation: dict[str, Any]) -> dict[str, str]:
    """Return what a run left in files that others may have written before, or go on with."""
    made = observation.get("made", {})
    goes_on = {*observation.get("files", ()), *observation.get("begun", ())}
    return {
        **{path: digest for path, digest in made.items() if path in goes_on},
        **observation.get("wrote", {}),
    }


def _records_in(folder: str) -> Iterator[dict[str, Any]]:
    for name in sorted(_entries(folder)):
        try:
            record = records.read(os.path.join(folder, name))
        except JobError:
            continue
        if isinstance(record, dict) and record.get("format") == FORMAT:
            yield record


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
