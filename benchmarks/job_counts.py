"""What the number of jobs costs: of long combinations, of short ones, of the links of a chain.

    python benchmarks/job_counts.py alone|batches|chain|selection [rounds] [jobs …]

The most jobs that a trial or a chain becomes by itself rest on the first three: `MOST_ALONE` and `MOST_BATCHES`
in `mlx2smk/runtime/dealing.py`, `JOBS_PER_CHAIN` in `mlx2smk/planning/batching.py`. `selection` shows what
Snakemake's own selection of jobs would take, and what `--scheduler-subsample` changes. Each round runs all rows
of a table, one after another.
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from math import ceil
from typing import TYPE_CHECKING

from measuring import (
    Cost,
    alternating,
    compile_in,
    folder,
    from_scratch,
    middle,
    print_table,
    ratio,
    snakemake,
    write_experiment,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

COMBINATIONS = 4000
LINKS = 200
CHAIN = """\
from mlx2smk import SETUP, setup, trial


@setup(1)
def start():
    return {{"last": 0}}


@trial(2, {{"n": {values}}})
def t(n):
    return {{"context_update": {{"last": SETUP["last"] + n}}}}
"""
OWN = ("--scheduler-greedy-greediness", "0.99")
"""With this, Snakemake's own selection stays."""

SUBSAMPLE = ("--scheduler-subsample", "50")
SELECTIONS: Mapping[str, tuple[str, ...]] = {
    "the workflow's": (),
    "the workflow's, `--scheduler-subsample 50`": SUBSAMPLE,
    "Snakemake's": OWN,
    "Snakemake's, `--scheduler-subsample 50`": (*OWN, *SUBSAMPLE),
}
HEAD = ["time (s)", "CPU (s)", "CPU a job (ms)", "ratio", "memory (MiB)", "again, CPU (s)"]


def combinations(jobs: int) -> Callable[[Path], None]:
    """Return what writes and compiles as many combinations as jobs."""
    return partial(_compiled, size=jobs, jobs=jobs)


def batches(jobs: int) -> Callable[[Path], None]:
    """Return what writes and compiles combinations that share so many jobs."""
    return partial(_compiled, size=COMBINATIONS, jobs=jobs)


def chain(jobs: int) -> Callable[[Path], None]:
    """Return what writes and compiles a chain that is split into so many jobs."""
    return partial(_compiled, size=LINKS, jobs=jobs, text=CHAIN)


def _compiled(place: Path, *, size: int, jobs: int, text: str = "") -> None:
    path = write_experiment(place, size)
    if text:
        path.write_text(text.format(values=list(range(size))), encoding="utf-8")
    compile_in(place, "--batch", str(ceil(size / jobs)))


TABLES: Mapping[str, tuple[Callable[[int], Callable[[Path], None]], int, tuple[int, ...]]] = {
    "alone": (combinations, 1000, (250, 500, 1000, 2000, 4000)),
    "batches": (batches, 500, (125, 250, 500, 1000, 2000)),
    "chain": (chain, 200, (25, 50, 100, 200)),
}
"""How a row is compiled, the row that the others are compared with, and the rows."""


def print_counts(table: str, rounds: int, numbers: tuple[int, ...]) -> None:
    """Print one of the tables of numbers of jobs."""
    written, base, usual = TABLES[table]
    jobs = numbers or usual
    cases: dict[str, Callable[[], Cost]] = {}
    with ExitStack() as stack:
        for count in jobs:
            place = stack.enter_context(folder())
            written(count)(place)
            cases[f"{count}"] = partial(from_scratch, place)
            cases[f"{count} again"] = partial(snakemake, place)
        costs = alternating(cases, rounds)
    compared = costs[f"{base if base in jobs else jobs[0]}"]
    print_table([f"jobs ({table})", *HEAD], (row(count, costs, compared) for count in jobs))


def row(jobs: int, costs: Mapping[str, list[Cost]], compared: list[Cost]) -> list[object]:
    """Return the row of a number of jobs."""
    first, again = middle(costs[f"{jobs}"]), middle(costs[f"{jobs} again"])
    each = f"{1000 * first.processors / jobs:.0f}"
    times = [f"{first.seconds:.1f}", f"{first.processors:.1f}", each]
    rest = [f"{first.memory:.0f}", f"{again.processors:.1f}"]
    return [jobs, *times, ratio(costs[f"{jobs}"], compared), *rest]


def print_selections(rounds: int, jobs: int = 3200) -> None:
    """Print what ways to select jobs cost."""
    with folder() as place:
        combinations(jobs)(place)
        cases = {name: partial(from_scratch, place, *SELECTIONS[name]) for name in SELECTIONS}
        costs = alternating(cases, rounds)
    base = costs["the workflow's"]
    rows = [
        [name, f"{middle(runs).seconds:.1f}", f"{middle(runs).processors:.1f}", ratio(runs, base)]
        for name, runs in costs.items()
    ]
    print_table([f"selection, {jobs} jobs", "time (s)", "CPU (s)", "ratio, time / CPU"], rows)


def main(table: str, rounds: int = 3, *jobs: int) -> None:
    """Print a table."""
    if table == "selection":
        print_selections(rounds, *jobs)
    else:
        print_counts(table, rounds, jobs)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
