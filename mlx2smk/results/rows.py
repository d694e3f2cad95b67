"""What is known of each combination of a trial: the reader of results that all commands share.

A result counts if it was made by the code that is compiled now, from the SETUP that there is now. The
records are found by looking into the folder of the trial's runs, whichever jobs left them.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from mlx2smk.results.choosing import grid_of
from mlx2smk.results.live import StoredRuns
from mlx2smk.results.recorded import Results, read_context, read_hint, read_job
from mlx2smk.runtime import digests
from mlx2smk.runtime.grid import in_json, literal, params_text
from mlx2smk.runtime.trial import updates_of
from mlx2smk.runtime.variants import all_codes, codes_in
from mlx2smk.runtime.words import failure_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, TrialPlan
    from mlx2smk.runtime.documents import Context, JobMadeFrom, JobRecord, RunDict

OK_STATUS, FAILED_STATUS, MISSING_STATUS = "ok", "failed", "missing"


@dataclass(frozen=True, slots=True)
class Row:
    """A combination: its number, its parameters as JSON has them, and its run; None if it is missing.

    ``log`` is the path of its log from the folder that was compiled into; None if there is none yet.
    """

    trial: str
    number: int
    params: Mapping[str, Any]
    run: RunDict | None = None
    log: str | None = None

    @property
    def status(self) -> str:
        """`ok`, `failed` or `missing`."""
        if self.run is None:
            return MISSING_STATUS
        return OK_STATUS if self.run["success"] else FAILED_STATUS

    @property
    def error(self) -> str | None:
        """The type and the first line of the error, if it failed."""
        return None if self.run is None or self.run["success"] else failure_line(self.run)


def rows_of(directory: Path, plan: Plan, trials: Sequence[TrialPlan] | None = None) -> list[Row]:
    """Return what is known of all combinations of some trials, or of all, in order."""
    chosen = plan.trials if trials is None else trials
    return [row for trial in chosen for row in trial_rows(directory, plan, trial)]


def trial_rows(directory: Path, plan: Plan, trial: TrialPlan) -> list[Row]:
    """Return what is known of the combinations of a trial, in order."""
    params = params_of(trial)
    found = _TrialRuns(directory, plan, trial, params)
    found.read_records()
    found.read_store()
    logs = _Logs(directory, plan, trial)
    return [
        Row(trial.name, number, each, run, run.get("log") if run else logs.of(number))
        for number, (each, run) in enumerate(zip(params, found.runs, strict=True))
    ]


def params_of(trial: TrialPlan) -> list[dict[str, Any]]:
    """Return the parameters of each combination, as a run has them in JSON."""
    names = [name for name, _ in trial.parameters]
    values = [[in_json(literal(text)) for text in texts] for _, texts in trial.parameters]
    return [dict(zip(names, each, strict=True)) for each in product(*values)]


def context_before(directory: Path, plan: Plan, trial: TrialPlan, number: int) -> Context | None:
    """Return what a combination sees of SETUP; None if no run has come to its trial yet.

    In a trial that runs in order it sees the updates of the combinations before it: None as well if one
    of these is missing.
    """
    context = read_context(Results(directory, plan.experiment).context_path(trial.name))
    if context is None or not trial.chained:
        return context
    seen = dict(context)
    for row in trial_rows(directory, plan, trial)[:number]:
        if row.run is None:
            return None
        seen.update(updates_of(row.run))
    return seen


class _TrialRuns:
    """Collects the runs of a trial by the numbers of their combinations."""

    def __init__(
        self, directory: Path, plan: Plan, trial: TrialPlan, params: Sequence[dict[str, Any]]
    ) -> None:
        self.runs: list[RunDict | None] = [None] * len(params)
        self._directory = directory
        self._plan = plan
        self._trial = trial
        self._params = params
        self._results = Results(directory, plan.experiment)
        self._made: JobMadeFrom | None = None
        self._context = read_context(self._results.context_path(trial.name))
        self._seen = {k: digests.of_json(v) for k, v in (self._context or {}).items()}
        self._numbers: dict[str, list[int]] | None = None

    def read_records(self) -> None:
        """Take the runs from the records of jobs: first those of the plan, then whatever there is."""
        own = {job.name: job for job in self._trial.jobs}
        others: list[tuple[RunDict, str]] = []
        for path in self._paths():
            record = read_job(path, whole=True)
            made = record.get("made_from") if record is not None else None
            if record is None or made is None or not self._counts(record):
                continue
            self._made = self._made or made
            job = own.get(path.stem)
            is_own = job is not None and record.get("digest") == job.digest
            runs = [*zip(record["runs"], codes_in(made, len(record["runs"])), strict=True)]
            others += self._rest(job.first, runs) if job and is_own else runs
        self._place(others)

    def _paths(self) -> list[Path]:
        """Return the paths of the records, the most recent ones first."""
        paths = self._results.run_path(self._trial.name, "any").parent.glob("*.json")
        return sorted(paths, key=_modified, reverse=True)

    def _counts(self, record: JobRecord) -> bool:
        made = record["made_from"]
        if set(all_codes(made)).isdisjoint(self._trial.codes) or "runs" not in record:
            return False
        return self._context is None or made.get("context") == self._seen

    def _rest(self, first: int, runs: Sequence[tuple[RunDict, str]]) -> list[tuple[RunDict, str]]:
        """Take the runs of consecutive combinations; return those that are of others."""
        rest = []
        for number, (run, code) in enumerate(runs, first):
            if number < len(self._params) and self._params[number] == run["params"]:
                self._take(number, run, code)
            else:
                rest.append((run, code))
        return rest

    def _take(self, number: int, run: RunDict, code: str) -> bool:
        """Take the run of a combination, if it is of the code that this runs now."""
        is_current = code == self._trial.code_of(number)
        if is_current:
            self.runs[number] = run
        return is_current

    def _place(self, runs: Sequence[tuple[RunDict, str]]) -> None:
        """Give runs of unknown numbers to the combinations with their parameters."""
        if not runs:
            return
        if self._numbers is None:
            self._numbers = {}
            for number, params in enumerate(self._params):
                self._numbers.setdefault(params_text(params), []).append(number)
        for run, code in runs:
            for number in self._numbers.get(params_text(run["params"]), ()):
                if self.runs[number] is None and self._take(number, run, code):
                    break

    def read_store(self) -> None:
        """Take the runs of jobs that are not finished from the store of results."""
        missing = [number for number, run in enumerate(self.runs) if run is None]
        if not missing or self._context is None:
            return
        stored = StoredRuns(self._directory, self._plan, self._trial, self._made)
        state: Context = {}
        grid = grid_of(self._trial)
        for number in range(len(self.runs)) if self._trial.chained else missing:
            run = self.runs[number]
            if run is None:
                run = self.runs[number] = stored.run(grid, number, {**self._context, **state})
            if self._trial.chained:
                if run is None:
                    return  # what comes after it has not been reached
                state.update(updates_of(run))


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # its job begins again just now
        return 0


class _Logs:
    """The logs of a trial's jobs that have left no record yet."""

    def __init__(self, directory: Path, plan: Plan, trial: TrialPlan) -> None:
        self._directory = directory
        pattern = Results(directory, plan.experiment).log_path(trial.name, "*")
        self._there = {path.stem: path for path in pattern.parent.glob(pattern.name)}
        self._jobs = sorted(trial.jobs, key=lambda job: job.first)
        self._firsts = [job.first for job in self._jobs]

    def of(self, number: int) -> str | None:
        """Return the path of the log of a combination's job, if it has one."""
        at = bisect_right(self._firsts, number) - 1
        job = self._jobs[at] if at >= 0 else None
        path = self._there.get(job.name) if job and number < job.first + job.count else None
        return None if path is None else path.relative_to(self._directory).as_posix()


def report_document(directory: Path, plan: Plan) -> Any:
    """Return the report that the last run made; None if there is none."""
    return read_hint(Results(directory, plan.experiment).report_path)
