"""What a combination in a batch costs, against a bare fork that writes a JSON file.

    python benchmarks/floor.py [combinations] [rounds]

The floor does nothing else: no slice, no result to take, no process group, no log.
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

from measuring import (
    alternating,
    clear,
    compile_in,
    folder,
    middle,
    print_table,
    ratio,
    run,
    snakemake,
    write_experiment,
)

if TYPE_CHECKING:
    from pathlib import Path

    from measuring import Cost

FORKS = """\
import json, os, sys

os.mkdir("floor")
for n in range(int(sys.argv[1])):
    pid = os.fork()
    if not pid:
        with open(f"floor/{n}.json", "w") as file:
            json.dump({"n": n}, file)
        os._exit(0)
    os.waitpid(pid, 0)
"""


def forks(place: Path, combinations: int) -> Cost:
    """Fork and write, one after another."""
    clear(place, "floor")
    (place / "forks.py").write_text(FORKS, encoding="utf-8")
    return run([sys.executable, "forks.py", str(combinations)], place)


def batch(place: Path, *options: str) -> Cost:
    """Run the first job of the trial, as its rule does."""
    clear(place, "store")
    job = next(place.glob("results/exp/runs/t/*.json")).stem
    words = ["workflow/mlx/worker.py", "trial", "t", "--job", job]
    words += ["--plan", "workflow/experiments/exp/plan.json", "--output", "out.json"]
    words += ["--context", "results/exp/context/t.json", "--log", "out.log", *options]
    return run([sys.executable, *words], place)


def main(combinations: int = 500, rounds: int = 7) -> None:
    """Print the table."""
    with folder() as place:
        write_experiment(place, combinations)
        compile_in(place, "--batch", str(combinations))
        snakemake(place)
        cases = {
            "fork and write": partial(forks, place, combinations),
            "without the store": partial(batch, place),
            "with the store": partial(batch, place, "--store", "store"),
        }
        costs = alternating(cases, rounds)
    rows = []
    for name, runs in costs.items():
        cost = middle(runs)
        each = [f"{1000 * value / combinations:.2f}" for value in (cost.seconds, cost.processors)]
        rows.append([name, *each, ratio(runs, costs["fork and write"])])
    print_table(["a combination", "time (ms)", "CPU (ms)", "ratio to the floor"], rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
