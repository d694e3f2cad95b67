"""The steps between jobs: contexts, the collected runs of a trial, the report."""

from __future__ import annotations

import os
from functools import partial

from . import conflicts, jsontext, records, run_lists, verdicts
from .errors import JobError
from .plan import jobs_of, size_of
from .trial import updates_of

MOST_OPEN = 100
"""Records that are read run by run at the same time; further ones are read as a whole."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from .documents import (
        Context,
        Observed,
        SetupRecord,
        TrialEntry,
        Verdict,
    )
    from .pages import PagePaths
    from .plan import Job, Plan
    from .trial_columns import TrialColumns


def merged_setups(plan: Plan, paths: Iterable[str]) -> Context:
    """Return the merged results of the setups; later keys override earlier ones."""
    merged: Context = {}
    for path in paths:
        record: SetupRecord = records.read(path)
        setup = plan.setup(os.path.splitext(os.path.basename(path))[0])
        records.check_digest(record, setup["digest"], path, setup["rule"])
        merged.update(record["returned"])
    return merged


def merged_context(plan: Plan, setups: Iterable[str], updates: Iterable[Context]) -> Context:
    """Return SETUP after the setups with records at these paths, and after these updates."""
    context = merged_setups(plan, setups)
    for update in updates:
        context.update(update)
    return context


def collect(
    plan: Plan, name: str, folder: str, packing: str | None, outputs: tuple[str, str]
) -> None:
    """Write the runs of a trial's jobs, in the order of the combinations, and their updates.

    `packing` is the file of the decision about the trial's tail, if it has one; `outputs` are the files of
    the runs and of the updates. Raises JobError if a record is missing or incomplete, or if combinations
    share files but may run in parallel.
    """
    trial = plan.trial(name)
    jobs = [*jobs_of(trial), *(_tail(trial, packing) if packing else ())]
    updates: Context = {}
    observed = conflicts.ObservedRuns()
    texts = _run_texts(trial, jobs, folder, updates, observed)
    results = os.path.dirname(os.path.dirname(folder))
    check = partial(conflicts.check_combinations, plan, trial, observed, results)
    records.write_text(outputs[0], _collected(texts, check))
    records.write(outputs[1], updates, sort_keys=True)


def _tail(trial: TrialEntry, path: str) -> list[Job]:
    from .tails import decision

    found = decision(trial, path)
    if found is None:
        raise JobError(
            f"stale decision {path}, made for another version of the experiment: delete it"
        )
    return found


def _collected(texts: Iterator[str], check: Callable[[], None]) -> Iterator[str]:
    """Yield the text of all runs; raise JobError before the end if they cannot be trusted."""
    yield from records.texts_per_line(texts)
    yield "\n"
    check()


def _run_texts(
    trial: TrialEntry,
    jobs: list[Job],
    folder: str,
    updates: Context,
    observed: conflicts.ObservedRuns,
) -> Iterator[str]:
    """Yield the runs in order, and collect their context updates and observations on the way.

    The combinations of several jobs alternate where they were dealt to batches. A record is read from its
    first run to its last.
    """
    waiting = sorted(jobs, key=lambda job: job.first, reverse=True)
    opened: dict[int, _JobRuns] = {}
    streams: set[_JobRuns] = set()
    for number in range(size_of(trial)):
        if waiting and waiting[-1].first == number:
            job = waiting.pop()
            found = _JobRuns(trial, job, folder, whole=len(streams) >= MOST_OPEN)
            streams.add(found)
            observed.add(job.numbers, found.observed)
            opened.update(dict.fromkeys(job.numbers, found))
        if number not in opened:
            raise JobError(f"combination {number} of {trial['name']} is in no job: run mlx compile")
        found = opened.pop(number)
        text = found.next_text()
        if found.is_done:
            streams.discard(found)
        updates.update(updates_of(run_lists.run_of(text, trial["name"])))
        yield text


class _JobRuns:
    """The runs in the record of a job, one after another."""

    def __init__(self, trial: TrialEntry, job: Job, folder: str, *, whole: bool) -> None:
        self._path = os.path.join(folder, f"{job.name}.json")
        head = run_lists.job_head(self._path)
        records.check_digest(head, job.digest, self._path, trial["rule"])
        self.observed: Observed = head.get("observed", [])
        texts = run_lists.job_texts(self._path)
        self._texts: Iterator[str] = iter([*texts]) if whole else texts
        self._count = job.count
        self._read = 0

    @property
    def is_done(self) -> bool:
        """Whether all runs have been returned."""
        return self._read == self._count

    def next_text(self) -> str:
        """Return the text of the next run; raise JobError if the record has too few, or too many."""
        text = next(self._texts, None)
        self._read += text is not None
        more = self.is_done and next(self._texts, None) is not None
        if text is None or more:
            count = self._read + 1 + sum(1 for _ in self._texts) if more else self._read
            raise JobError(f"{self._path} holds {count} runs, not {self._count}: delete it")
        return text


def report(
    plan: Plan, context: Context, trials: str, judged: str, outputs: tuple[str, PagePaths]
) -> None:
    """Write report.json: the final context, all runs, the verdicts and the status.

    `outputs` are its path and those of the pages that Snakemake's report shows.
    """
    conflicts.check_trials(plan, os.path.dirname(trials))
    verdict_of = {
        verification["name"]: _verdict(os.path.join(judged, f"{verification['name']}.json"))
        for verification in plan.verifications
    }
    status = verdicts.status([verdict["verdict"] for verdict in verdict_of.values()])
    columns = {trial["name"]: _columns_of(trial) for trial in plan.trials}
    output, pages = outputs
    records.write_text(output, _report_text(plan, (status, context), trials, verdict_of, columns))
    pages.write(plan, (status, context), columns, verdict_of)


def _columns_of(trial: TrialEntry) -> TrialColumns:
    from .trial_columns import TrialColumns

    return TrialColumns([name for name, _ in trial["parameters"]])


def _verdict(path: str) -> Verdict:
    """Return a verdict without the parts of its record that only later runs look at."""
    verdict: Any = records.read(path)
    for part in ("scheduled", "made_from", "observed", "provenance"):
        verdict.pop(part, None)
    found: Verdict = verdict
    return found


def _report_text(
    plan: Plan,
    outcome: tuple[str, Context],
    trials: str,
    verdict_of: dict[str, Verdict],
    columns: dict[str, TrialColumns],
) -> Iterator[str]:
    """Yield the report in pieces, with one line for every run, which is added to the trial's columns."""
    status, context = outcome
    head = {"experiment": plan.stem, "source": plan.data["source"], "status": status}
    partial = plan.data.get("part")
    yield jsontext.dumps({**head, **({"partial": partial} if partial else {})})[:-1]
    yield f',\n"context": {jsontext.dumps(context)}'
    yield ',\n"trials": {'
    for at, trial in enumerate(plan.trials):
        path = os.path.join(trials, f"{trial['name']}.json")
        yield f"{',' if at else ''}\n{jsontext.dumps(trial['name'])}: "
        texts = _checked(run_lists.list_texts(path), path, columns[trial["name"]])
        yield from records.texts_per_line(texts)
    yield "}"
    yield f',\n"verifications": {jsontext.dumps(verdict_of)}}}\n'


def _checked(texts: Iterable[str], path: str, columns: TrialColumns) -> Iterator[str]:
    """Yield texts that are valid JSON, and add these runs to the columns; raise JobError otherwise."""
    for text in texts:
        columns.add(run_lists.run_of(text, path))
        yield text
