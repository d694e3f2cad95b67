"""Deals the combinations of a trial's tail to jobs, by how long each is likely to take.

`docs/performance.md` explains the rule and the measurements behind it.
"""

from __future__ import annotations

import heapq
import random

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
"""Batches for each of the jobs that run at once, so that none of these waits long for another."""

MIXED = 16
"""Batches that share the combinations between two numbers. Whoever collects the runs has as many
records in memory."""


class Costs:
    """What jobs cost where they run, in seconds.

    Combinations that take `short` or longer are not packed; batches take `target`, or less where there are
    few combinations, but not less than `least`; to keep all slots busy, not less than `job`, which is what
    a job costs. `watch` is how long the head is watched.
    """

    __slots__ = ("job", "least", "short", "target", "watch")

    def __init__(
        self, *, short: float, target: float, least: float, job: float, watch: float
    ) -> None:
        self.job = job
        self.short = short
        self.target = target
        self.least = least
        self.watch = watch


ON_THIS_MACHINE = Costs(short=0.5, target=2.0, least=0.1, job=0.03, watch=0.5)
IN_A_CLUSTER = Costs(short=30.0, target=120.0, least=30.0, job=5.0, watch=60.0)


def deal(seconds: Mapping[int, float], slots: int, costs: Costs) -> list[list[int]]:
    """Return the combinations of each job, those that take longest first.

    `seconds` has the time of each combination, `slots` is the number of jobs that run at once.
    """
    long = sorted((n for n in seconds if seconds[n] >= costs.short), key=lambda n: (-seconds[n], n))
    short = sorted(n for n in seconds if seconds[n] < costs.short)
    alone = [[number] for number in long]
    if len(long) > MOST_ALONE:
        alone = spread(sorted(long), seconds, MOST_ALONE)
    weights = {number: seconds[number] + OVERHEAD for number in short}
    batches = spread(short, weights, batch_count(weights, slots, costs))
    return [*alone, *batches]


def batch_count(weights: Mapping[int, float], slots: int, costs: Costs) -> int:
    """Return into how many batches short combinations go."""
    whole = sum(weights.values())
    filled = -(-whole // costs.target)
    many = min(BATCHES_PER_SLOT * slots, whole // costs.least)
    busy = min(slots, whole // costs.job)
    return int(min(max(filled, many, busy, 1), MOST_BATCHES))


def spread(numbers: Sequence[int], weights: Mapping[int, float], batches: int) -> list[list[int]]:
    """Return at most so many batches of about the same weight, the heaviest first.

    Neighbours in the grid, which are often alike, are in different batches.
    """
    blocks = max(1, round(batches / MIXED))
    share = -(-len(numbers) // blocks) or 1
    whole = sum(weights[number] for number in numbers) or 1.0
    found: list[list[int]] = []
    done, ready = 0.0, 0
    for at in range(0, len(numbers), share):
        block = numbers[at : at + share]
        done += sum(weights[number] for number in block)
        wanted = round(batches * done / whole)
        found += _mixed(block, weights, max(1, wanted - ready))
        ready = wanted
    return sorted(found, key=lambda batch: -sum(weights[number] for number in batch))


def _mixed(numbers: Sequence[int], weights: Mapping[int, float], batches: int) -> list[list[int]]:
    """Give the heaviest one after the other to the lightest batch, and to a random one among equals."""
    jitter = random.Random(len(numbers)).random  # noqa: S311 - not for secrets
    heap: list[tuple[float, float, list[int]]] = [
        (0.0, jitter(), []) for _ in range(min(batches, len(numbers)))
    ]
    heapq.heapify(heap)
    for number in sorted(numbers, key=lambda number: -weights[number]):
        weight, _, batch = heap[0]
        batch.append(number)
        heapq.heapreplace(heap, (weight + weights[number], jitter(), batch))
    return [sorted(batch) for _, _, batch in heap]
