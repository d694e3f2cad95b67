"""Looks at the head of a trial while it runs, and decides into which jobs its tail goes."""

from __future__ import annotations

import math
import os
import time
from itertools import islice

from . import jsontext, layout, records, tails
from .dealing import IN_A_CLUSTER, MOST_ALONE, ON_THIS_MACHINE, deal, spread
from .errors import JobError
from .grid import Grid, params_text
from .plan import jobs_of, size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .dealing import Costs
    from .documents import JobRecord, RunDict, TrialEntry

PAUSE = 0.005
"""Seconds between two looks at the head."""

LONGEST_WATCH = 5.0
"""Seconds for which a head is watched that a limit lets start only bit by bit."""

MOST_KNOWN = 50_000
"""Earlier runs that are read; of more, it is enough to know some."""


def pack(trial: TrialEntry, output: str, slots: int, logs: str, *, elsewhere: bool = False) -> str:
    """Decide about the tail of a trial, write it to `output`, and return the reason.

    `slots` is how many of its jobs can run at once, `logs` the folder of the logs that they begin when they
    start. `elsewhere` says that they run on other machines, where they may wait in a queue.
    """
    results = os.path.dirname(os.path.dirname(output))
    costs = IN_A_CLUSTER if elsewhere else ON_THIS_MACHINE
    known = known_seconds(trial, results)
    head = seconds_of_head(trial, results, known, costs, logs)
    groups, why = decide(tails.tail_numbers(trial), head, known, slots, costs)
    tails.keep_decision(output, trial, tails.job_lines(trial, groups), why)
    return why


def pack_unseen(trial: TrialEntry, output: str) -> str:
    """Decide about a tail where the results of its head cannot be seen, and return the reason."""
    why = "the results of the first combinations are kept elsewhere"
    tails.keep_decision(output, trial, tails.unseen(trial), why)
    return why


def decide(
    tail: list[int],
    head: Mapping[int, float | None],
    known: Mapping[int, float],
    slots: int,
    costs: Costs,
) -> tuple[list[list[int]], str]:
    """Return the combinations of each job of a tail, and the reason.

    `head` has the seconds of the combinations of the head, None for those that have not ended; `known`
    those of earlier runs.
    """
    long = [n for n, seconds in head.items() if not _is_short(seconds, costs)]
    if _agree(head, known, costs) and 2 * sum(n in known for n in tail) >= len(tail):
        other = costs.short if long else _mean(head)
        groups = deal({n: known.get(n, other) for n in tail}, slots, costs)
        return groups, f"as long as earlier runs took: {_said(tail, groups)}"
    if long or not head:
        took = f"{len(long)} of the first {len(head)} combinations take {costs.short:g} s or longer"
        short = {n: each for n, each in head.items() if n not in long}
        among = _between(short, long, tail)
        groups = _one_each([n for n in tail if n not in among], long)
        if among:
            took += ", none of them between short ones"
            groups += deal(dict.fromkeys(among, _mean(short)), slots, costs)
        return groups, f"{took}: {_said(tail, groups)}"
    groups = deal(dict.fromkeys(tail, _mean(head)), slots, costs)
    took = f"the first {len(head)} combinations took {_mean(head):.3f} s each"
    return groups, f"{took}: {_said(tail, groups)}"


def _between(short: Collection[int], long: list[int], tail: list[int]) -> frozenset[int]:
    """Return the numbers of a tail between the short ones of its head, none if a long one is there.

    If none is, the grid is likely sorted by how long its combinations take, as by a size that grows.
    """
    span = range(min(short, default=0), max(short, default=0))
    return frozenset() if any(n in span for n in long) else frozenset(n for n in tail if n in span)


def _agree(head: Mapping[int, float | None], known: Mapping[int, float], costs: Costs) -> bool:
    """Tell whether the head takes as long as in earlier runs: about as `short`, or as long."""
    compared = [(known[n], seconds) for n, seconds in head.items() if n in known]
    return bool(compared) and all(
        before < 2 * costs.short if _is_short(now, costs) else before >= costs.short / 2
        for before, now in compared
    )


def _is_short(seconds: float | None, costs: Costs) -> bool:
    return seconds is not None and seconds < costs.short


def _mean(head: Mapping[int, float | None]) -> float:
    seconds = [each for each in head.values() if each is not None]
    return sum(seconds) / len(seconds) if seconds else 0.0


def _one_each(tail: list[int], long: list[int]) -> list[list[int]]:
    """Return one job for each combination while there are not too many, likely long ones first."""
    if len(tail) > MOST_ALONE:
        return spread(tail, dict.fromkeys(tail, 1.0), [1.0] * MOST_ALONE)
    near = {n: min((abs(n - other) for other in long), default=0) for n in tail}
    return [[number] for number in sorted(tail, key=lambda n: (near[n], n))]


