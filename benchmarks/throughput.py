"""Trivial combinations: this project, and other ways to run them, on two cores.

    python benchmarks/throughput.py [combinations] [rounds] [most combinations of others]

Those other tools that are installed take part (`pip install -e '.[bench]'`) up to 5000 combinations, or up to
the number given last. All start a process for each combination but pytask, redun and Hydra, which run them in
their own.
"""
# ruff: noqa: INP001 -- a script

from __future__ import annotations

import importlib.util
import sys
from functools import partial
from typing import TYPE_CHECKING

from measuring import (
    alternating,
    clear,
    compile_in,
    folder,
    from_scratch,
    middle,
    print_table,
    program,
    ratio,
    run,
    write_experiment,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from measuring import Cost

ONE = "import json, sys; print(json.dumps(int(sys.argv[1])))"

POOL = """\
import subprocess, sys
from concurrent.futures import ThreadPoolExecutor

def one(n):
    return subprocess.run([sys.executable, "one.py", str(n)], capture_output=True, check=True)

with ThreadPoolExecutor(2) as pool:
    list(pool.map(one, range({n})))
"""

MINIMAL = """\
rule all:
    input:
        expand("out/{{n}}.json", n=range({n})),

rule one:
    output:
        "out/{{n}}.json",
    shell:
        "{python} one.py {{wildcards.n}} > {{output}}"
"""

PYTASK = """\
import json
from pathlib import Path
from typing import Annotated

from pytask import Product, task

for n in range({n}):

    @task(id=str(n))
    def task_one(n: int = n, made: Annotated[Path, Product] = Path("out") / f"{{n}}.json") -> None:
        made.parent.mkdir(exist_ok=True)
        made.write_text(json.dumps(n))
"""

REDUN = """\
from redun import task

redun_namespace = "bench"


@task()
def one(n: int) -> int:
    return n


@task()
def main() -> list[int]:
    return [one(n) for n in range({n})]
"""

HYDRA = """\
import hydra


@hydra.main(version_base=None, config_path=None)
def main(given):
    return given.n


main()
"""

GREEDY = ("--scheduler", "greedy", "--max-jobs-per-timespan", "1000/1s", "--quiet", "rules", "host")


def ours(place: Path, combinations: int, *options: str) -> Cost:
    """Run the experiment from scratch."""
    write_experiment(place, combinations)
    compile_in(place, *options)
    return from_scratch(place)


def pool(place: Path, combinations: int) -> Cost:
    """Start one Python a combination from a pool of two threads."""
    (place / "one.py").write_text(ONE, encoding="utf-8")
    return _script(place, "pool.py", POOL.format(n=combinations))


def minimal(place: Path, combinations: int) -> Cost:
    """Run one hand-written rule."""
    clear(place, "out", ".snakemake")
    (place / "one.py").write_text(ONE, encoding="utf-8")
    text = MINIMAL.format(n=combinations, python=sys.executable)
    (place / "Snakefile").write_text(text, encoding="utf-8")
    return run([sys.executable, "-m", "snakemake", "-j2", *GREEDY], place)


def pytask(place: Path, combinations: int) -> Cost:
    """Run one task a combination."""
    clear(place, "out", ".pytask", "pytask.lock")
    (place / "task_one.py").write_text(PYTASK.format(n=combinations), encoding="utf-8")
    return run([sys.executable, "-m", "pytask"], place)


def redun(place: Path, combinations: int) -> Cost:
    """Run one task a combination."""
    clear(place, ".redun")
    (place / "tasks.py").write_text(REDUN.format(n=combinations), encoding="utf-8")
    return run([program("redun"), "run", "tasks.py", "main"], place)


def hydra(place: Path, combinations: int) -> Cost:
    """Run a sweep with the basic launcher."""
    clear(place, "multirun")
    (place / "app.py").write_text(HYDRA, encoding="utf-8")
    return run([sys.executable, "app.py", "-m", f"+n=range(0,{combinations})"], place)


def _script(place: Path, name: str, text: str) -> Cost:
    (place / name).write_text(text, encoding="utf-8")
    return run([sys.executable, name], place)


def main(combinations: int = 500, rounds: int = 3, others_up_to: int = 5000) -> None:
    """Print the table."""
    ways: dict[str, Callable[[Path, int], Cost]] = {"pool": pool, "mlx2smk": ours}
    if combinations <= others_up_to:
        ways["mlx2smk, 1 a job"] = lambda place, n: ours(place, n, "--batch", "1")
        ways["minimal Snakemake"] = minimal
        others = {"pytask": pytask, "redun": redun, "hydra": hydra}
        ways |= {name: way for name, way in others.items() if importlib.util.find_spec(name)}
    with folder() as place:
        places = {name: place / str(at) for at, name in enumerate(ways)}
        for path in places.values():
            path.mkdir()
        cases = {name: partial(way, places[name], combinations) for name, way in ways.items()}
        costs = alternating(cases, rounds)
    rows = [
        [
            name,
            f"{middle(runs).seconds:.1f}",
            f"{middle(runs).processors:.1f}",
            ratio(runs, costs["pool"]),
            f"{middle(runs).memory:.0f}",
        ]
        for name, runs in costs.items()
    ]
    named = f"{combinations} combinations"
    head = [named, "time (s)", "CPU (s)", "ratio to the pool", "memory (MiB)"]
    print_table(head, rows)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
