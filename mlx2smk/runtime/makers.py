"""Who made which files, according to the records that the jobs of an experiment have left.

A *run* is one call of one of the user's functions: `(position, number)`. The position is that of the
function in the order of the experiment; the number is that of the combination.
"""

from __future__ import annotations

import os

from . import layout, run_lists
from .errors import JobError
from .tails import all_jobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from typing import Any

    from .documents import Head, Observation
    from .plan import Plan

    Run = tuple[int, int]


class Makers:
    """The files that the runs of an experiment made and read, by path, according to their records.

    `made[path]` maps runs to the digests they left, with None for those that removed the file, and
    `found[path]` those that changed it in place to what it held before, None if that is unknown.
    `names[folder]` maps names in a folder to the runs that made them. `chained` has the positions
    of trials whose combinations run in order.
    """

    def __init__(self, chained: frozenset[int] = frozenset()) -> None:
        self.made: dict[str, dict[Run, str | None]] = {}
        self.found: dict[str, dict[Run, str | None]] = {}
        self.names: dict[str, dict[str, set[Run]]] = {}
        self._chained = chained

    def is_before(self, maker: Run, run: Run) -> bool:
        """Tell whether a run always ends before another one begins."""
        if maker[0] == run[0]:
            return maker[0] in self._chained and maker[1] < run[1]
        return maker[0] < run[0]

    def lost(self, path: str, left: str, run: Run, now: str) -> bool:
        """Tell whether a change that a run made in place is not in what a file holds now.

        That goes back from what the file holds to what it held before the latest change, and so on. The
        change is lost if that leads to a run which ends before this one begins, and made the whole file. What
        nobody has left may be anything, as the user may have edited the file.
        """
        made, found = self.made.get(path, {}), self.found.get(path, {})
        held: str | None = now
        for _ in range(len(made) + 1):
            writers = [each for each, digest in made.items() if digest == held and each != run]
            if held in (None, left) or not all(self.is_before(each, run) for each in writers):
                return False
            if not writers or max(writers) not in found:
                return bool(writers)
            held = found[max(writers)]
        return False

    def without(self, runs: Container[Run]) -> Makers:
        """Return a copy without what these runs made."""
        rest = Makers(self._chained)
        for path, left in self.made.items():
            rest.made[path] = {run: digest for run, digest in left.items() if run not in runs}
        for path, found in self.found.items():
            rest.found[path] = {run: digest for run, digest in found.items() if run not in runs}
        for folder, names in self.names.items():
            left_in = {
                name: {run for run in made if run not in runs} for name, made in names.items()
            }
            rest.names[folder] = left_in
        return rest

    def add(self, run: Run, observation: Observation) -> None:
        """Add what a run made."""
        for left in (observation.get("made", {}), observation.get("wrote", {})):
            for path, digest in left.items():
                self._add(run, path, digest)
        found = observation.get("found", {})
        for path in observation.get("wrote", {}):
            self.found.setdefault(path, {})[run] = found.get(path)
        for path in observation.get("removed", ()):
            self._add(run, path, None)
        for path in observation.get("folders_made", ()):
            self._add_name(run, path)

    def _add(self, run: Run, path: str, digest: str | None) -> None:
        self.made.setdefault(path, {})[run] = digest
        self._add_name(run, path)

    def _add_name(self, run: Run, path: str) -> None:
        while True:
            folder, name = os.path.split(path)
            if not name:
                return
            runs = self.names.setdefault(folder, {}).setdefault(name, set())
            if run in runs:
                return
            runs.add(run)
            path = folder


def positions(plan: Plan) -> dict[tuple[str, str], int]:
    """Return the positions of functions in the order in which they run, by kind and name."""
    setups, trials = plan.setups, plan.trials
    found = {("setups", setup["name"]): at for at, setup in enumerate(setups)}
    found.update((("trials", trial["name"]), len(setups) + at) for at, trial in enumerate(trials))
    last = len(setups) + len(trials)
    found.update((("verifications", f["name"]), last) for f in plan.verifications)
    return found


def first_number(plan: Plan, kind: str, name: str) -> int:
    """Return the number of a function's first run; verifications share a position but not a number."""
    if kind != "verifications":
        return 0
    return [verification["name"] for verification in plan.verifications].index(name)


def chained_positions(plan: Plan) -> frozenset[int]:
    """Return the positions of the trials whose combinations run one after another."""
    at = positions(plan)
    return frozenset(at["trials", t["name"]] for t in plan.trials if t["chained"])


def makers_of(plan: Plan, results: str, head_of: Callable[[str], Head] | None = None) -> Makers:
    """Return who made which files, according to the records in a folder of results."""
    found = Makers(chained_positions(plan))
    for position, numbers, path in records_of(plan, results):
        for observation, at in (head_of or read_head)(path).get("observed", ()):
            for each in at:
                found.add((position, numbers[each]), observation)
    return found


def records_of(plan: Plan, results: str) -> Iterator[tuple[int, Sequence[int], str]]:
    """Yield the paths of all current jobs' records, with the position and the numbers of their runs."""
    at = positions(plan)
    for kind in ("setups", "verifications"):
        for function in plan.functions(kind):
            name = function["name"]
            path = os.path.join(results, layout.record_path(kind, name))
            yield at[kind, name], [first_number(plan, kind, name)], path
    for trial in plan.trials:
        for job in all_jobs(trial, results):
            path = os.path.join(results, layout.run_path(trial["name"], job.name))
            yield at["trials", trial["name"]], job.numbers, path


def read_head(path: str) -> Head:
    """Return a record without its runs and keys, of which only the first line is read; empty if there is none."""
    try:
        head: Any = run_lists.job_head(path)
    except (JobError, ValueError):
        return {}
    if not isinstance(head, dict):
        return {}
    for part in ("keys", "runs"):  # Snakemake's process keeps the heads of all jobs
        head.pop(part, None)
    found: Any = head
    return found  # type: ignore[no-any-return]
