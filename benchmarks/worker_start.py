"""What it takes to start a job's worker, against `python -c pass`; numpy once a batch.

python benchmarks/worker_start.py [rounds]
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import importlib.util
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from floor import batch
from measuring import (
    alternating,
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

NUMPY = "import numpy\n"
USE = "numpy.int64(n)"
BATCH = 50


def prepared(place: Path, combinations: int, result: str = "n") -> Path:
    """Compile an experiment into one job and run it once."""
    place.mkdir()
    path = write_experiment(place, combinations)
    text = path.read_text(encoding="utf-8").replace("return n\n", f"return {result}\n")
    path.write_text(NUMPY + text, encoding="utf-8")
    compile_in(place, "--batch", str(combinations))
    snakemake(place)
    return place


def main(rounds: int = 15) -> None:
    """Print the tables."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    with folder() as place:
        plain = prepared(place / "plain", 1)
        cases = {
            "`python -c pass`": partial(run, [sys.executable, "-c", "pass"], place),
            "a job of one combination": partial(batch, plain, "--store", "store"),
        }
        if importlib.util.find_spec("numpy"):
            cases["`python -c 'import numpy'`"] = partial(run, [sys.executable, "-c", NUMPY], place)
            one = prepared(place / "one", 1, USE)
            many = prepared(place / "many", BATCH, USE)
            cases["a job of one that imports numpy"] = partial(batch, one, "--store", "store")
            cases[f"a job of {BATCH} that import numpy"] = partial(batch, many, "--store", "store")
        costs = alternating(cases, rounds)
    rows = []
    for name, runs in costs.items():
        cost = middle(runs)
        each = [f"{1000 * value:.0f}" for value in (cost.seconds, cost.processors)]
        rows.append([name, *each, ratio(runs, costs["`python -c pass`"])])
    print_table(["", "time (ms)", "CPU (ms)", "ratio to `pass`"], rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
