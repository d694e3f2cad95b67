"""The steps between jobs: contexts, the collected runs of a trial, the report."""

from __future__ import annotations

import os

from . import conflicts, jsontext, records, run_lists, verdicts
from .errors import JobError
from .plan import jobs_of
from .trial import updates_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .documents import (
        Context,
        Observation,
        Observed,
        SetupRecord,
        TrialEntry,
        Verdict,
    )
    from .plan import Plan


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


def collect(plan: Plan, name: str, folder: str, runs_output: str, updates_output: str) -> None:
    """Write the runs of a trial's jobs, in the order of the combinations, and their updates.

    Raises JobError if a record is missing or incomplete, or if combinations share files but may run in
    parallel.
    """
    trial = plan.trial(name)
    updates: Context = {}
    observed = _Observations()
    records.write_text(runs_output, _collected(plan, trial, folder, updates, observed))
    records.write(updates_output, updates, sort_keys=True)


class _Observations:
    """What was observed of runs, by their numbers, as it is in the records of their jobs: in groups."""

    def __init__(self) -> None:
        self._groups: list[tuple[int, Observed]] = []

    def add(self, first: int, groups: Observed) -> None:
        """Add those of a job, given the number of its first combination."""
        self._groups.append((first, groups))

    def __iter__(self) -> Iterator[tuple[int, Observation]]:
        for first, groups in self._groups:
            for observation, numbers in groups:
                yield from ((first + number, observation) for number in numbers)


def _collected(
    plan: Plan, trial: TrialEntry, folder: str, updates: Context, observed: _Observations
) -> Iterator[str]:
    """Yield the text of all runs; raise JobError before the end if they cannot be trusted."""
    yield from records.texts_per_line(_run_texts(trial, folder, updates, observed))
    yield "\n"
    conflicts.check_combinations(plan, trial, observed)


def _run_texts(
    trial: TrialEntry, folder: str, updates: Context, observed: _Observations
) -> Iterator[str]:
    """Yield the runs, and collect their context updates and observations on the way."""
    for job in sorted(jobs_of(trial), key=lambda job: job.first):
        path = os.path.join(folder, f"{job.name}.json")
        head = run_lists.job_head(path)
        records.check_digest(head, job.digest, path, trial["rule"])
        observed.add(job.first, head.get("observed", []))
        count = 0
        for text in run_lists.job_texts(path):
            updates.update(updates_of(run_lists.run_of(text, path)))
            count += 1
            yield text
        if count != job.count:
            raise JobError(f"{path} holds {count} runs, not {job.count}: delete it")


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
        path = os.path.join(trials, f"{trial['name']}.json")
        yield f"{',' if at else ''}\n{jsontext.dumps(trial['name'])}: "
        yield from records.texts_per_line(_checked(run_lists.list_texts(path), path))
    yield "}"
    yield f',\n"verifications": {jsontext.dumps(verdict_of)}}}\n'


def _checked(texts: Iterable[str], path: str) -> Iterator[str]:
    """Yield texts that are valid JSON; raise JobError otherwise."""
    for text in texts:
        run_lists.run_of(text, path)
        yield text
