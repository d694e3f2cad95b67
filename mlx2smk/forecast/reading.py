"""Reads what earlier runs of an experiment left, which may be incomplete."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter
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
from mlx2smk.results.recorded import (
    Results,
    read_context,
    read_job,
    read_runs,
    read_setup,
    read_verdict,
)
from mlx2smk.results.stored import has_runs
from mlx2smk.results.validation import reading
from mlx2smk.runtime import jsontext, layout, origin
from mlx2smk.runtime.contents import Contents
from mlx2smk.runtime.grid import params_text
from mlx2smk.runtime.store import Store
from mlx2smk.runtime.trial import updates_of
from mlx2smk.runtime.variants import codes_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlx2smk.analysis.slicing import Piece
    from mlx2smk.planning.job_plan import JobPlan
    from mlx2smk.planning.plan import Plan, TrialPlan
    from mlx2smk.runtime.documents import (
        Context,
        JobRecord,
        RunDict,
        SetupRecord,
        VerdictRecord,
    )
    from mlx2smk.runtime.makers import Makers
    from mlx2smk.runtime.store import Found

    Records = Mapping[str, dict[str, Any]]


def read_past(directory: Path, plan: Plan, interpreter: str | None) -> Past:
    """Return what runs of an experiment left in a folder, and the current state of its inputs.

    ``interpreter`` is the one chosen for the jobs; None for the default.
    """
    touched = BasisFinder(directory, plan, interpreter)
    results = Results(directory, plan.experiment)
    reader = _Reader(results, plan, touched, _records(results, plan))
    base = directory / layout.experiment_folder(plan.experiment)
    inputs = {path for trial in plan.trials for path in trial.inputs}
    return Past(
        archive=FolderArchive(directory, plan, touched),
        source=plan.source,
        setups=dict(reader.setups()),
        trials={trial.name: reader.trial(trial) for trial in plan.trials},
        verdicts=dict(reader.verdicts()),
        contexts=dict(reader.contexts()),
        inputs={path: touched.contents(path) for path in inputs},
        environment=origin.environment(str(base), plan.conda, plan.container, interpreter),
        python=origin.interpreter(),
        others=dict(reader.others()),
    )


class FolderArchive:
    """The store of results and the archive of code in a folder."""

    def __init__(self, directory: Path, plan: Plan, touched: BasisFinder) -> None:
        self._directory = directory
        self._folder = directory / layout.STORE
        self._results = Results(directory, plan.experiment)
        self._stores = {
            (trial.name, code): Store(
                *(str(self._folder), f"{plan.experiment}/{trial.name}", code),
                unpacked=True,
                limits={"timeout": trial.timeout, "memory": trial.memory},
            )
            for trial in plan.trials
            for code in trial.codes
        }
        self._codes = {trial.name: trial.code_of for trial in plan.trials}
        self._known: dict[str, bool] = {}
        self._touched = touched
        self._beside: tuple[tuple[str, str], Makers] | None = None

    def stored(self, trial: str, job: JobPlan, number: int, key: str) -> list[StoredRun]:
        """Return the runs with that key, in the order in which the job considers them."""
        path = str(self._results.run_path(trial, job.name))
        store = self._stores[trial, self._codes[trial](number)]
        candidates = list(store.candidates(key, path))
        if not candidates:
            return []
        beside = self._makers_beside(trial, job)
        touched = (
            self._touched.basis_beside(trial, number, f.observed, beside) for f in candidates
        )
        bases = [
            _restored(store, each, basis) for each, basis in zip(candidates, touched, strict=True)
        ]
        current = (at for at, basis in enumerate(bases) if not basis.differences)
        # The next combinations see the files of the run taken from the store, or else of a new run.
        beside.add(self._touched.run(trial, number), candidates[next(current, 0)].observed)
        runs = zip(candidates, bases, strict=True)
        return [StoredRun(updates_of(each.run), basis) for each, basis in runs]

    def _makers_beside(self, trial: str, job: JobPlan) -> Makers:
        """Return who made what, as the job will see it at its next combination."""
        if self._beside is None or self._beside[0] != (trial, job.name):
            self._beside = (trial, job.name), self._touched.makers_beside(trial, job.numbers)
        return self._beside[1]

    def knows(self, code: str) -> bool:
        """Whether any runs of that code are stored."""
        if code not in self._known:
            self._known[code] = has_runs(self._folder, code)
        return self._known[code]

    def pieces(self, code: str) -> tuple[Piece, ...] | None:
        """Return the pieces of the function with that digest; None if they are not known."""
        return read_code(self._directory, code)


def _restored(store: Store, candidate: Found, basis: Basis) -> Basis:
    """Return the basis of a stored run after its outputs are restored, as the job will do."""
    can = store.can_restore
    left = tuple(d for d in basis.differences if not can(candidate, d.kind, d.name))
    return replace(basis, differences=left)


@dataclass(frozen=True, slots=True)
class _Records:
    """The records of setups, jobs and verifications; `jobs` has those of a trial by their names."""

    setups: Mapping[str, SetupRecord]
    jobs: Mapping[str, Mapping[str, JobRecord]]
    verdicts: Mapping[str, VerdictRecord]


def _records(results: Results, plan: Plan) -> _Records:
    """Read all records, before anything rests on one of them."""
    setups = {setup.name: read_setup(results.setup_path(setup.name)) for setup in plan.setups}
    verdicts = {v.name: read_verdict(results.verdict_path(v.name)) for v in plan.verifications}
    jobs = {
        trial.name: {path.stem: read_job(path) for path in _job_paths(results, trial)}
        for trial in plan.trials
    }
    return _Records(
        {name: record for name, record in setups.items() if record is not None},
        {
            trial: {name: record for name, record in records.items() if record is not None}
            for trial, records in jobs.items()
        },
        {name: record for name, record in verdicts.items() if record is not None},
    )


def _job_paths(results: Results, trial: TrialPlan) -> list[Path]:
    return sorted(results.run_path(trial.name, "any").parent.glob("*.json"))


@dataclass(frozen=True, slots=True)
class _Reader:
    results: Results
    plan: Plan
    touched: BasisFinder
    records: _Records

    def setups(self) -> Iterator[tuple[str, SetupPast]]:
        for name, record in self.records.setups.items():
            with reading(self.results.setup_path(name), "setup"):
                basis = self.touched.basis("setups", name)
                yield name, replace(_setup(record), basis=basis)

    def trial(self, trial: TrialPlan) -> TrialPast:
        records = self.records.jobs[trial.name]
        file, updates = self.results.collected_paths(trial.name)
        collected = read_runs(file)
        runs = (
            each
            for job in trial.jobs
            for each in zip(job.numbers, _runs(records.get(job.name)), strict=False)
        )
        current = [run for _, run in sorted(runs, key=itemgetter(0))]
        return TrialPast(
            jobs=dict(self._jobs(trial, records)),
            collected=updates.exists() and jsontext.is_same(collected, current),
            file=origin.content(str(file), Contents()),
            logged=self._logged(trial),
            seconds=dict(self._seconds(trial, collected or [])),
            declared=self.touched.declared(trial),
        )

    def _logged(self, trial: TrialPlan) -> frozenset[str]:
        logs = self.results.log_path(trial.name, "*")
        return frozenset(path.stem for path in logs.parent.glob(logs.name))

    def _seconds(
        self, trial: TrialPlan, collected: Sequence[RunDict]
    ) -> Iterator[tuple[str, float]]:
        """Yield how long combinations took, those that count last."""
        with reading(self.results.collected_paths(trial.name)[0], "runs"):
            yield from ((params_text(run["params"]), run["duration"]) for run in collected)
        for name, record in self.records.jobs[trial.name].items():
            with reading(self.results.run_path(trial.name, name), "job"):
                for run in _runs(record):
                    yield params_text(run["params"]), run["duration"]

    def _jobs(
        self, trial: TrialPlan, records: Mapping[str, JobRecord]
    ) -> Iterator[tuple[str, JobPast]]:
        current = {job.name for job in trial.jobs}
        for name, record in records.items():
            known = name in current
            with reading(self.results.run_path(trial.name, name), "job"):
                basis = self.touched.basis("trials", trial.name, name) if known else Basis()
                yield name, replace(_job(record), basis=basis)

    def verdicts(self) -> Iterator[tuple[str, VerdictPast]]:
        for name, record in self.records.verdicts.items():
            with reading(self.results.verdict_path(name), "judgement"):
                basis = self.touched.basis("verifications", name)
                yield name, replace(_verdict(record), basis=basis)

    def contexts(self) -> Iterator[tuple[str, Context]]:
        plan = self.plan
        for function in plan.functions:
            context = read_context(self.results.context_path(function.name))
            if context is not None:
                yield function.name, context

    def others(self) -> Iterator[tuple[str, int]]:
        current = {trial.name for trial in self.plan.trials}
        folder = self.results.run_path("any", "any").parent.parent
        for path in sorted(folder.glob("*")):
            if path.name not in current and path.is_dir():
                yield path.name, len(list(path.glob("*.json")))


def _job(record: JobRecord) -> JobPast:
    made, recorded = _made_from(record), _runs(record)
    runs = (
        RunPast(run["success"], params_text(run["params"]), updates_of(run), code)
        for run, code in zip(recorded, codes_in(made, len(recorded)), strict=True)
    )
    return JobPast(
        digest=record.get("digest", ""),
        context=made.get("context", {}),
        inputs=made.get("inputs", {}),
        environment=made.get("environment", []),
        chained=made.get("chained", False),
        previous=made.get("previous"),
        runs=tuple(runs),
    )


def _setup(record: SetupRecord) -> SetupPast:
    made = _made_from(record)
    return SetupPast(
        code=record.get("digest", ""),
        context=made.get("context", {}),
        returned=record.get("returned", {}),
        seconds=record.get("duration", 0.0),
        environment=made.get("environment"),
    )


def _verdict(record: VerdictRecord) -> VerdictPast:
    made = _made_from(record)
    return VerdictPast(
        code=made.get("code", ""),
        context=made.get("context", {}),
        trials=made.get("trials", {}),
        seconds=record.get("duration", 0.0),
        crashed="error" in record,
        environment=made.get("environment"),
    )


def _made_from(record: JobRecord | SetupRecord | VerdictRecord) -> Mapping[str, Any]:
    """Return what a result was made from; of records of earlier versions there may be less."""
    return record.get("made_from", {})


def _runs(record: JobRecord | None) -> list[RunDict]:
    return record.get("runs", []) if record else []
