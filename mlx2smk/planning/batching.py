"""How many combinations share a job: one where they take long, many where starting jobs takes longer.

The rule, and what it rests on, is in ``docs/performance.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

JOBS_PER_TRIAL = 1000
"""Snakemake's cost per job grows with their number; larger grids share jobs."""

SHARED_JOBS = 500
"""The jobs of a larger grid that has never run: its combinations share jobs in any case, and half as
many jobs cost half as much."""

JOBS_PER_CHAIN = 200
"""Links of a chain cannot run side by side, so that jobs of their own gain less than they cost."""

FEWEST_JOBS = 64
"""Short combinations are packed into no fewer jobs, four for each of sixteen cores."""

SHORT = 1.0
"""Seconds; combinations that take longer are never packed for being short."""

JOB_SECONDS = 2.0
"""What a job of short combinations should take: much longer than the worker takes to start."""

OVERHEAD = 0.003
"""Seconds that a combination costs in a job beside its own time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """How a trial that has left results was compiled before.

    ``seconds`` is what its successful combinations took, the median; None if there is none.
    """

    digest: str
    chained: bool
    per_job: int
    seconds: float | None


def combinations_per_job(size: int, digest: str, earlier: Earlier | None, *, chained: bool) -> int:
    """Return how many of a trial's ``size`` combinations share a job.

    As long as the code is what it was (``digest``), so is this number, since what has run is still good
    and the jobs that hold it should be found again. When the code has changed, all of them run in any
    case, and are packed if they were short.
    """
    least = max(1, ceil(size / (JOBS_PER_CHAIN if chained else JOBS_PER_TRIAL)))
    if earlier is None:
        return least if chained or least == 1 else ceil(size / SHARED_JOBS)
    if (earlier.digest, earlier.chained) == (digest, chained):
        return max(least, earlier.per_job)
    if earlier.seconds is None or earlier.seconds >= SHORT:
        return least
    packed = int(JOB_SECONDS / (earlier.seconds + OVERHEAD))
    return max(least, packed if chained else min(packed, size // FEWEST_JOBS))
