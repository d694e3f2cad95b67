"""How far the run of an experiment is."""

from __future__ import annotations

import fcntl
import time
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from mlx2smk.results.recorded import Results, read_context, read_runs, read_setup, read_verdict
from mlx2smk.results.rows import FAILED_STATUS, OK_STATUS, Row, params_of, trial_rows
from mlx2smk.runtime import digests, layout, verdicts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, SetupPlan, TrialPlan, VerifyPlan
    from mlx2smk.runtime.documents import VerdictRecord

VALIDATED, RUNNING, NOT_FINISHED, NOT_RUN = "validated", "running", "not finished", "not run"


@dataclass(frozen=True, slots=True)
class TrialProgress:
    """The rows of a trial, and how many of its combinations run just now."""

    name: str
    rows: tuple[Row, ...]
    running: int = 0

    @property
    def total(self) -> int:
        """All combinations; each is in exactly one of the other counts."""
        return len(self.rows)

    @property
    def done(self) -> int:
        """Combinations that succeeded."""
        return sum(row.status == OK_STATUS for row in self.rows)

    @property
    def failed(self) -> int:
        """Combinations that failed."""
        return sum(row.status == FAILED_STATUS for row in self.rows)

    @property
    def waiting(self) -> int:
        """Combinations that have no result and do not run."""
        return self.total - self.done - self.failed - self.running

    @property
    def left(self) -> float | None:
        """Seconds of computing that are left, as far as earlier combinations tell; None if none has run."""
        runs = [row.run for row in self.rows if row.run is not None]
        if not runs and self.rows:
            return None
        return (len(self.rows) - len(runs)) * (
            fmean(run["duration"] for run in runs) if runs else 0
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an experiment is; ``started`` is the time at which the running Snakemake began, if one runs.

    ``verdicts`` are the records of those verifications that have judged the results that there are now.
    ``complete`` says that the setups have run as they are now, and that there is a report.
    """

    plan: Plan
    trials: tuple[TrialProgress, ...]
    verdicts: dict[str, VerdictRecord | None]
    started: float | None
    complete: bool

    @property
    def status(self) -> str:
        """The status of a finished run, or how far it is."""
        judged = [found["verdict"] for found in self.verdicts.values() if found is not None]
        finished = all(trial.done + trial.failed == trial.total for trial in self.trials)
        if self.complete and finished and len(judged) == len(self.verdicts):
            return verdicts.status(judged)
        if self.started is not None:
            return RUNNING
        begun = judged or any(trial.done + trial.failed for trial in self.trials)
        return NOT_FINISHED if begun else NOT_RUN

    @property
    def failures(self) -> list[Row]:
        """All combinations that failed, in order."""
        return [row for trial in self.trials for row in trial.rows if row.status == FAILED_STATUS]

    @property
    def elapsed(self) -> float | None:
        """Seconds since Snakemake began; None if it does not run."""
        return None if self.started is None else max(0.0, time.time() - self.started)

    @property
    def left(self) -> float | None:
        """Seconds that are left, if as many combinations run at once as now; None if nothing tells."""
        parts = [trial.left for trial in self.trials]
        known = [part for part in parts if part is not None]
        if self.started is None or len(known) < len(parts):
            return None
        return sum(known) / max(1, sum(trial.running for trial in self.trials))


def progress_of(directory: Path, plan: Plan) -> Progress:
    """Return how far an experiment that is compiled into a folder is."""
    started = running_since(directory)
    results = Results(directory, plan.experiment)
    trials = tuple(_trial(directory, plan, trial, started) for trial in plan.trials)
    current = {trial.name for trial in trials if _is_collected(results, trial)}
    found = {
        each.name: _verdict(results, each) if current.issuperset(each.depends) else None
        for each in plan.verifications
    }
    complete = results.report_path.is_file() and all(_has_run(results, s) for s in plan.setups)
    return Progress(plan, trials, found, started, complete)


def no_progress(plan: Plan) -> Progress:
    """Return the progress of an experiment of which nothing has run."""
    trials = tuple(
        TrialProgress(
            trial.name,
            tuple(Row(trial.name, at, each) for at, each in enumerate(params_of(trial))),
        )
        for trial in plan.trials
    )
    return Progress(plan, trials, {v.name: None for v in plan.verifications}, None, complete=False)


def _has_run(results: Results, setup: SetupPlan) -> bool:
    record = read_setup(results.setup_path(setup.name))
    return record is not None and record.get("digest") == setup.digest


def running_since(directory: Path) -> float | None:
    """Return when the Snakemake that runs in the folder began; None if none runs."""
    locks = list((directory / ".snakemake" / "locks").glob("*"))
    if not locks or not _is_held(directory / layout.RUN_LOCK):
        return None
    return max((_time(path) or 0.0) for path in locks)


def _is_held(path: Path) -> bool:
    """Tell whether a Snakemake holds the lock, or that cannot be found out."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    except OSError:  # the file system has no such locks
        return True
    return False


def _time(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _trial(directory: Path, plan: Plan, trial: TrialPlan, started: float | None) -> TrialProgress:
    rows = tuple(trial_rows(directory, plan, trial))
    missing = sum(row.run is None for row in rows)
    running = min(missing, _running(Results(directory, plan.experiment), trial.name, started))
    return TrialProgress(trial.name, rows, running)


def _running(results: Results, trial: str, started: float | None) -> int:
    """Return how many jobs of a trial run: they have begun a log in this run, but left no record."""
    if started is None:
        return 0
    pattern = results.log_path(trial, "*")
    logs = [path for path in pattern.parent.glob(pattern.name) if (_time(path) or 0) >= started]
    return sum(not results.run_path(trial, path.stem).exists() for path in logs)


def _is_collected(results: Results, trial: TrialProgress) -> bool:
    """Tell whether the file of all runs of a trial has the runs that there are now."""
    if any(row.run is None for row in trial.rows):
        return False
    file = results.collected_paths(trial.name)[0]
    records = results.run_path(trial.name, "any").parent.glob("*.json")
    newest = max((_time(path) or 0.0 for path in records), default=0.0)
    made = _time(file)
    if made is not None and made >= newest:
        return True
    return read_runs(file) == [row.run for row in trial.rows]


def _verdict(results: Results, verify: VerifyPlan) -> VerdictRecord | None:
    """Return a verification's record, if its code, its SETUP and the results that it judged are current."""
    record = read_verdict(results.verdict_path(verify.name), whole=True)
    made = record.get("made_from") if record is not None else None
    if record is None or made is None or made.get("code") != verify.digest:
        return None
    context = read_context(results.context_path(verify.name))
    if context is not None:
        seen = {key: digests.of_json(value) for key, value in context.items()}
        if made.get("context") != seen:
            return None
    return record if _judges(results, made.get("trials", {}), verify.depends) else None


def _judges(results: Results, judged: dict[str, str], trials: Sequence[str]) -> bool:
    for trial in trials:
        file = results.collected_paths(trial)[0]
        try:
            if judged.get(trial) != digests.of_file(str(file)):
                return False
        except OSError:
            return False
    return True
