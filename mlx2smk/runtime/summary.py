"""A summary of a run in a few lines, even if the run stopped early."""

from __future__ import annotations

import math
import os

from . import digests, layout, records, run_lists
from .errors import JobError
from .makers import read_head
from .plan import size_of
from .tails import all_jobs
from .words import failure_line, repro_here, texts_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .documents import RunDict, SetupEntry, TrialEntry, Verdict
    from .plan import Job, Plan


def lines(plan: Plan, results: str, logs: str, *, failed: bool) -> Iterator[str]:
    """Yield the summary of an experiment whose results and logs are in these folders.

    After a run that `failed`, results after an unfinished part may be from an earlier run, and are not
    counted.
    """
    report: Any = {} if failed else read_head(os.path.join(results, layout.REPORT))
    named = plan.data.get("part")
    part = f" (only a part: {named})" if named else ""
    yield f"{plan.stem}: {report.get('status', 'not finished')}{part}"
    missing = [setup["name"] for setup in plan.setups if not _ran(setup, results)]
    for name in missing:
        yield f"  setup {name}: {_not_run(logs, layout.log_path('setup', name))}"
    found = [_tally(trial, results, failed=failed) for trial in plan.trials]
    reached = _reached(plan, found, setups_ran=not missing) if failed else math.inf
    for trial, (runs, unfinished) in zip(plan.trials, found):
        if trial["order"] > reached:
            yield f"  trial {trial['name']}: did not run"
        else:
            yield f"  trial {trial['name']}: {_of_trial(trial, runs, unfinished, logs)}"
            yield from _how_to_look(plan, trial, runs.failure)
    for verification in plan.verifications:
        name = verification["name"]
        judged = reached == math.inf
        said = _of_verification(name, results, logs) if judged else "did not run"
        yield f"  verification {name}: {said}"


def _reached(plan: Plan, found: list[tuple[_Tally, list[Job]]], *, setups_ran: bool) -> float:
    """Return the order of the trials that a failed run has reached; infinity if all trials are finished."""
    if not setups_ran:
        return -math.inf
    unfinished = (
        trial["order"]
        for trial, (runs, _) in zip(plan.trials, found)
        if runs.count < size_of(trial)
    )
    return min(unfinished, default=math.inf)


def _of_verification(name: str, results: str, logs: str) -> str:
    verdict: Verdict | None = _read(os.path.join(results, layout.verdict_path(name)))
    return _of_verdict(verdict) or _not_run(logs, layout.log_path("verify", name))


def _ran(setup: SetupEntry, results: str) -> bool:
    return os.path.exists(os.path.join(results, layout.setup_path(setup["name"])))


class _Tally:
    """How many runs succeeded and failed, and the first one that failed."""

    def __init__(self) -> None:
        self.succeeded = 0
        self.failed = 0
        self.failure: RunDict | None = None

    @property
    def count(self) -> int:
        """All runs."""
        return self.succeeded + self.failed

    def merge(self, other: _Tally) -> None:
        """Add later runs."""
        self.succeeded += other.succeeded
        self.failed += other.failed
        self.failure = self.failure or other.failure

    def add(self, texts: Iterable[str], path: str) -> None:
        """Add the runs of a file, given their JSON texts."""
        for text in texts:
            run = run_lists.run_of(text, path)
            if run["success"]:
                self.succeeded += 1
            else:
                self.failed += 1
                self.failure = self.failure or run


def _of_trial(trial: TrialEntry, runs: _Tally, missing: list[Job], logs: str) -> str:
    not_run = size_of(trial) - runs.count
    counts = {"succeeded": runs.succeeded, "failed": runs.failed, "did not run": not_run}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    parts = [said or "no combinations"]
    if runs.failure is not None:
        parts.append(f"first failure {_of_failure(runs.failure)}")
    died = [
        log
        for log in (_log(logs, layout.run_log_path(trial["name"], job.name)) for job in missing)
        if log
    ]
    if died:
        more = f" and {len(died) - 1} more" if len(died) > 1 else ""
        parts.append(f"not finished: {died[0]}{more}")
    return "; ".join(parts)


def _how_to_look(plan: Plan, trial: TrialEntry, failed: RunDict | None) -> Iterator[str]:
    """Yield the command that steps into a failure, if there is one, where the workflow is that of this folder."""
    if failed is not None:
        command = repro_here(plan, trial["name"], texts_of(trial["parameters"], failed["params"]))
        if command:
            yield f"    step into it: {command}"


def _tally(trial: TrialEntry, results: str, *, failed: bool) -> tuple[_Tally, list[Job]]:
    """Return the trial's runs, and the jobs that left none."""
    if not failed:
        path = os.path.join(results, layout.collected_path(trial["name"]))
        try:
            return _tally_of(run_lists.list_texts(path), path), []
        except JobError:  # the records of the jobs tell as much
            pass
    runs = _Tally()
    missing = []
    seen = _seen(os.path.join(results, layout.context_path(trial["name"])))
    for job in all_jobs(trial, results):
        path = os.path.join(results, layout.run_path(trial["name"], job.name))
        found = _of_job(path, job, seen)
        if found is None:
            missing.append(job)
        else:
            runs.merge(found)
    return runs, missing


def _tally_of(texts: Iterable[str], path: str) -> _Tally:
    runs = _Tally()
    runs.add(texts, path)
    return runs


def _seen(path: str) -> dict[str, str] | None:
    """Return the digests of what a trial sees of SETUP; None if no run has come to it."""
    context = _read(path)
    return {k: digests.of_json(v) for k, v in context.items()} if type(context) is dict else None


def _of_job(path: str, job: Job, seen: dict[str, str] | None) -> _Tally | None:
    """Return the runs of a job; None if it left no record of the planned version with the current SETUP."""
    try:
        head = run_lists.job_head(path)
        context = head.get("made_from", {}).get("context", seen)
        if head.get("digest") == job.digest and seen in (None, context):
            return _tally_of(run_lists.job_texts(path), path)
    except JobError:
        return None
    return None


def _of_failure(run: RunDict) -> str:
    combination = ", ".join(f"{name}={value!r}" for name, value in run["params"].items())
    return f"{combination}: {failure_line(run)} ({run['log']})".removeprefix(": ")


def _of_verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if "error" in verdict:
        return f"{verdict['verdict']}, {failure_line(verdict)} ({verdict['log']})"
    word: str = verdict["verdict"]
    return word


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
