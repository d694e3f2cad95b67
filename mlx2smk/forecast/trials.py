"""Forecasts for trials: which of their jobs will start, and which combinations run in them."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.changes import code_reasons
from mlx2smk.forecast.context import changed_keys, digests_of, key_changes, uncertainty
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
from mlx2smk.runtime.grid import Grid
from mlx2smk.runtime.store import common_parts, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlx2smk.forecast.changes import Code
    from mlx2smk.forecast.past import JobPast, Past
    from mlx2smk.forecast.reasons import Reason
    from mlx2smk.plan import JobPlan, TrialPlan


def forecast_trial(
    trial: TrialPlan, context: Knowledge, past: Past, code: Code
) -> tuple[Outlook, Knowledge]:
    """Return what a trial will do, and what is known of the updates that it makes."""
    seen = context.projected(trial.reads)
    grid = Grid([(name, list(texts)) for name, texts in trial.parameters])
    forecaster = _Forecaster(trial, past, seen, digests_of(seen.known), grid)
    for job in trial.jobs:
        forecaster.add(job)
    return forecaster.outlook(code), forecaster.state


@dataclass(slots=True)
class _Forecaster:
    """Goes through a trial's jobs in order, as updates may pass from one to the next."""

    trial: TrialPlan
    past: Past
    seen: Knowledge
    digests: Mapping[str, str]
    grid: Grid
    state: Knowledge = field(default_factory=Knowledge)
    counts: Counter[str] = field(default_factory=Counter)
    reasons: dict[Reason, None] = field(default_factory=dict)
    old_codes: Counter[str] = field(default_factory=Counter)
    keys: dict[str, None] = field(default_factory=dict)
    running: list[str] = field(default_factory=list)
    may_be_running: list[str] = field(default_factory=list)

    def add(self, job: JobPlan) -> None:
        """Foresee one job."""
        record = self._record.jobs.get(job.name)
        if self._starts(job, record):
            self.counts["jobs"] += 1
            self.counts["may_jobs"] += 1
            self._run(job)
        elif record is not None and (not self.seen.certain or self._may_follow()):
            self.counts["may_jobs"] += 1
            self._maybe_run(job, record)
        elif record is not None:
            self._keep(record)

    def outlook(self, code: Code) -> Outlook:
        """Put together what was found."""
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
            reasons=tuple(self._reasons(code)),
            uncertainty=uncertainty(self.seen, self._last_seen),
        )

    @property
    def _record(self) -> TrialPast:
        return self.past.trials.get(self.trial.name, _NOTHING)

    @property
    def _last_seen(self) -> Mapping[str, Any]:
        return self.past.contexts.get(self.trial.name, {})

    def _starts(self, job: JobPlan, record: JobPast | None) -> bool:
        """Tell whether Snakemake certainly starts a job, and note why."""
        if record is None:
            return True
        found = [*self._changes(record)]
        self.reasons |= dict.fromkeys(found)
        keys = changed_keys(record.context, self.digests, self.seen)
        self.keys |= dict.fromkeys(keys)
        other_code = record.code != self.trial.digest
        self.old_codes[record.code] += other_code
        if found or keys or other_code:
            return True
        if record.digest != job.digest:
            before, now = [run.params for run in record.runs], self._params(job)
            if sorted(before) == sorted(now):
                self.reasons[CompilerChanged() if before == now else Regrouped()] = None
            return True
        if self.trial.chained and (self.counts["jobs"] or record.previous != self._before(job)):
            self.counts["follow"] += job.count
            return True
        return False

    def _changes(self, record: JobPast) -> Iterator[Reason]:
        """Yield what changed beside the code, the context and the combinations."""
        if record.chained != self.trial.chained:
            yield Regrouped()
        if record.environment != self.past.environment:
            yield SoftwareChanged()
        yield from map(InputChanged, sorted(record.inputs.keys() ^ set(self.trial.inputs)))
        for path in self.trial.inputs:
            file = self.past.inputs[path]
            changed = file.large or record.inputs.get(path) != file.content
            if path in record.inputs and file.modified > record.modified and changed:
                yield InputChanged(path)

    def _before(self, job: JobPlan) -> str | None:
        at = self.trial.jobs.index(job)
        return self.trial.jobs[at - 1].name if at else None

    def _may_follow(self) -> bool:
        return self.trial.chained and bool(self.counts["may_jobs"])

    def _params(self, job: JobPlan) -> list[str]:
        """Return the JSON texts of the parameters of a job's combinations."""
        return [self._text(index) for index in range(job.first, job.first + job.count)]

    def _text(self, index: int) -> str:
        return params_text(self.grid.values(index))

    def _run(self, job: JobPlan) -> None:
        """Foresee the combinations of a job that starts."""
        fresh = not self.past.library.knows(self.trial.digest)
        for index in range(job.first, job.first + job.count):
            seen = self._seen_by_next()
            params = self._text(index)
            self._count_new(job, params)
            update = self._stored(job, index, seen) if seen.certain else None
            if update is not None:
                self.counts["stored"] += 1
                self.state = self.state.updated(update)
                continue
            sure = seen.certain or fresh
            (self.running if sure else self.may_be_running).append(params)
            self._doubt_updates()

    def _maybe_run(self, job: JobPlan, record: JobPast) -> None:
        self.may_be_running += self._params(job)
        self.counts["failed"] += sum(not run.success for run in record.runs)
        self._doubt_updates()

    def _keep(self, record: JobPast) -> None:
        for run in record.runs:
            self.counts["failed"] += not run.success
            self.state = self.state.updated(run.update)

    def _seen_by_next(self) -> Knowledge:
        if not self.trial.chained:
            return self.seen
        return self.seen.merged(self.state).projected(self.trial.reads)

    def _doubt_updates(self) -> None:
        writes = self.trial.writes
        keys = None if writes is None else frozenset(writes)
        self.state = self.state.doubted(self.trial.name, keys)

    def _stored(self, job: JobPlan, index: int, seen: Knowledge) -> Mapping[str, Any] | None:
        contents = {path: self.past.inputs[path].content for path in self.trial.inputs}
        inputs, past = list(contents.items()), self.past
        common = common_parts(past.source, self.trial.digest, inputs, past.environment, past.python)
        key = key_of(common, self.grid, index, dict(seen.known))
        return self.past.library.update(self.trial.name, key, job.name)

    def _count_new(self, job: JobPlan, params: str) -> None:
        past = self._record
        there = job.name in past.jobs
        if params not in past.seconds and (there or job.name not in past.logged):
            self.counts["new"] += 1
        elif not there:
            self.counts["missing"] += 1

    def _seconds(self, combinations: list[str]) -> float | None:
        """Estimate from what these, or else the others, took when they last ran."""
        known = self._record.seconds
        if not combinations:
            return 0.0
        if not known:
            return None
        mean = sum(known.values()) / len(known)
        return sum(known.get(params, mean) for params in combinations)

    def _old_codes(self) -> Counter[str]:
        """Count the codes that results were made by; of other jobs' if the current ones have none."""
        records = self._record.jobs
        if any(job.name in records for job in self.trial.jobs):
            return self.old_codes
        return Counter(job.code for job in records.values() if job.code != self.trial.digest)

    def _reasons(self, code: Code) -> Iterator[Reason]:
        old_codes = +self._old_codes()
        for digest, _ in old_codes.most_common(1):
            yield from code_reasons(self.trial.digest, digest, self.past, code)
        if old_codes:  # which is reason enough
            self.counts["missing"] = 0
        yield from self.reasons
        yield from key_changes(self.keys, self._last_seen, self.seen.known)
        for name, kind in (("new", New), ("missing", Missing), ("follow", Chained)):
            if self.counts[name]:
                yield kind(self.counts[name])


_NOTHING = TrialPast()


def params_text(params: Mapping[str, Any]) -> str:
    """Return the text by which combinations are recognised: parameters as a run dict has them."""
    return json.dumps(params, sort_keys=True)
