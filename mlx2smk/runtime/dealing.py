"""Deals the combinations of a trial's tail to jobs, by how long each is likely to take.

`docs/performance.md` explains the rule and the measurements behind it.
"""

from __future__ import annotations

import bisect
import heapq
import random
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ALONE = 1000
"""Jobs of long combinations; more of these share jobs, since Snakemake's cost grows with the jobs."""

MOST_BATCHES = 500
"""Jobs of short combinations: half as many cost half as much."""

OVERHEAD = 0.003
"""Seconds of overhead for each combination in a job."""

BATCHES_PER_SLOT = 4
"""What is left is enough for so many batches for each of the jobs that run at once, so that none of these
waits long for another."""

MIXED = 16
"""Batches that share the combinations between two numbers. Whoever collects the runs has as many
records in memory."""


class Costs:
    """What jobs cost where they run, in seconds.

    Combinations that take `short` or longer are not packed; batches take `target`, or less where few
    combinations are left, but not less than `least`; to keep all slots busy, not less than `job`, which is
    what a job costs. `watch` is how long the head is watched. `queued` says that jobs wait for others' jobs.
    """

    __slots__ = ("job", "least", "queued", "short", "target", "watch")

    def __init__(  # noqa: PLR0913 - a record
        self,
        *,
        short: float,
        target: float,
        least: float,
        job: float,
        watch: float,
        queued: bool = False,
    ) -> None:
        self.job = job
        self.short = short
        self.target = target
        self.least = least
        self.queued = queued
        self.watch = watch


ON_THIS_MACHINE = Costs(short=0.5, target=2.0, least=0.05, job=0.03, watch=0.5)
IN_A_CLUSTER = Costs(short=30.0, target=120.0, least=30.0, job=5.0, watch=60.0, queued=True)


def deal(seconds: Mapping[int, float], slots: int, costs: Costs) -> list[list[int]]:
    """Return the combinations of each job, those that take longest first.

    `seconds` has the time of each combination, `slots` is the number of jobs that run at once.
    """
    long = sorted((n for n in seconds if seconds[n] >= costs.short), key=lambda n: (-seconds[n], n))
    short = sorted(n for n in seconds if seconds[n] < costs.short)
    alone = [[number] for number in long]
    if len(long) > MOST_ALONE:
        alone = spread(sorted(long), seconds, [1.0] * MOST_ALONE)
    weights = {number: seconds[number] + OVERHEAD for number in short}
    batches = spread(short, weights, batch_weights(sum(weights.values()), slots, costs))
    return [*alone, *batches]


def batch_weights(whole: float, slots: int, costs: Costs) -> list[float]:
    """Return the weights of the batches of short combinations, which take `whole` seconds together."""
    scale = max(1.0, whole / costs.target / MOST_BATCHES)
    while len(found := _declining(whole, slots, costs, scale)) > MOST_BATCHES:
        scale *= 1.1
    return found


def _declining(whole: float, slots: int, costs: Costs, scale: float) -> list[float]:
    """Return weights that get smaller towards the end.

    What an unforeseen long combination delays can then be balanced by what has not started: this is the
    "guided self-scheduling" of Polychronopoulos and Kuck (1987).
    """
    smallest = scale * min(costs.least, max(costs.job, whole / slots))
    found, rest = [], whole
    while (weight := min(scale * costs.target, rest / (BATCHES_PER_SLOT * slots))) > smallest:
        found.append(weight)
        rest -= weight
    count = max(1, int(rest // smallest))
    return [*found, *[rest / count] * count]


def spread(
    numbers: Sequence[int], weights: Mapping[int, float], batches: Sequence[float]
) -> list[list[int]]:
    """Return batches of about these weights, or in this proportion, the heaviest first.

    Neighbours in the grid, which are often alike, are in different batches.
    """
    sums = list(accumulate(weights[number] for number in numbers))
    scale = sums[-1] / sum(batches) if sums else 0.0
    size = -(-len(batches) // max(1, round(len(batches) / MIXED))) or 1
    found: list[list[int]] = []
    start, wanted = 0, 0.0
    for at in range(0, len(batches), size):
        block = batches[at : at + size]
        wanted += sum(block)
        last = at + size >= len(batches)
        end = len(numbers) if last else bisect.bisect(sums, wanted * scale)
        found += _mixed(numbers[start:end], weights, block)
        start = end
    return sorted(found, key=lambda batch: -sum(weights[number] for number in batch))


def _mixed(
    numbers: Sequence[int], weights: Mapping[int, float], batches: Sequence[float]
) -> list[list[int]]:
    """Give the heaviest one after the other to the emptiest batch, and to a random one among equals."""
    jitter = random.Random(len(numbers)).random  # noqa: S311 - not for secrets
    heap: list[tuple[float, float, float, list[int]]] = [
        (0.0, jitter(), weight, []) for weight in batches[: len(numbers)]
    ]
    heapq.heapify(heap)
    for number in sorted(numbers, key=lambda number: -weights[number]):
        filled, _, weight, batch = heap[0]
        batch.append(number)
        heapq.heapreplace(heap, (filled + weights[number] / weight, jitter(), weight, batch))
    return [sorted(batch) for *_, batch in heap]
