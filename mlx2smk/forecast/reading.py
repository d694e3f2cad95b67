"""Reads what earlier runs of an experiment left, which may be incomplete."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlx2smk.emission.archive import read_code
from mlx2smk.forecast.past import (
    Basis,
    JobPast,
    Past,
    RunPast,
    SetupPast,
    StoredRun,
    TrialPast,
    VerdictPast,
)
from mlx2smk.forecast.touched import BasisFinder
from mlx2smk.forecast.trial_forecasts import params_text
from mlx2smk.results.recorded import Results, read_json, read_record
from mlx2smk.results.stored import STORE, stored_records
from mlx2smk.runtime import origin
from mlx2smk.runtime.contents import Contents
from mlx2smk.runtime.store import Store
from mlx2smk.runtime.trial import updates_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlx2smk.analysis.slicing import Piece
    from mlx2smk.planning.plan import JobPlan, Plan, TrialPlan
    from mlx2smk.runtime.makers import Makers
    from mlx2smk.runtime.store import Found

    Records = Mapping[str, dict[str, Any]]


def read_past(directory: Path, plan: Plan, interpreter: str | None) -> Past:
    """Return what runs of an experiment left in a folder, and the current state of its inputs.

    ``interpreter`` is the one chosen for the jobs; None for the default.
    """
    touched = BasisFinder(directory, plan, interpreter)
    reader = _Reader(Results(directory, plan.experiment), plan, touched)
    base = directory / "workflow" / "experiments" / plan.experiment
    inputs = {path for trial in plan.trials for path in trial.inputs}
    return Past(
        archive=FolderArchive(directory, plan, touched),
        source=plan.source,
        setups=dict(reader.setups()),
        trials={trial.name: reader.trial(trial) for trial in plan.trials},
        verdicts=dict(reader.verdicts()),
        contexts=dict(reader.contexts()),
        inputs={path: touched.contents(path) for path in inputs},
        environment=origin.environment(
            str(base), {"conda": plan.conda, "container": plan.container}, interpreter
        ),
        python=origin.interpreter(),
        others=dict(reader.others()),
    )


class FolderArchive:
    """The store of results and the archive of code in a folder."""

    def __init__(self, directory: Path, plan: Plan, touched: BasisFinder) -> None:
        self._directory = directory
        self._folder = directory / STORE
        self._results = Results(directory, plan.experiment)
        self._stores = {
            trial.name: Store(str(self._folder), f"{plan.experiment}/{trial.name}", trial.digest)
            for trial in plan.trials
        }
        self._codes: frozenset[str] | None = None
        self._touched = touched
        self._beside: tuple[tuple[str, str], Makers] | None = None

    def stored(self, trial: str, job: JobPlan, number: int, key: str) -> list[StoredRun]:
        """Return the runs with that key, in the order in which the job considers them."""
        path = str(self._results.run_path(trial, job.name))
        candidates = list(self._stores[trial].candidates(key, path))
        if not candidates:
            return []
        beside = self._makers_beside(trial, job)
        touched = (
            self._touched.basis_beside(trial, number, f.observed, beside) for f in candidates
        )
        bases = [
            self._restored(trial, each, basis)
            for each, basis in zip(candidates, touched, strict=True)
        ]
        current = (at for at, basis in enumerate(bases) if not basis.differences)
        # The next combinations see the files of the run taken from the store, or else of a new run.
        beside.add(self._touched.run(trial, number), candidates[next(current, 0)].observed)
        runs = zip(candidates, bases, strict=True)
        return [StoredRun(updates_of(each.run), basis) for each, basis in runs]

    def _restored(self, trial: str, candidate: Found, basis: Basis) -> Basis:
        """Return the basis of a stored run after its outputs are restored, as the job will do."""
        can = self._stores[trial].can_restore
        left = tuple(d for d in basis.differences if not can(candidate, d.kind, d.name))
        return replace(basis, differences=left)

    def _makers_beside(self, trial: str, job: JobPlan) -> Makers:
        """Return who made what, as the job will see it at its next combination."""
        if self._beside is None or self._beside[0] != (trial, job.name):
            numbers = range(job.first, job.first + job.count)
            self._beside = (trial, job.name), self._touched.makers_beside(trial, numbers)
        return self._beside[1]

    def knows(self, code: str) -> bool:
        """Whether any runs of that code are stored."""
        if self._codes is None:
            self._codes = frozenset(record.code for record in stored_records(self._folder))
        return code in self._codes

    def pieces(self, code: str) -> tuple[Piece, ...] | None:
        """Return the pieces of the function with that digest; None if they are not known."""
        return read_code(self._directory, code)


@dataclass(frozen=True, slots=True)
class _Reader:
    results: Results
    plan: Plan
    touched: BasisFinder

    def setups(self) -> Iterator[tuple[str, SetupPast]]:
        for setup in self.plan.setups:
            record = read_record(self.results.setup_path(setup.name))
            if record is not None:
                basis = self.touched.basis("setups", setup.name)
                yield setup.name, replace(_setup(record), basis=basis)

    def trial(self, trial: TrialPlan) -> TrialPast:
        records = dict(self._records(trial))
        file, updates = self.results.collected_paths(trial.name)
        collected = read_json(file)
        return TrialPast(
            jobs=dict(self._jobs(trial, records)),
            collected=updates.exists() and _same(collected, _current_runs(trial, records)),
            file=origin.content(str(file), Contents()),
            logged=self._logged(trial),
            seconds=_seconds(collected, records),
            declared=self.touched.declared(trial),
        )

    def _records(self, trial: TrialPlan) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the records of all jobs that a trial has or had, by the jobs' names."""
        folder = self.results.run_path(trial.name, "any").parent
        for path in sorted(folder.glob("*.json")):
            record = read_record(path)
            if record is not None:
                yield path.stem, record

    def _logged(self, trial: TrialPlan) -> frozenset[str]:
        logs = self.results.log_folder(trial.name).glob("*.log")
        return frozenset(path.stem for path in logs)

    def _jobs(self, trial: TrialPlan, records: Records) -> Iterator[tuple[str, JobPast]]:
        current = {job.name for job in trial.jobs}
        for name, record in records.items():
            is_current = name in current
            basis = self.touched.basis("trials", trial.name, name) if is_current else Basis()
            yield name, replace(_job(record), basis=basis)

    def verdicts(self) -> Iterator[tuple[str, VerdictPast]]:
        for verify in self.plan.verifications:
            record = read_record(self.results.verdict_path(verify.name))
            if record is not None:
                basis = self.touched.basis("verifications", verify.name)
                yield verify.name, replace(_verdict(record), basis=basis)

    def contexts(self) -> Iterator[tuple[str, dict[str, Any]]]:
        plan = self.plan
        for function in plan.functions:
            context = read_record(self.results.context_path(function.name))
            if context is not None:
                yield function.name, context

    def others(self) -> Iterator[tuple[str, int]]:
        current = {trial.name for trial in self.plan.trials}
        folder = self.results.run_path("any", "any").parent.parent
        for path in sorted(folder.glob("*")):
            if path.name not in current and path.is_dir():
                yield path.name, len(list(path.glob("*.json")))


