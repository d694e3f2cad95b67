"""What the benchmarks share: experiments to run, runs one beside the other, ratios, tables."""
# ruff: noqa: INP001, T201 -- scripts that print

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

LEFT = ("results", "logs", ".mlx", ".snakemake")
SNAKEMAKE = (sys.executable, "-m", "snakemake", "-j2")
EXPERIMENT = """\
from mlx2smk import trial


@trial(1, {{"n": {values}}})
def t(n):
    return n
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a command and its children: time and CPU time in seconds, peak memory in MiB."""

    seconds: float
    processors: float
    memory: float


def run(command: Sequence[str], folder: Path) -> Cost:
    """Run a command in a folder, where its output goes to a file; it must succeed."""
    began = time.perf_counter()
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        text = (folder / "said.txt").read_text(errors="replace")
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{text[-2000:]}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def alternating(cases: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """Run each case once a round, one after the other, so that all see the same machine."""
    costs: dict[str, list[Cost]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, case in cases.items():
            costs[name].append(case())
    return costs


def middle(costs: Sequence[Cost]) -> Cost:
    """Return the medians."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processors for cost in costs),
        statistics.median(cost.memory for cost in costs),
    )


def ratio(costs: Sequence[Cost], base: Sequence[Cost]) -> str:
    """Return the ratios of time and of CPU time to the base, as medians over the rounds."""
    times = statistics.median(a.seconds / b.seconds for a, b in zip(costs, base, strict=True))
    used = statistics.median(a.processors / b.processors for a, b in zip(costs, base, strict=True))
    return f"{times:.2f} / {used:.2f}"


def print_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table, each row as it comes; the first column is text, the others are numbers."""
    print("|", " | ".join(head), "|")
    print("|---" + "|--:" * (len(head) - 1) + "|")
    for row in rows:
        print("|", " | ".join(map(str, row)), "|", flush=True)


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mlx-bench-") as name:
        yield Path(name)


def program(name: str) -> str:
    """Return the path of a program that came with a package."""
    return str(Path(sys.executable).parent / name)


def write_experiment(place: Path, combinations: int) -> Path:
    """Write an experiment of so many trivial combinations."""
    path = place / "exp.py"
    path.write_text(EXPERIMENT.format(values=list(range(combinations))), encoding="utf-8")
    return path


def compile_in(place: Path, *options: str) -> Cost:
    """Compile the folder's experiment."""
    return run([sys.executable, "-m", "mlx2smk.cli", "compile", "exp.py", *options], place)


def snakemake(place: Path, *options: str) -> Cost:
    """Run what is compiled."""
    return run([*SNAKEMAKE, *options], place)


def from_scratch(place: Path, *options: str) -> Cost:
    """Run what is compiled as if for the first time."""
    clear(place, *LEFT)
    return snakemake(place, *options)


def clear(place: Path, *names: str) -> None:
    """Remove files and folders."""
    for name in names:
        path = place / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def count(place: Path, *names: str) -> int:
    """Return the number of files in folders."""
    return sum(path.is_file() for name in names for path in (place / name).rglob("*"))
