"""``mlx retry``: forget recorded failures, so that the next ``snakemake`` runs them again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.results.choosing import chosen_numbers, chosen_plan, chosen_trial
from mlx2smk.results.decided import with_tails
from mlx2smk.results.linked_places import linked_out
from mlx2smk.results.recorded import Results, compiled_plans, read_job, read_verdict
from mlx2smk.results.rows import params_of
from mlx2smk.runtime import layout, observed, records
from mlx2smk.runtime.grid import params_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.runtime.documents import JobRecord


@dataclass(frozen=True, slots=True)
class AskedFor:
    """The failures that are asked for: those of a trial with these parameters (as `params_text`), or of a verification."""

    experiment: str
    function: str
    params: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job in which ``failed`` combinations failed, or a verification that crashed.

    ``places`` are those of the runs to forget in the job's record; its other failures stay.
    """

    experiment: str
    function: str
    job: str
    failed: int
    outputs: tuple[Path, ...]
    places: frozenset[int] = frozenset()


def wanted(directory: Path, name: str, parts: dict[str, str], experiment: str | None) -> AskedFor:
    """Return what a name and some values of parameters ask for; WrongUsageError if it does not exist."""
    plan = chosen_plan(directory, experiment)
    if not parts and name in {verify.name for verify in plan.verifications}:
        return AskedFor(plan.experiment, name)
    trial = chosen_trial(plan, name)
    params = params_of(trial)
    numbers = chosen_numbers(plan, trial, parts)
    asked = frozenset(params_text(params[number]) for number in numbers)
    return AskedFor(plan.experiment, name, asked)


def failures(directory: Path, asked: AskedFor | None = None) -> Iterator[FailedJob]:
    """Yield the recorded failures of the experiments that were compiled into a folder: all, or those asked for."""
    for plan in compiled_plans(directory):
        if asked is None or asked.experiment == plan.experiment:
            results = Results(directory, plan.experiment)
            yield from _failed_jobs(with_tails(plan, directory), results, asked)
            yield from _crashed_verifications(plan, results, asked)


def check_links(directory: Path, failures: Iterable[FailedJob]) -> None:
    """Raise ValueError if a link leads to a record outside the folder, where nothing is deleted."""
    out = linked_out(directory, (path for each in failures for path in each.outputs))
    if out:
        raise ValueError(
            f"a link leads to {out[0].parent} out of this folder, where mlx deletes nothing: "
            f"delete {out[0]} yourself, and snakemake makes it again"
        )


def forget(failure: FailedJob) -> None:
    """Delete the record; the successful combinations of a batch come back from the store of results.

    So do the failures that stay: they are kept beside the record. Files made from the record are deleted
    as well: as long as they exist, Snakemake does not notice that the record is missing.
    """
    if failure.job:
        _keep_others(failure)
    for path in failure.outputs:
        path.unlink(missing_ok=True)


def _keep_others(failure: FailedJob) -> None:
    record, kept = _record(failure.outputs[0]), _kept(failure.outputs[0])
    kept.unlink(missing_ok=True)
    if record is None or not record.get("keys"):
        return
    stay = [at for at in _failed_places(record) if at not in failure.places]
    if stay:
        seen = record.get("observed", [])
        left = {
            "keys": [record["keys"][at] for at in stay],
            "runs": [record["runs"][at] for at in stay],
            "observed": observed.grouped([observed.of_number(seen, at) for at in stay]),
        }
        records.write(str(kept), left)


def _kept(path: Path) -> Path:
    return path.with_name(layout.kept_path(path.name))


def _record(path: Path) -> JobRecord | None:
    """Return the record of a job, or what was kept of it if it was forgotten and has not run since."""
    return read_job(path) or read_job(_kept(path))


def _failed_places(record: JobRecord) -> list[int]:
    return [at for at, run in enumerate(record.get("runs", [])) if not run["success"]]


def _failed_jobs(plan: Plan, results: Results, asked: AskedFor | None) -> Iterator[FailedJob]:
    for trial in plan.trials:
        if asked is not None and asked.function != trial.name:
            continue
        for job in trial.jobs:
            path = results.run_path(trial.name, job.name)
            record = _record(path)
            places = frozenset(_wanted_places(record, asked)) if record else frozenset()
            if places:
                outputs = (path, *results.collected_paths(trial.name), results.report_path)
                found = (plan.experiment, trial.name, job.name, len(places), outputs, places)
                yield FailedJob(*found)


def _wanted_places(record: JobRecord, asked: AskedFor | None) -> Iterator[int]:
    for at in _failed_places(record):
        if (
            asked is None
            or asked.params is None
            or params_text(record["runs"][at]["params"]) in asked.params
        ):
            yield at


def _crashed_verifications(
    plan: Plan, results: Results, asked: AskedFor | None
) -> Iterator[FailedJob]:
    for verify in plan.verifications:
        path = results.verdict_path(verify.name)
        is_asked = asked is None or (asked.function == verify.name and asked.params is None)
        if is_asked and "error" in (read_verdict(path) or {}):
            yield FailedJob(plan.experiment, verify.name, "", 1, (path, results.report_path))