def _job(record: dict[str, Any]) -> JobPast:
    made = _made_from(record)
    runs = (
        RunPast(run["success"], params_text(run["params"]), updates_of(run))
        for run in _runs(record)
    )
    return JobPast(
        digest=record.get("digest", ""),
        code=made.get("code", ""),
        context=made.get("context", {}),
        inputs=made.get("inputs", {}),
        environment=made.get("environment", []),
        chained=made.get("chained", False),
        previous=made.get("previous"),
        runs=tuple(runs),
    )


def _setup(record: dict[str, Any]) -> SetupPast:
    made = _made_from(record)
    return SetupPast(
        code=record.get("digest", ""),
        context=made.get("context", {}),
        returned=record.get("returned", {}),
        seconds=record.get("duration", 0.0),
        environment=made.get("environment"),
    )


def _verdict(record: dict[str, Any]) -> VerdictPast:
    made = _made_from(record)
    return VerdictPast(
        code=made.get("code", ""),
        context=made.get("context", {}),
        trials=made.get("trials", {}),
        seconds=record.get("duration", 0.0),
        crashed="error" in record,
        environment=made.get("environment"),
    )


def _made_from(record: dict[str, Any]) -> dict[str, Any]:
    made_from: dict[str, Any] = record.get("made_from", {})
    return made_from


def _runs(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = record.get("runs", [])
    return runs


def _current_runs(trial: TrialPlan, records: Records) -> list[dict[str, Any]]:
    """Return the runs of a trial's jobs, in order."""
    return [run for job in trial.jobs for run in _runs(records.get(job.name, {}))]


def _seconds(collected: Any, records: Records) -> dict[str, float]:
    """Return how long combinations took; the records are newer than the collected results."""
    earlier = collected if isinstance(collected, list) else []
    recorded = (run for record in records.values() for run in _runs(record))
    return {params_text(run["params"]): run["duration"] for run in (*earlier, *recorded)}


def _same(one: Any, other: Any) -> bool:
    """Compare JSON values as texts, so that NaN equals NaN."""
    return json.dumps(one) == json.dumps(other)
