"""The jobs of a trial's tail: the combinations that wait until others have shown how long they take.

A trial with a tail starts with the jobs in its plan, the *head*. What `head` sees of it decides
into which jobs `dealing` puts the rest. The decision is kept with the results.
"""

from __future__ import annotations

import os

from . import digests, layout, records
from .errors import JobError
from .paths import signature
from .plan import Job, jobs_of, size_of, spans_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from .documents import PackingDocument, TrialEntry

UNSEEN_JOBS = 500
"""The number of jobs of a large tail of which nothing is known."""


def tail_numbers(trial: TrialEntry) -> list[int]:
    """Return the numbers of the combinations that are not in the head."""
    head = {number for job in jobs_of(trial) for number in job.numbers}
    return [number for number in range(size_of(trial)) if number not in head]


def job_lines(trial: TrialEntry, groups: Sequence[Sequence[int]]) -> list[str]:
    """Return the lines of jobs that run these combinations, in the order given.

    A job of one combination is that of the plan, if it has one, so that it is found again after the grid
    has grown.
    """
    alone = {job.first: line for line in trial.get("alone", ()) for job in [Job(line)]}
    width = len(str(len(groups)))
    return [
        alone.get(numbers[0] if len(numbers) == 1 else -1)
        or _line(trial, f"batch-{at:0{width}}", spans_of(numbers), len(numbers))
        for at, numbers in enumerate(groups, start=1)
    ]


def _line(trial: TrialEntry, name: str, spans: str, count: int) -> str:
    # A number by itself says where `count` consecutive ones begin, which is what it means for one.
    return f"{name} {spans} {count} {digests.of_json([trial['tail'], spans])}"


def job_of_spans(trial: TrialEntry, name: str, spans: str) -> Job:
    """Return the job of the tail that runs the combinations in some spans."""
    job = Job(_line(trial, name, spans, 1))
    if job.numbers[-1] >= size_of(trial):
        raise JobError(f"trial {trial['name']} has no combinations {spans}: run snakemake again")
    return job


def unseen(trial: TrialEntry) -> list[str]:
    """Return the lines of the jobs of a tail of which nothing can be known, always the same."""
    numbers = tail_numbers(trial)
    if trial.get("alone"):
        return job_lines(trial, [[number] for number in numbers])
    share = -(-len(numbers) // UNSEEN_JOBS)
    return job_lines(trial, [numbers[at : at + share] for at in range(0, len(numbers), share)])


def decision(trial: TrialEntry, path: str) -> list[Job] | None:
    """Return the jobs of the tail in a file of a decision; None if it is not about this version."""
    now = (signature(path), trial["tail"])
    if _read.get(path, (None,))[0] != now:
        _read[path] = now, _decided(path, trial["tail"])
    return _read[path][1]


_read: dict[str, tuple[Any, list[Job] | None]] = {}
"""The decisions that were read, each with the state of its file."""


def _decided(path: str, tail: str | None) -> list[Job] | None:
    try:
        found: PackingDocument = records.read(path)
        if found["version"] == records.RECORD_VERSION and found["digest"] == tail:
            return [Job(line) for line in found["jobs"]]
    except (JobError, KeyError, AttributeError, TypeError, ValueError):
        return None
    return None


def keep_decision(path: str, trial: TrialEntry, jobs: Iterable[str], why: str) -> None:
    """Keep the lines of the jobs of a tail, and the reason."""
    document = {
        "version": records.RECORD_VERSION,
        "digest": trial["tail"],
        "why": why,
        "jobs": list(jobs),
    }
    records.write(path, document)


def all_jobs(trial: TrialEntry, results: str) -> list[Job]:
    """Return the jobs of a trial, and those of its tail if they are decided."""
    if trial.get("tail") is None:
        return jobs_of(trial)
    path = os.path.join(results, layout.packing_path(trial["name"]))
    return [*jobs_of(trial), *(decision(trial, path) or ())]