def _said(tail: list[int], groups: list[list[int]]) -> str:
    return f"{len(tail)} more in {len(groups)} jobs"


def seconds_of_head(
    trial: TrialEntry,
    results: str,
    known: Mapping[int, float],
    costs: Costs,
    logs: str,
) -> dict[int, float | None]:
    """Return the seconds of each combination of the head, None for those that have not ended.

    Watches until all have ended, one is known to take long, or some time has passed. Combinations that
    took long before are not waited for. If a limit, as of GPUs, lets short ones start only bit by bit, the
    time counts from when all have started. Of those that wait in a queue nothing is said: only
    those count that have been seen running for as long as a long one takes.
    """
    watched = _Watched(trial, results, logs)
    start = time.monotonic()
    end = start + costs.watch
    while True:
        watched.look()
        now = time.monotonic()
        if not costs.queued and watched.is_held_back(costs.short):
            end = min(now, start + LONGEST_WATCH) + costs.watch
        seconds = watched.seconds
        waiting = [n for n in seconds if seconds[n] is None and known.get(n, 0.0) < costs.short]
        proven = any(each is not None and each >= costs.short for each in seconds.values())
        if not waiting or now > end or (proven and not known):
            return watched.shown(costs.short) if costs.queued else seconds
        time.sleep(PAUSE)


class _Watched:
    """What the jobs of a head have come to: the seconds of those that have ended, and since when others run."""

    def __init__(self, trial: TrialEntry, results: str, logs: str) -> None:
        self.seconds: dict[int, float | None] = {}
        self._jobs = {}
        self._running_since: dict[int, float] = {}
        for job in jobs_of(trial):
            log = os.path.join(logs, layout.run_log_path(trial["name"], job.name))
            record = os.path.join(results, layout.run_path(trial["name"], job.name))
            self._jobs[job.first] = record, job.digest, log
            self.seconds[job.first] = None

    def look(self) -> None:
        """Look at those that had not ended."""
        for number, (record, digest, log) in self._jobs.items():
            if self.seconds[number] is None:
                self.seconds[number] = _seconds_in(record, digest)
            if number not in self._running_since and os.path.exists(log):
                self._running_since[number] = time.monotonic()

    def is_held_back(self, long: float) -> bool:
        """Tell whether some have not started though all that run may still be short."""
        running = [number for number, seconds in self.seconds.items() if seconds is None]
        begun = [self._running_since[n] for n in running if n in self._running_since]
        has_long = time.monotonic() - min(begun, default=math.inf) >= long
        return len(begun) < len(running) and not has_long

    def shown(self, long: float) -> dict[int, float | None]:
        """Return the seconds of those that have ended, or have been running for so long."""
        now = time.monotonic()
        return {
            number: seconds
            for number, seconds in self.seconds.items()
            if seconds is not None or now - self._running_since.get(number, now) >= long
        }


def _seconds_in(path: str, digest: str) -> float | None:
    """Return how long the runs of a job took, if it has ended; the record of another version is none."""
    record = _record(path) if os.path.exists(path) else None
    if record is None or record["digest"] != digest:
        return None
    return float(sum(run["duration"] for run in record["runs"]))


def known_seconds(trial: TrialEntry, results: str) -> dict[int, float]:
    """Return how long combinations took in earlier runs of the trial, whatever its code was."""
    size = size_of(trial)
    if size > 2 * MOST_KNOWN:
        return {}
    known: dict[str, float] = {}
    try:
        for run in islice(_earlier_runs(trial, results), MOST_KNOWN):
            if run["success"]:
                known[params_text(run["params"])] = float(run["duration"])
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # not as a run leaves it, and only a hint
    if not known:
        return {}
    grid = Grid(trial["parameters"])
    texts = ((number, params_text(grid.values(number))) for number in range(size))
    return {number: known[text] for number, text in texts if text in known}


def _earlier_runs(trial: TrialEntry, results: str) -> Iterator[RunDict]:
    """Yield the runs of the last run that was completed, or else those that the jobs of one have left."""
    collected = os.path.join(results, layout.collected_path(trial["name"]))
    if os.path.exists(collected):
        with open(collected, encoding="utf-8") as file:
            texts = (line.strip("[],\n") for line in file)  # a run in each
            yield from (jsontext.loads(text) for text in texts if text)
        return
    folder = os.path.join(results, layout.runs_folder(trial["name"]))
    current = {job.digest for job in jobs_of(trial)}
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        record = _record(os.path.join(folder, name))
        if record is not None and record["digest"] not in current:
            yield from record["runs"]


def _record(path: str) -> JobRecord | None:
    """Return the record of a job, which may be removed at any time; None without one."""
    try:
        record: JobRecord = records.read(path)
    except JobError:
        return None
    return record if isinstance(record, dict) and {"digest", "runs"} <= record.keys() else None
