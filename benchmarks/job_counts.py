"""What a job costs, by how many there are: one combination a job, and a chain split into jobs.

    python benchmarks/job_counts.py [jobs …]

The most jobs that a trial or a chain becomes by itself rest on this (`mlx2smk/runtime/dealing.py`,
`mlx2smk/planning/batching.py`).
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
from math import ceil
from typing import TYPE_CHECKING

from measuring import compile_in, folder, from_scratch, print_table, snakemake, write_experiment

if TYPE_CHECKING:
    from measuring import Cost

LINKS = 1000
CHAIN = """\
from mlx2smk import SETUP, setup, trial


@setup(1)
def start():
    return {{"last": 0}}


@trial(2, {{"n": {values}}})
def t(n):
    return {{"context_update": {{"last": SETUP["last"] + n}}}}
"""
HEAD = ["jobs", "first run (s)", "CPU (s)", "CPU a job (ms)", "memory (MiB)", "again, CPU (s)"]


def runs(combinations: int, jobs: int, *, chained: bool) -> tuple[Cost, Cost]:
    """Return what a first run and another one with nothing to do cost."""
    with folder() as place:
        write_experiment(place, combinations)
        if chained:
            text = CHAIN.format(values=list(range(combinations)))
            (place / "exp.py").write_text(text, encoding="utf-8")
        compile_in(place, "--batch", str(ceil(combinations / jobs)))
        return from_scratch(place), snakemake(place)


def row(jobs: int, *, chained: bool) -> list[object]:
    """Return the row of a number of jobs."""
    first, again = runs(LINKS if chained else jobs, jobs, chained=chained)
    each = 1000 * first.processors / jobs
    costs = [f"{first.seconds:.1f}", f"{first.processors:.1f}", f"{each:.1f}"]
    return [jobs, *costs, f"{first.memory:.0f}", f"{again.processors:.1f}"]


def main(*numbers: int) -> None:
    """Print both tables."""
    print_table(
        HEAD, (row(jobs, chained=False) for jobs in numbers or (250, 500, 1000, 2000, 4000))
    )
    print(f"\nA chain of {LINKS} links:\n")  # noqa: T201 - a script that prints
    chains = [jobs for jobs in numbers or (50, 100, 200, 500, 1000) if jobs <= LINKS]
    print_table(HEAD, (row(jobs, chained=True) for jobs in chains))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
