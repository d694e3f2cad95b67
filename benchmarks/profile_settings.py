"""What each setting of the emitted profile costs or saves, as the table in `docs/profile.md`.

    python benchmarks/profile_settings.py [combinations] [rounds]

A trial of that many trivial combinations runs with the profile as it is and, right after it, without
one of its settings. What counts are the ratios of the two, of wall-clock and of CPU time,
which a busy machine changes little.
"""
# ruff: noqa: INP001, T201 -- a script that prints

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import yaml

from mlx2smk.cli import main as mlx

EXPERIMENT = """\
from mlx2smk import trial

@trial(1, {{"n": {values}}})
def train(n):
    return n
"""
PROFILE = Path("workflow", "profiles", "default", "config.yaml")


class Cost(NamedTuple):
    """Cost of a run: wall-clock time and CPU time, both in seconds."""

    seconds: float
    processors: float


def main(combinations: int = 300, rounds: int = 3) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        _compile(Path(folder), combinations)
        profile = yaml.safe_load((Path(folder) / PROFILE).read_text(encoding="utf-8"))
        print("| left out | with (s) | without (s) | without / with | CPU time, without / with |")
        print("|---|---|---|---|---|")
        for setting in profile:
            pairs = [_pair(Path(folder), profile, setting) for _ in range(rounds)]
            print(_line(setting, pairs), flush=True)


def _compile(folder: Path, combinations: int) -> None:
    values = list(range(combinations))
    experiment = folder / "exp.py"
    experiment.write_text(EXPERIMENT.format(values=values), encoding="utf-8")
    if mlx(["compile", str(experiment), "--directory", str(folder), "--format", "json"]):
        raise SystemExit("the experiment does not compile")


def _pair(folder: Path, profile: dict[str, object], setting: str) -> tuple[Cost, Cost]:
    """Run with the whole profile and without a setting."""
    rest = {key: value for key, value in profile.items() if key != setting}
    return _cost(folder, profile), _cost(folder, rest)


def _cost(folder: Path, profile: dict[str, object]) -> Cost:
    for name in ("results", "logs", ".mlx", ".snakemake"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / PROFILE).write_text(yaml.safe_dump(profile), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "-j2"]
    start, used = time.perf_counter(), _processor_seconds()
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return Cost(time.perf_counter() - start, _processor_seconds() - used)


def _processor_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _line(setting: str, pairs: list[tuple[Cost, Cost]]) -> str:
    with_ = statistics.median(cost.seconds for cost, _ in pairs)
    without = statistics.median(cost.seconds for _, cost in pairs)
    times = _ratio([without.seconds / with_.seconds for with_, without in pairs])
    processors = _ratio([without.processors / with_.processors for with_, without in pairs])
    return f"| `{setting}` | {with_:.1f} | {without:.1f} | {times} | {processors} |"


def _ratio(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
