"""Decides how many combinations share a job, as far as that can be known before any of them runs.

A chain is split here. Other trials start with some jobs of one combination each, their head; the worker
decides about the rest when it has seen these (`runtime/head.py`). `docs/performance.md` explains the rules
and the measurements behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from mlx2smk.runtime.dealing import MOST_ALONE, OVERHEAD

if TYPE_CHECKING:
    from collections.abc import Collection

JOBS_PER_CHAIN = 200
"""Links of a chain cannot run in parallel, so separate jobs gain less than they cost."""

SHORT = 1.0
"""Seconds; links of a chain that take longer are not packed."""

JOB_SECONDS = 2.0
"""Target duration of a job with short links: much longer than the worker's start-up."""

HANDFUL = 32
"""Combinations up to which each has its own job, without a head and a tail."""

HEAD_SIZE = 8
"""Combinations that are run to learn how long the others take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """How a trial with results was compiled before.

    ``codes`` are the digests of the code that its combinations ran. ``seconds`` is the median duration of its successful combinations; None if there are none. ``has_tail``
    says that its jobs were not of one size, but decided while it ran.
    """

    codes: frozenset[str]
    chained: bool
    per_job: int
    seconds: float | None
    has_tail: bool = False


def combinations_per_job(
    size: int, codes: Collection[str], earlier: Earlier | None, *, chained: bool
) -> int | None:
    """Return how many of a trial's ``size`` combinations share a job; None to start with a head.

    As long as any of the code (``codes``) of jobs of one size is unchanged, so is this number, so that jobs
    whose results are still valid are found again. If all code has changed, all combinations run in any case,
    and the links of a chain are packed if they were short.
    """
    least = max(1, ceil(size / (JOBS_PER_CHAIN if chained else MOST_ALONE)))
    known = earlier is not None and not earlier.codes.isdisjoint(codes)
    if earlier is not None and known and earlier.chained == chained:
        return None if earlier.has_tail else max(least, earlier.per_job)
    if not chained:
        return None
    if earlier is None or earlier.seconds is None or earlier.seconds >= SHORT:
        return least
    return max(least, int(JOB_SECONDS / (earlier.seconds + OVERHEAD)))


def head_of(size: int) -> list[int]:
    """Return the numbers of the combinations that a trial starts with, which are spread over its grid."""
    if size <= HANDFUL:
        return list(range(size))
    return [at * (size - 1) // (HEAD_SIZE - 1) for at in range(HEAD_SIZE)]
