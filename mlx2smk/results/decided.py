"""The jobs of trials with a tail, as far as a run has decided about them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mlx2smk.planning.job_plan import JobPlan
from mlx2smk.results.recorded import Results, read_hint
from mlx2smk.runtime.plan import spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, TrialPlan

REST = "rest"
"""The name of a job that stands for those that are not decided yet."""


def with_tails(plan: Plan, directory: Path) -> Plan:
    """Return the plan with the jobs that were decided while its trials ran."""
    return _with(
        plan, directory, lambda trial, results: _decision(trial, results, trial.tail) or ()
    )


def with_all_jobs(plan: Plan, directory: Path) -> Plan:
    """Return the same plan with jobs for all combinations.

    Those without a decision are in the jobs that have run them, if each has run by itself, or else in one
    that stands for the others.
    """

    def rest(trial: TrialPlan, results: Results) -> Iterable[JobPlan]:
        found = _decision(trial, results, trial.tail)
        return _undecided(trial, results) if found is None else found

    return _with(plan, directory, rest)


def with_former_jobs(plan: Plan, directory: Path) -> Plan:
    """Return the same plan with jobs that were decided about any version of its trials.

    As long as a new version has not run, these are the jobs whose records are there.
    """
    return _with(plan, directory, lambda trial, results: _decision(trial, results, None) or ())


def _with(
    plan: Plan, directory: Path, rest: Callable[[TrialPlan, Results], Iterable[JobPlan]]
) -> Plan:
    results = Results(directory, plan.experiment)
    trials = (
        trial if trial.tail is None else replace(trial, jobs=(*trial.jobs, *rest(trial, results)))
        for trial in plan.trials
    )
    return replace(plan, trials=tuple(trials))


def _decision(
    trial: TrialPlan, results: Results, version: str | None
) -> tuple[JobPlan, ...] | None:
    """Return the jobs in the decision about a version of a trial, or about any; None without one."""
    found = read_hint(results.packing_path(trial.name))
    if not isinstance(found, dict) or version not in (None, found.get("digest")):
        return None
    try:
        return tuple(map(JobPlan.of_line, found["jobs"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _undecided(trial: TrialPlan, results: Results) -> Iterator[JobPlan]:
    alone = [job for job in trial.alone if results.run_path(trial.name, job.name).exists()]
    yield from alone
    taken = {number for job in (*trial.jobs, *alone) for number in job.numbers}
    rest = [number for number in range(trial.combinations) if number not in taken]
    if rest:
        spans = spans_of(rest)
        yield JobPlan(name=REST, first=rest[0], count=len(rest), digest="", spans=spans)
