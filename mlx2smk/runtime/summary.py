"""A summary of a run in a few lines, even if the run stopped early."""

from __future__ import annotations

import math
import os

from . import layout, records
from .errors import JobError
from .packing import all_jobs
from .plan import size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .documents import Failed, JobRecord, RunDict, SetupEntry, TrialEntry, Verdict
    from .plan import Job, Plan


def lines(plan: Plan, results: str, logs: str, *, failed: bool) -> Iterator[str]:
    """Yield the summary of an experiment whose results and logs are in these folders.

    After a run that `failed`, results after an unfinished part may be from an earlier run, and are not
    counted.
    """
    report = None if failed else _read(os.path.join(results, layout.REPORT))
    yield f"{plan.stem}: {report['status'] if report else 'not finished'}"
    missing = [setup["name"] for setup in plan.setups if not _ran(setup, results)]
    for name in missing:
        yield f"  setup {name}: {_not_run(logs, layout.log_path('setup', name))}"
    reached = -math.inf if failed and missing else math.inf
    for trial in plan.trials:
        if trial["order"] > reached:
            yield f"  trial {trial['name']}: did not run"
            continue
        runs, unfinished = _runs(trial, results, failed=failed)
        yield f"  trial {trial['name']}: {_of_trial(trial, runs, unfinished, logs)}"
        if failed and len(runs) < size_of(trial):
            reached = trial["order"]
    for verification in plan.verifications:
        name = verification["name"]
        said = "did not run"
        if reached == math.inf:
            verdict: Verdict | None = _read(os.path.join(results, layout.verdict_path(name)))
            said = _of_verdict(verdict) or _not_run(logs, layout.log_path("verify", name))
        yield f"  verification {name}: {said}"


def _ran(setup: SetupEntry, results: str) -> bool:
    return os.path.exists(os.path.join(results, layout.setup_path(setup["name"])))


def _of_trial(trial: TrialEntry, runs: list[RunDict], missing: list[Job], logs: str) -> str:
    failed = [run for run in runs if not run["success"]]
    not_run = size_of(trial) - len(runs)
    counts = {"succeeded": len(runs) - len(failed), "failed": len(failed), "did not run": not_run}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    parts = [said or "no combinations"]
    if failed:
        parts.append(f"first failure {_of_failure(failed[0])}")
    died = [
        log
        for log in (_log(logs, layout.run_log_path(trial["name"], job.name)) for job in missing)
        if log
    ]
    if died:
        more = f" and {len(died) - 1} more" if len(died) > 1 else ""
        parts.append(f"not finished: {died[0]}{more}")
    return "; ".join(parts)


def _runs(trial: TrialEntry, results: str, *, failed: bool) -> tuple[list[RunDict], list[Job]]:
    """Return the trial's runs, and the jobs that left none."""
    collected = (
        None if failed else _read(os.path.join(results, layout.collected_path(trial["name"])))
    )
    if collected is not None:
        return collected, []
    runs: list[RunDict] = []
    missing = []
    for job in all_jobs(trial, results):
        record: JobRecord | None = _read(
            os.path.join(results, layout.run_path(trial["name"], job.name))
        )
        if record is None or record.get("digest") != job.digest:
            missing.append(job)
        else:
            runs += record["runs"]
    return runs, missing


def _of_failure(run: RunDict) -> str:
    combination = ", ".join(f"{name}={value!r}" for name, value in run["params"].items())
    return f"{combination}: {_error(run)} ({run['log']})".removeprefix(": ")


def _of_verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if "error" in verdict:
        return f"{verdict['verdict']}, {_error(verdict)} ({verdict['log']})"
    word: str = verdict["verdict"]
    return word


def _error(failure: Failed) -> str:
    return f"{failure['type']}: {failure['error'].partition(chr(10))[0]}"


def _not_run(logs: str, path: str) -> str:
    log = _log(logs, path)
    return f"not finished ({log})" if log else "did not run"


def _log(logs: str, path: str) -> str:
    """Return the path of the log if the job has written one, otherwise an empty string."""
    path = os.path.join(logs, path)
    return path if os.path.exists(path) else ""


def _read(path: str) -> Any:
    try:
        return records.read(path)
    except JobError:
        return None
