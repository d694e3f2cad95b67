"""What a whole run takes, the most memory of any of its processes, and how many files it leaves.

python benchmarks/scale.py [combinations …]
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys

from measuring import LEFT, compile_in, count, folder, print_table, snakemake, write_experiment

HEAD = [
    "combinations",
    "compile (s)",
    "run (s)",
    "CPU (s)",
    "ms each",
    "memory (MiB)",
    "again (s)",
    "files",
]


def line(combinations: int) -> list[object]:
    """Compile, run, and run again."""
    with folder() as place:
        write_experiment(place, combinations)
        compiled, first, again = compile_in(place), snakemake(place), snakemake(place)
        files = count(place, *LEFT)
    each = 1000 * first.processors / combinations
    times = [f"{compiled.seconds:.1f}", f"{first.seconds:.0f}", f"{first.processors:.0f}"]
    rest = [f"{each:.1f}", f"{first.memory:.0f}", f"{again.seconds:.1f}", files]
    return [combinations, *times, *rest]


def main(*sizes: int) -> None:
    """Print the table."""
    print_table(HEAD, map(line, sizes or (100, 1000, 10_000)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
