"""``mlx retry``: forget recorded failures, so that the next ``snakemake`` runs them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.results.decided import with_tails
from mlx2smk.results.recorded import Results, compiled_plans, read_job, read_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job in which ``failed`` combinations failed, or a verification that crashed."""

    experiment: str
    function: str
    job: str
    failed: int
    outputs: tuple[Path, ...]


def failures(directory: Path) -> Iterator[FailedJob]:
    """Yield every recorded failure of the experiments that were compiled into a folder."""
    for plan in compiled_plans(directory):
        results = Results(directory, plan.experiment)
        yield from _failed_jobs(with_tails(plan, directory), results)
        yield from _crashed_verifications(plan, results)


def forget(failure: FailedJob) -> None:
    """Delete the record; the successful combinations of a batch come back from the store of results.

    Files made from the record are deleted as well: as long as they exist, Snakemake does not notice that
    the record is missing.
    """
    for path in failure.outputs:
        path.unlink(missing_ok=True)


def _failed_jobs(plan: Plan, results: Results) -> Iterator[FailedJob]:
    for trial in plan.trials:
        for job in trial.jobs:
            path = results.run_path(trial.name, job.name)
            record = read_job(path)
            failed = sum(not run["success"] for run in record.get("runs", [])) if record else 0
            if failed:
                outputs = (path, *results.collected_paths(trial.name), results.report_path)
                yield FailedJob(plan.experiment, trial.name, job.name, failed, outputs)


def _crashed_verifications(plan: Plan, results: Results) -> Iterator[FailedJob]:
    for verify in plan.verifications:
        path = results.verdict_path(verify.name)
        if "error" in (read_verdict(path) or {}):
            yield FailedJob(plan.experiment, verify.name, "", 1, (path, results.report_path))
