"""What grids with long combinations take at their first run, against the shortest possible time.

    python benchmarks/long_combinations.py [rounds]

The shortest possible time on two cores is half of the sum of all combinations, or the longest one if that is
more. The fixed cost is what the same grid takes if no combination takes any time.
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import statistics
import sys

from measuring import compile_in, folder, from_scratch, print_table

EXPERIMENT = """\
import time

from mlx2smk import trial


@trial(1, {{"n": {values}}})
def t(n):
    time.sleep({seconds}.get(n, 0.0))
    return n
"""
CORES = 2
CASES: dict[str, tuple[int, dict[int, float]]] = {
    "24 of 1 s": (24, dict.fromkeys(range(24), 1.0)),
    "80 of 0.5 s": (80, dict.fromkeys(range(80), 0.5)),
    "200 trivial, 4 of 5 s inside": (204, dict.fromkeys((40, 41, 90, 150), 5.0)),
    "200 trivial, 4 of 5 s at the end": (204, dict.fromkeys(range(200, 204), 5.0)),
}


def first_run(combinations: int, seconds: dict[int, float]) -> float:
    """Return the seconds that the first run of a grid takes."""
    with folder() as place:
        text = EXPERIMENT.format(values=list(range(combinations)), seconds=seconds)
        (place / "exp.py").write_text(text, encoding="utf-8")
        compile_in(place)
        return from_scratch(place).seconds


def row(name: str, rounds: int) -> list[str]:
    """Return the row of a case."""
    combinations, seconds = CASES[name]
    ideal = max(sum(seconds.values()) / CORES, *seconds.values())
    pairs = [(first_run(combinations, seconds), first_run(combinations, {})) for _ in range(rounds)]
    took = statistics.median(long for long, _ in pairs)
    fixed = statistics.median(short for _, short in pairs)
    above = statistics.median((long - short) / ideal for long, short in pairs)
    return [name, f"{ideal:.1f}", f"{took:.1f}", f"{fixed:.1f}", f"{above:.2f}"]


def main(rounds: int = 3) -> None:
    """Print the table."""
    head = ["", "shortest (s)", "took (s)", "fixed (s)", "(took - fixed) / shortest"]
    print_table(head, (row(name, rounds) for name in CASES))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
