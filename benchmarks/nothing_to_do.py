"""A second run, when there is nothing to do, against a hand-written rule with as many jobs.

python benchmarks/nothing_to_do.py [combinations] [rounds]
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
from functools import partial
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
    run,
    snakemake,
    write_experiment,
)
from throughput import GREEDY, minimal

if TYPE_CHECKING:
    from pathlib import Path


def compile_and_run(place: Path) -> Cost:
    """Compile what has not changed, and run it."""
    first, second = compile_in(place, "--batch", "1"), snakemake(place)
    seconds, processors = first.seconds + second.seconds, first.processors + second.processors
    return Cost(seconds, processors, max(first.memory, second.memory))


def main(combinations: int = 300, rounds: int = 5) -> None:
    """Print the table."""
    again = [sys.executable, "-m", "snakemake", "-j2", *GREEDY]
    with folder() as place:
        ours, theirs = place / "ours", place / "theirs"
        ours.mkdir()
        theirs.mkdir()
        write_experiment(ours, combinations)
        compile_in(ours, "--batch", "1")
        from_scratch(ours)
        minimal(theirs, combinations)
        cases = {
            "hand-written Snakemake": partial(run, again, theirs),
            "mlx2smk": partial(snakemake, ours),
            "mlx2smk, including `mlx compile`": partial(compile_and_run, ours),
        }
        costs = alternating(cases, rounds)
    base = costs["hand-written Snakemake"]
    rows = [
        [name, f"{middle(runs).seconds:.1f}", f"{middle(runs).processors:.1f}", ratio(runs, base)]
        for name, runs in costs.items()
    ]
    head = [f"nothing to do, {combinations} jobs", "time (s)", "CPU (s)", "ratio to hand-written"]
    print_table(head, rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
