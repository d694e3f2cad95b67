"""How trials were compiled before and how long their combinations took, as the basis for batches."""

from __future__ import annotations

from math import ceil
from statistics import median
from typing import TYPE_CHECKING

from mlx2smk.planning.batching import Earlier
from mlx2smk.planning.plan_reading import from_json
from mlx2smk.results.recorded import Results, read_hint
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, TrialPlan

SAMPLE = 50
"""The number of records that are read to learn how long a trial's combinations take."""


def earlier_trials(directory: Path, stem: str, plan: Plan | None = None) -> dict[str, Earlier]:
    """Return, by name, the trials of an experiment that have left results in the folder.

    ``plan`` is the plan in the folder, if it has been read already.
    """
    path = directory / layout.plan_path(stem)
    try:
        plan = plan or from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    found = {trial.name: _earlier(trial, Results(directory, stem)) for trial in plan.trials}
    return {name: earlier for name, earlier in found.items() if earlier is not None}


def _earlier(trial: TrialPlan, results: Results) -> Earlier | None:
    records = _records(trial, results)
    if not records:
        return None
    step = ceil(len(records) / SAMPLE)
    seconds = [duration for path in records[::step] for duration in _durations(path)]
    return Earlier(
        codes=frozenset(trial.codes),
        chained=trial.chained,
        per_job=max((job.count for job in trial.jobs), default=1),
        seconds=median(seconds) if seconds else None,
        has_tail=trial.tail is not None,
    )


def _records(trial: TrialPlan, results: Results) -> list[Path]:
    """Return the records of the plan's jobs, or those of other jobs if none of these has run yet."""
    own = [results.run_path(trial.name, job.name) for job in trial.jobs]
    there = [path for path in own if path.exists()]
    return there or sorted(results.run_path(trial.name, "any").parent.glob("*.json"))


def _durations(path: Path) -> Iterator[float]:
    record = read_hint(path)
    runs = record.get("runs") if isinstance(record, dict) else None
    for run in runs if isinstance(runs, list) else ():
        if isinstance(run, dict) and run.get("success") and isinstance(run.get("duration"), float):
            yield run["duration"]
