"""Forecasts for trials: which jobs will start, and which of their combinations will run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.code_changes import code_reasons
from mlx2smk.forecast.file_changes import reasons_for, with_files
from mlx2smk.forecast.key_changes import changed_keys, digests_of, key_changes, uncertainty
from mlx2smk.forecast.knowledge import Knowledge
from mlx2smk.forecast.outlook import Outlook
from mlx2smk.forecast.past import TrialPast
from mlx2smk.forecast.reasons import (
    Chained,
    CompilerChanged,
    InputChanged,
    Missing,
    New,
    Regrouped,
    SoftwareChanged,
)
from mlx2smk.runtime.grid import Grid, params_text
from mlx2smk.runtime.store import common_parts, key_of, ordered_and_declared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlx2smk.forecast.background import Background
    from mlx2smk.forecast.file_changes import Unsettled
    from mlx2smk.forecast.outlook import UncertainFile
    from mlx2smk.forecast.past import Basis, JobPast, Past, StoredRun
    from mlx2smk.forecast.reasons import Reason
    from mlx2smk.planning.job_plan import JobPlan
    from mlx2smk.planning.plan import TrialPlan


def forecast_trial(
    trial: TrialPlan, context: Knowledge, background: Background
) -> tuple[Outlook, Knowledge]:
    """Return the forecast for a trial, and what is known about its updates of the context."""
    seen = context.projected(trial.reads)
    grid = Grid([(name, list(texts)) for name, texts in trial.parameters])
    forecaster = _Forecaster(trial, background, seen, digests_of(seen.known), grid)
    for job in trial.jobs:
        forecaster.add(job)
    return forecaster.outlook(), forecaster.updates()


@dataclass(slots=True)
class _Forecaster:
    """Processes a trial's jobs in order, since updates may pass from one to the next.

    ``state`` has the updates of the combinations so far, and ``known`` each of them by number, None where
    it is in doubt: jobs that do not pass updates on need not be in the order of their combinations.
    """

    trial: TrialPlan
    background: Background
    seen: Knowledge
    digests: Mapping[str, str]
    grid: Grid
    files: dict[UncertainFile, None] = field(default_factory=dict)
    state: Knowledge = field(default_factory=Knowledge)
    known: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: dict[Reason, None] = field(default_factory=dict)
    old_codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: dict[str, None] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    may_be_running: list[str] = field(default_factory=list)

    def add(self, job: JobPlan) -> None:
        """Add the forecast for one job."""
        record = self._record.jobs.get(job.name)
        if self._starts(job, record):
            self.counts["jobs"] += 1
            self.counts["may_jobs"] += 1
            self._run(job)
        elif record is not None and (self._is_unsure() or self._doubts(record.basis)):
            self.counts["may_jobs"] += 1
            self._maybe_run(job, record)
        elif record is not None:
            self._keep(job, record)

    def updates(self) -> Knowledge:
        """Return what is known about the updates of all combinations, merged in order."""
        self.state = Knowledge()
        for number in sorted(self.known):
            self._merge(self.known[number])
        return self.state

    def outlook(self) -> Outlook:
        """Return the outlook for all jobs added so far."""
        counts, trial = self.counts, self.trial
        return Outlook(
            kind=trial.kind,
            name=trial.name,
            line=trial.line,
            total=trial.combinations,
            run=len(self.running),
            may_run=len(self.running) + len(self.may_be_running),
            from_store=counts["stored"],
            failed=counts["failed"],
            jobs=counts["jobs"],
            may_jobs=counts["may_jobs"],
            collects=bool(counts["jobs"]) or not self._record.collected,
            seconds=self._seconds(self.running),
            may_seconds=self._seconds([*self.running, *self.may_be_running]),
            reasons=tuple(self._reasons()),
            uncertainty=uncertainty(self.seen, self._last_seen),
            uncertain_files=tuple(self.files),
        )

    @property
    def _past(self) -> Past:
        return self.background.past

    @property
    def _unsettled(self) -> Unsettled:
        return self.background.unsettled

    @property
    def _record(self) -> TrialPast:
        return self._past.trials.get(self.trial.name, _NOTHING)

    @property
    def _last_seen(self) -> Mapping[str, Any]:
        return self._past.contexts.get(self.trial.name, {})

    def _starts(self, job: JobPlan, record: JobPast | None) -> bool:
        """Tell whether Snakemake certainly starts a job, and note the reasons."""
        return (
            record is None
            or self._is_outdated(job, record)
            or self._has_other_combinations(job, record)
            or self._follows_another(job, record)
        )

    def _is_outdated(self, job: JobPlan, record: JobPast) -> bool:
        """Tell whether the code, or something else that a record depends on, has changed."""
        reasons = [*self._changes(record)]
        certain = self._unsettled.certain(record.basis)
        reasons += reasons_for(certain, self.trial.inputs)
        self.reasons |= dict.fromkeys(reasons)
        keys = changed_keys(record.context, self.digests, self.seen)
        self.keys |= dict.fromkeys(keys)
        other_code = self._has_other_code(job, record)
        return bool(reasons or keys or other_code)

    def _has_other_code(self, job: JobPlan, record: JobPast) -> bool:
        """Tell whether a record's runs are of other code than the job's combinations, and note it."""
        found = False
        for number, run in zip(job.numbers, record.runs, strict=False):
            now = self.trial.code_of(number)
            is_other = bool(self.trial.variants) and run.params != self._text(number)
            if run.code != now and not is_other:
                found = True
                self.old_codes[now, run.code] += 1
        return found

    def _has_other_combinations(self, job: JobPlan, record: JobPast) -> bool:
        """Tell whether a record has other combinations, or another order, than the job."""
        if record.digest == job.digest:
            return False
        before, now = [run.params for run in record.runs], self._params(job)
        if sorted(before) == sorted(now):
            self.reasons[CompilerChanged() if before == now else Regrouped()] = None
        return True

    def _follows_another(self, job: JobPlan, record: JobPast) -> bool:
        """Tell whether a job of a chain comes after one that runs, or after another one than before."""
        if not self.trial.chained:
            return False
        follows = bool(self.counts["jobs"]) or record.previous != self._before(job)
        self.counts["follow"] += job.count * follows
        return follows

    def _changes(self, record: JobPast) -> Iterator[Reason]:
        """Yield changes other than those of the code, the context and the combinations."""
        if record.chained != self.trial.chained:
            yield Regrouped()
        if record.environment != self._past.environment:
            yield SoftwareChanged()
        yield from map(InputChanged, sorted(record.inputs.keys() ^ set(self.trial.inputs)))

    def _before(self, job: JobPlan) -> str | None:
        at = self.trial.jobs.index(job)
        return self.trial.jobs[at - 1].name if at else None

    def _is_unsure(self) -> bool:
        """Tell whether it is unknown what some of a job's combinations will see."""
        follows = self.trial.chained and bool(self.counts["may_jobs"])
        return follows or not self.seen.certain or self._doubts(self._record.declared)

    def _doubts(self, basis: Basis) -> bool:
        """Tell whether earlier runs may change something in a basis, and note these files."""
        doubts = self._unsettled.doubts(basis)
        self.files |= dict.fromkeys(doubts)
        return bool(doubts)

    def _params(self, job: JobPlan) -> list[str]:
        """Return the JSON texts of the parameters of a job's combinations."""
        return [self._text(index) for index in job.numbers]

    def _text(self, index: int) -> str:
        return params_text(self.grid.values(index))

    def _run(self, job: JobPlan) -> None:
        """Add the combinations of a job that certainly starts."""
        for index in job.numbers:
            fresh = not self._past.archive.knows(self.trial.code_of(index))
            seen = self._seen_by_next()
            params = self._text(index)
            self._count_new(job, params)
            update, maybe = self._outcome(job, index, seen)
            if update is not None:
                self.counts["stored"] += 1
                self._take(index, None if maybe else update)
                continue
            sure = fresh or not maybe
            (self.running if sure else self.may_be_running).append(params)
            self._unsettle(index)

    def _maybe_run(self, job: JobPlan, record: JobPast) -> None:
        self.counts["failed"] += sum(not run.success for run in record.runs)
        unsure = self._is_unsure()
        for index in job.numbers:
            update, maybe = None, True
            if not unsure:
                update, maybe = self._outcome(job, index, self._seen_by_next())
            if update is not None:
                self._take(index, None if maybe else update)
                continue
            self.may_be_running.append(self._text(index))
            self._unsettle(index)

    def _keep(self, job: JobPlan, record: JobPast) -> None:
        for index, run in zip(job.numbers, record.runs, strict=False):
            self.counts["failed"] += not run.success
            self._take(index, run.update)

    def _seen_by_next(self) -> Knowledge:
        if not self.trial.chained:
            return self.seen
        return self.seen.merged(self.state).projected(self.trial.reads)

    def _take(self, index: int, update: Mapping[str, Any] | None) -> None:
        """Continue after a run with this update; None if another one may be taken instead."""
        self.known[index] = update
        self._merge(update)

    def _merge(self, update: Mapping[str, Any] | None) -> None:
        if update is None:
            self.state = self.state.doubted(self.trial.name, self.trial.writes)
        else:
            self.state = self.state.updated(update)

    def _unsettle(self, index: int) -> None:
        """Continue after a run whose update and files are not known yet."""
        self._unsettled.add(self.trial.name, index)
        self._take(index, None)

    def _outcome(
        self, job: JobPlan, index: int, seen: Knowledge
    ) -> tuple[Mapping[str, Any] | None, bool]:
        """Return the update that the store provides, if any, and whether that is in doubt."""
        if not seen.certain or self._doubts(self._record.declared):
            return None, True
        stored = [*self._stored(job, index, seen)]
        for run in stored:
            if not self._unsettled.certain(run.basis):
                self._doubts(run.basis)
        return self._unsettled.outcome(stored)

    def _stored(self, job: JobPlan, index: int, seen: Knowledge) -> Iterable[StoredRun]:
        past = self._past
        inputs = [(path, past.inputs[path]) for path in self.trial.inputs]
        code = self.trial.code_of(index)
        common = common_parts(past.source, code, inputs, past.environment, past.python)
        common |= ordered_and_declared(self.trial.in_order, self.trial.outputs)
        key = key_of(common, self.grid, index, dict(seen.known))
        return past.archive.stored(self.trial.name, job, index, key)

    def _count_new(self, job: JobPlan, params: str) -> None:
        past = self._record
        recorded = job.name in past.jobs
        if params not in past.seconds and (recorded or job.name not in past.logged):
            self.counts["new"] += 1
        elif not recorded:
            self.counts["missing"] += 1

    def _seconds(self, combinations: list[str]) -> float | None:
        """Estimate the duration from the last runs of these combinations, or else of the others."""
        known = self._record.seconds
        if not combinations:
            return 0.0
        if not known:
            return None
        mean = sum(known.values()) / len(known)
        return sum(known.get(params, mean) for params in combinations)

    def _old_codes(self) -> dict[str, str]:
        """Return, for each code, the version that made most of the results of current, or else of former, jobs."""
        records = self._record.jobs
        if any(job.name in records for job in self.trial.jobs):
            counts = self.old_codes
        else:
            counts = self._old_codes_of_former_jobs(records.values())
        before: dict[str, str] = {}
        for (now, then), _ in (+counts).most_common():
            before.setdefault(now, then)
        return before

    def _old_codes_of_former_jobs(self, records: Iterable[JobPast]) -> Counter[tuple[str, str]]:
        """Count versions of the code of combinations that other jobs have run."""
        if not self.trial.variants:
            runs = ((self.trial.digest, job.runs[0].code) for job in records if job.runs)
        else:
            codes = {self._text(n): self.trial.code_of(n) for n in range(self.trial.combinations)}
            runs = (
                (codes[run.params], run.code)
                for job in records
                for run in job.runs
                if run.params in codes
            )
        return Counter(each for each in runs if each[0] != each[1])

    def _reasons(self) -> Iterator[Reason]:
        old_codes = self._old_codes()
        changes = (
            reason
            for now, before in old_codes.items()
            for reason in code_reasons(now, before, self._past, self.background.code)
        )
        if old_codes:  # the change of code is reason enough
            self.counts["missing"] = 0
        yield from with_files(self.trial, changes, self.reasons)
        yield from key_changes(self.keys, self._last_seen, self.seen.known)
        for name, kind in (("new", New), ("missing", Missing), ("follow", Chained)):
            if self.counts[name]:
                yield kind(self.counts[name])


_NOTHING = TrialPast()
