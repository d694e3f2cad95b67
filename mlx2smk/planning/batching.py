"""Decides how many combinations share a job: one if they take long, many if starting jobs takes longer.

``docs/performance.md`` explains the rule and the measurements behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

JOBS_PER_TRIAL = 1000
"""Snakemake's cost per job grows with their number; larger grids share jobs."""

SHARED_JOBS = 500
"""The number of jobs for a larger grid that has never run: its combinations share jobs in any case, and
half as many jobs cost half as much."""

JOBS_PER_CHAIN = 200
"""Links of a chain cannot run in parallel, so separate jobs gain less than they cost."""

FEWEST_JOBS = 64
"""Short combinations are spread over at least this many jobs: four for each of sixteen cores."""

SHORT = 1.0
"""Seconds; combinations that take longer are not packed."""

JOB_SECONDS = 2.0
"""Target duration of a job with short combinations: much longer than the worker's start-up."""

OVERHEAD = 0.003
"""Seconds of overhead for each combination in a job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """How a trial with results was compiled before.

    ``seconds`` is the median duration of its successful combinations; None if there are none.
    """

    digest: str
    chained: bool
    per_job: int
    seconds: float | None


def combinations_per_job(size: int, digest: str, earlier: Earlier | None, *, chained: bool) -> int:
    """Return how many of a trial's ``size`` combinations share a job.

    As long as the code (``digest``) is unchanged, so is this number, so that jobs whose results are still
    valid are found again. If the code has changed, all combinations run in any case, and are packed if
    they were short.
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
