"""What has been seen of a run: which combinations are done, which failed, and how long is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from mlx2smk.commands.live_run.job_numbers import JobNumbers
from mlx2smk.commands.live_run.stored_so_far import StoredSoFar
from mlx2smk.results.recorded import read_hint
from mlx2smk.runtime import layout
from mlx2smk.runtime.plan import numbers_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.runtime.documents import RunDict


@dataclass(slots=True)
class TrialState:
    """How far a trial is, by the numbers of its combinations; ``label`` names it, with its experiment if there are several.

    ``durations`` are the seconds that the combinations of this run took, without those that came back from
    the store, which are counted in ``from_store``; ``most`` is how many of its jobs ran at once. ``inside``
    are combinations that have succeeded in jobs that still run, ``running`` those that these jobs run now.
    ``earlier`` are those that a run before has left.
    """

    label: str
    total: int
    succeeded: dict[int, bool] = field(default_factory=dict)
    earlier: set[int] = field(default_factory=set)
    running: int = 0
    most: int = 0
    inside: int = 0
    from_store: int = 0
    durations: list[float] = field(default_factory=list)

    @property
    def finished(self) -> int:
        """Combinations that have a result, a failure included."""
        return len(self.succeeded) + self.inside

    @property
    def done(self) -> int:
        """Combinations that succeeded, as in `mlx status`."""
        return self.finished - self.failed

    @property
    def failed(self) -> int:
        """Combinations that failed."""
        return sum(not good for good in self.succeeded.values())

    @property
    def left(self) -> float | None:
        """Seconds that are left if it goes on as so far; None if nothing tells."""
        if not self.durations or not self.most or self.finished >= self.total:
            return None
        mean = sum(self.durations) / len(self.durations)
        return mean * (self.total - self.finished) / self.most

    def add_earlier(self, number: int, run: RunDict) -> None:
        """Count a run that is there already."""
        self.succeeded[number] = run["success"]
        self.earlier.add(number)

    def add(self, number: int, run: RunDict, *, stored: bool) -> None:
        """Count a run; ``stored`` says that it came back from the store."""
        self.succeeded[number] = run["success"]
        self.earlier.discard(number)
        self.from_store += stored
        if not stored:
            self.durations.append(run.get("duration", 0.0))

    def forget(self, numbers: Iterable[int] | None = None) -> None:
        """Do not count earlier runs any longer: those of combinations that run again, or all."""
        gone = set(self.earlier) if numbers is None else self.earlier.intersection(numbers)
        self.earlier -= gone
        for number in gone:
            del self.succeeded[number]


@dataclass(frozen=True, slots=True)
class NewVerdict:
    """What a verification found."""

    label: str
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BrokenJob:
    """A job that ended without a result."""

    rule: str
    logs: tuple[str, ...]


News = NewVerdict | BrokenJob


class RunState:
    """Follows the events of Snakemake in a folder, for some experiments."""

    def __init__(self, folder: Path, plans: Sequence[Plan]) -> None:
        self._folder = folder
        self._several = len(plans) > 1
        self.trials: dict[str, TrialState] = {}
        self._verifications: dict[str, str] = {}
        self._codes: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, JobNumbers] = {}
        self._contexts: dict[str, tuple[str, str | None]] = {}
        for plan in plans:
            self._add_plan(plan)
        self._jobs: dict[int, tuple[str, list[str]]] = {}
        self._running: dict[int, int] = {}
        self._stored = StoredSoFar(folder)
        self.has_begun = False

    def _add_plan(self, plan: Plan) -> None:
        numbers = JobNumbers(self._folder, plan)
        for trial in plan.trials:
            self._numbers[trial.rule] = numbers
            label = self._label(plan, trial.name)
            self.trials[trial.rule] = TrialState(label, trial.combinations)
            self._codes[trial.rule] = trial.codes
            context = f"{layout.results_of(plan.experiment)}/{layout.context_path(trial.name)}"
            self._contexts[context] = trial.rule, self._text(context)
        for verify in plan.verifications:
            self._verifications[verify.rule] = self._label(plan, verify.name)

    def _label(self, plan: Plan, name: str) -> str:
        return f"{plan.experiment}: {name}" if self._several else name

    def add_earlier(self, rule: str, runs: Iterable[RunDict | None]) -> None:
        """Count runs of a trial that are there already, given for each combination."""
        for number, run in enumerate(runs):
            if run is not None:
                self.trials[rule].add_earlier(number, run)

    def follow(self, event: dict[str, Any]) -> Iterator[News]:
        """Take an event into account, and yield what people want to hear of it."""
        kind = event["event"]
        if kind == "job":
            self._jobs[event["id"]] = event["rule"], event["output"]
        elif kind == "started":
            self._start(event["ids"])
        elif kind == "finished":
            yield from self._finish(event["id"])
        elif kind == "failed":
            self._end(event["id"])
            yield BrokenJob(event["rule"], tuple(event["logs"]))

    def _start(self, jobs: Iterable[int]) -> None:
        self.has_begun = True
        for job in jobs:
            self._running[job] = 0
            rule, _ = self._jobs.get(job, ("", []))
            if rule in self.trials:
                self.trials[rule].forget(self._combinations(job))
        self._count()

    def _end(self, job: int) -> None:
        self._running.pop(job, None)
        self._count()

    def _combinations(self, job: int) -> Sequence[int]:
        """Return the numbers of the combinations of a trial's job."""
        rule, outputs = self._jobs[job]
        return self._numbers[rule].of(rule, PurePath(outputs[0]).stem) if outputs else ()

    def _count(self) -> None:
        """Count what runs now, and what has succeeded in jobs that run."""
        for rule, trial in self.trials.items():
            jobs = [job for job in self._running if self._jobs.get(job, ("",))[0] == rule]
            stored = {job: self._running[job] for job in jobs}
            sizes = {job: len(self._combinations(job)) for job in jobs}
            trial.most = max(trial.most, len(jobs))
            trial.inside = sum(min(stored[job], sizes[job]) for job in jobs)
            # A job whose last combination is stored has only to write its record.
            trial.running = sum(stored[job] < sizes[job] for job in jobs)

    def look(self) -> None:
        """Find out how far the jobs are that run now."""
        for job in self._running:
            rule, outputs = self._jobs.get(job, ("", []))
            if rule in self.trials and outputs:
                codes = self._codes[rule]
                found = sum(self._stored.count(code, outputs[0]) for code in codes)
                self._running[job] = found
        self._count()

    def _finish(self, job: int) -> Iterator[News]:
        self._end(job)
        rule, outputs = self._jobs.get(job, ("", []))
        if rule in self.trials:
            record = self._record(outputs)
            runs = record.get("runs", ())
            spans = record.get("from_store")
            stored = set(numbers_of(spans, 1)) if spans else set()
            for place, (number, run) in enumerate(zip(self._combinations(job), runs, strict=False)):
                self.trials[rule].add(number, run, stored=place in stored)
        elif rule in self._verifications:
            yield NewVerdict(self._verifications[rule], self._record(outputs))
        elif outputs and outputs[0] in self._contexts:
            trial, before = self._contexts[outputs[0]]
            if self._text(outputs[0]) != before:
                self.trials[trial].forget()

    def _text(self, path: str) -> str | None:
        try:
            return (self._folder / path).read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None

    def _record(self, outputs: Sequence[str]) -> dict[str, Any]:
        """Return what a job has written; nothing if it cannot be read here."""
        found = read_hint(self._folder / outputs[0]) if outputs else None
        return found if isinstance(found, dict) else {}
