"""How long compiling takes, against the number of combinations and of lines.

python benchmarks/compile_time.py [rounds]
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from measuring import (
    EXPERIMENT,
    alternating,
    clear,
    compile_in,
    folder,
    middle,
    print_table,
    ratio,
)

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Cost

COMBINATIONS = (100, 1000, 10_000, 100_000)
LINES = (100, 1000, 10_000)
HELPER = """
def helper_{n}(x):
    if x > {n}:
        return helper_{before}(x) + CONSTANT_{n}
    return x * {n}


CONSTANT_{n} = {n}

"""


def source(combinations: int, lines: int) -> str:
    """Return an experiment with about so many lines, all of which its trial needs."""
    count = lines // len(HELPER.splitlines())
    helpers = (HELPER.format(n=n, before=max(n - 1, 0)) for n in range(count))
    text = EXPERIMENT.format(values=list(range(combinations)))
    called = f"helper_{count - 1}(n)" if count else "n"
    return text.replace("\n\n@trial", "".join(helpers) + "\n\n@trial").replace(
        "return n\n", f"return {called}\n"
    )


def compile_fresh(place: Path, text: str) -> Cost:
    """Compile into an empty folder."""
    clear(place, "workflow")
    (place / "exp.py").write_text(text, encoding="utf-8")
    return compile_in(place)


def main(rounds: int = 3) -> None:
    """Print the tables."""
    with folder() as place:
        grids = {f"{n} combinations": source(n, 0) for n in COMBINATIONS}
        files = {f"{n} lines": source(1, n) for n in LINES}
        texts = grids | files
        costs = alternating({k: partial(compile_fresh, place, t) for k, t in texts.items()}, rounds)
    base = costs[next(iter(costs))]
    rows = [
        [
            name,
            f"{middle(runs).seconds:.2f}",
            f"{middle(runs).processors:.2f}",
            ratio(runs, base),
            f"{middle(runs).memory:.0f}",
        ]
        for name, runs in costs.items()
    ]
    print_table(["", "time (s)", "CPU (s)", "ratio to the first row", "memory (MiB)"], rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
