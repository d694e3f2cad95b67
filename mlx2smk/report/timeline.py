"""When each job ran, from Snakemake's records, in lanes: as many as jobs ran at once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.results.recorded import Results, read_hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan

APART = 300.0
"""Seconds without any job after which a job belongs to another run."""

SLACK = 0.1
"""Seconds by which a job may seem to begin before the one whose core it takes has ended."""

RUNS_SHOWN = 5
_FOLDER_LENGTH = 254
"""Characters of a base 64 name that Snakemake puts into one folder, without the `@`."""


@dataclass(frozen=True, slots=True)
class JobTime:
    """When a job ran, in seconds since the epoch."""

    function: str
    job: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class JobBar:
    """A job in a lane of a run; the times are seconds since the first job of the run began."""

    run: int
    lane: int
    function: str
    job: str
    start: float
    end: float


def job_times(directory: Path, plan: Plan) -> list[JobTime]:
    """Return when the jobs of setups, trials and verifications ran, as far as Snakemake recorded it."""
    results = Results(directory, plan.experiment)
    found = (_time(directory, *each) for each in _records(results, plan))
    return sorted(
        (time for time in found if time is not None), key=lambda time: (time.start, time.job)
    )


def _records(results: Results, plan: Plan) -> Iterator[tuple[str, str, Path]]:
    for setup in plan.setups:
        yield setup.name, "", results.setup_path(setup.name)
    for trial in plan.trials:
        folder = results.run_path(trial.name, "any").parent
        yield from ((trial.name, path.stem, path) for path in sorted(folder.glob("*.json")))
    for verify in plan.verifications:
        yield verify.name, "", results.verdict_path(verify.name)


def _time(directory: Path, function: str, job: str, path: Path) -> JobTime | None:
    record = read_hint(_metadata(directory, path.relative_to(directory).as_posix()))
    start, end = (record.get(key) for key in ("starttime", "endtime")) if record else (None, None)
    if not isinstance(start, (int, float)) or not isinstance(end, (int, float)):
        return None
    return JobTime(function, job, float(start), max(float(start), float(end)))


def _metadata(directory: Path, output: str) -> Path:
    """Return where Snakemake records an output: under its name in base 64, in pieces if it is long."""
    name = urlsafe_b64encode(output.encode()).decode()
    folder = directory / ".snakemake" / "metadata"
    while len(name) > _FOLDER_LENGTH:
        folder, name = folder / f"@{name[:_FOLDER_LENGTH]}", name[_FOLDER_LENGTH:]
    return folder / name


def job_bars(times: Iterable[JobTime]) -> tuple[list[JobBar], list[float]]:
    """Return the jobs of the last runs in lanes, and when each of these runs began."""
    runs: list[list[JobTime]] = []
    end = 0.0
    for time in times:
        if not runs or time.start > end + APART:
            runs.append([])
        runs[-1].append(time)
        end = max(end, time.end)
    runs = runs[-RUNS_SHOWN:]
    bars = [bar for number, run in enumerate(runs) for bar in _lanes(number, run)]
    return bars, [run[0].start for run in runs]


def _lanes(number: int, run: list[JobTime]) -> Iterator[JobBar]:
    begin = run[0].start
    free: list[float] = []  # when each lane becomes free
    for time in run:
        lane = next((at for at, end in enumerate(free) if end <= time.start + SLACK), len(free))
        free[lane : lane + 1] = [time.end]
        start, end = (round(at - begin, 3) for at in (time.start, time.end))
        yield JobBar(number, lane + 1, time.function, time.job, start, end)
