"""The steps between jobs: contexts, the collected runs of a trial, the report."""

from __future__ import annotations

import os

from . import conflicts, jsontext, records, verdicts
from .errors import JobError
from .plan import jobs_of, size_of
from .trial import updates_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .documents import (
        Context,
        JobRecord,
        Observation,
        RunDict,
        SetupRecord,
        TrialEntry,
        Verdict,
    )
    from .plan import Job, Plan


def merged_setups(plan: Plan, paths: Iterable[str]) -> Context:
    """Return the merged results of the setups; later keys override earlier ones."""
    merged: Context = {}
    for path in paths:
        record: SetupRecord = records.read(path)
        setup = plan.setup(os.path.splitext(os.path.basename(path))[0])
        records.check_digest(record, setup["digest"], path, setup["rule"])
        merged.update(record["returned"])
    return merged


def merged_context(plan: Plan, setups: Iterable[str], updates: Iterable[str]) -> Context:
    """Return SETUP after these setups and trials."""
    context = merged_setups(plan, setups)
    for path in updates:
        context.update(records.read(path))
    return context


def collect(
    plan: Plan, name: str, folder: str, packing: str | None, outputs: tuple[str, str]
) -> None:
    """Write the runs of a trial's jobs, in the order of the combinations, and their updates.

    `packing` is the file of the decision about the trial's tail, if it has one; `outputs` are the files of
    the runs and of the updates. Raises JobError if a record
    is missing or incomplete, or if combinations share files but may run in parallel.
    """
    trial = plan.trial(name)
    jobs = [*jobs_of(trial), *(_tail(trial, packing) if packing else ())]
    updates: Context = {}
    observed: list[tuple[int, Observation]] = []
    lines = [*records.one_per_line(_runs(trial, jobs, folder, updates, observed)), "\n"]
    observed.sort(key=lambda each: each[0])
    conflicts.check_combinations(plan, trial, observed)
    records.write_text(outputs[0], lines)
    records.write(outputs[1], updates, sort_keys=True)


def _tail(trial: TrialEntry, path: str) -> list[Job]:
    from .packing import decision

    found = decision(trial, path)
    if found is None:
        raise JobError(
            f"stale decision {path}, made for another version of the experiment: delete it"
        )
    return found


def _runs(
    trial: TrialEntry,
    jobs: list[Job],
    folder: str,
    updates: Context,
    observed: list[tuple[int, Observation]],
) -> Iterator[RunDict]:
    """Yield the runs, and collect their context updates and observations on the way.

    The combinations of several jobs may alternate: each record is read at the first of its own, and
    forgotten after the last.
    """
    waiting = sorted(jobs, key=lambda job: job.first, reverse=True)
    opened: dict[int, Iterator[RunDict]] = {}
    for number in range(size_of(trial)):
        if waiting and waiting[-1].first == number:
            job = waiting.pop()
            record = _record(trial, job, folder)
            for observation, at in record.get("observed", ()):
                observed += [(job.numbers[each], observation) for each in at]
            runs = iter(record["runs"])
            opened.update(dict.fromkeys(job.numbers, runs))
        if number not in opened:
            raise JobError(f"combination {number} of {trial['name']} is in no job: run mlx compile")
        run = next(opened.pop(number))
        updates.update(updates_of(run))
        yield run


def _record(trial: TrialEntry, job: Job, folder: str) -> JobRecord:
    path = os.path.join(folder, f"{job.name}.json")
    record: JobRecord = records.read(path)
    records.check_digest(record, job.digest, path, trial["rule"])
    if len(record["runs"]) != job.count:
        raise JobError(f"{path} holds {len(record['runs'])} runs, not {job.count}: delete it")
    return record


def report(plan: Plan, context: Context, trials: str, judged: str, output: str) -> None:
    """Write report.json: the final context, all runs, the verdicts and the status."""
    conflicts.check_trials(plan, os.path.dirname(trials))
    verdict_of = {
        verification["name"]: _verdict(os.path.join(judged, f"{verification['name']}.json"))
        for verification in plan.verifications
    }
    status = verdicts.status([verdict["verdict"] for verdict in verdict_of.values()])
    records.write_text(output, _report_text(plan, status, context, trials, verdict_of))


def _verdict(path: str) -> Verdict:
    """Return a verdict without the parts of its record that only later runs look at."""
    verdict: Any = records.read(path)
    for part in ("scheduled", "made_from", "observed"):
        verdict.pop(part, None)
    found: Verdict = verdict
    return found


def _report_text(
    plan: Plan, status: str, context: Context, trials: str, verdict_of: dict[str, Verdict]
) -> Iterator[str]:
    """Yield the report in pieces, with one line for every run."""
    head = {"experiment": plan.stem, "source": plan.data["source"], "status": status}
    yield jsontext.dumps(head)[:-1]
    yield f',\n"context": {jsontext.dumps(context)}'
    yield ',\n"trials": {'
    for at, trial in enumerate(plan.trials):
        runs = records.read(os.path.join(trials, f"{trial['name']}.json"))
        yield f"{',' if at else ''}\n{jsontext.dumps(trial['name'])}: "
        yield from records.one_per_line(runs)
    yield "}"
    yield f',\n"verifications": {jsontext.dumps(verdict_of)}}}\n'
