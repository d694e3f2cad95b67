"""The history of an experiment: an entry for each finished run, with what its results can be compared by.

The store has one run for each key: not the failures, nor what was replaced when a trial was forced to run
again. So an entry refers to copies of its own, which hold nothing but the numbers in the results. Trials
whose results did not change share them.
"""

from __future__ import annotations

import os
import re

from . import digests, jsontext, layout, provenance, records, run_lists
from .errors import JobError
from .makers import read_head
from .result_fields import fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .documents import Context, TrialEntry
    from .history_documents import HistoryEntry, HistoryTrial
    from .plan import Plan

HISTORY_FORMAT = "mlx2smk-history"
HISTORY_VERSION = 1

KEPT_RUNS = 20
"""Finished runs of an experiment that are kept by default (config `mlx_history`)."""

LONGEST_KEPT = 60
"""Characters of a value of SETUP that is kept as it is; of longer ones there is a digest."""

DIGESTED = "sha256 "
COPIES = "numbers"
"""The folder of the copies, beside the entries."""

_ENTRY = re.compile(r"(\d+)\.json")


def add_entry(plan: Plan, results: str, folder: str, kept: int) -> None:
    """Add an entry about the results in a folder, and remove all but the last `kept` ones.

    There is none if the results are those of the last entry. `folder` is that of the experiment's history.
    """
    numbers = entry_numbers(folder)
    entry = _entry(plan, results, numbers[-1] + 1 if numbers else 1)
    if not (numbers and _is_same(entry, entry_path(folder, numbers[-1]))):
        for trial in plan.trials:
            path = os.path.join(results, layout.collected_path(trial["name"]))
            _copy(path, copy_path(folder, entry["trials"][trial["name"]]["results"]))
        records.write(entry_path(folder, entry["number"]), entry)
    prune(folder, kept)


def entry_numbers(folder: str) -> list[int]:
    """Return the numbers of the entries in a folder, in ascending order."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return sorted(int(found[1]) for found in map(_ENTRY.fullmatch, names) if found)


def entry_path(folder: str, number: int) -> str:
    """Return the path of an entry."""
    return os.path.join(folder, f"{number:06}.json")


def copy_path(folder: str, digest: str) -> str:
    """Return the path of the numbers in the results of a trial; `digest` is that of the file of its runs."""
    return os.path.join(folder, COPIES, f"{digest}.json.gz")


def prune(folder: str, kept: int) -> None:
    """Remove all but the last entries, and the copies that none of these needs."""
    for path in unneeded(folder, kept):
        os.unlink(path)


def unneeded(folder: str, kept: int) -> list[str]:
    """Return the paths of all but the last entries, and of the copies that none of these needs."""
    numbers = entry_numbers(folder)
    last = numbers[max(0, len(numbers) - kept) :]
    paths = [entry_path(folder, number) for number in numbers[: len(numbers) - len(last)]]
    try:
        needed = {
            copy_path(folder, trial["results"])
            for number in last
            for trial in records.read(entry_path(folder, number))["trials"].values()
        }
    except (JobError, KeyError, TypeError, AttributeError):  # somebody has edited an entry
        return paths
    try:
        names = os.listdir(os.path.join(folder, COPIES))
    except OSError:
        return paths
    copies = (os.path.join(folder, COPIES, name) for name in sorted(names))
    return paths + [path for path in copies if path not in needed]


def _entry(plan: Plan, results: str, number: int) -> HistoryEntry:
    report = os.path.join(results, layout.REPORT)
    trials = {trial["name"]: _of_trial(results, trial) for trial in plan.trials}
    return {
        "format": HISTORY_FORMAT,
        "version": HISTORY_VERSION,
        "number": number,
        "experiment": plan.stem,
        "source": plan.data["source"],
        "provenance": provenance.of_process(plan.stem),
        "report": digests.of_file(report),
        "status": str(read_head(report).get("status")),
        "verdicts": {
            each["name"]: records.read(os.path.join(results, layout.verdict_path(each["name"])))[
                "verdict"
            ]
            for each in plan.verifications
        },
        "code": {
            kind: {function["name"]: function["digest"] for function in plan.functions(kind)}
            for kind in ("setups", "trials", "verifications")
        },
        "context": _values(_final_context(report)),
        "trials": trials,
    }


def _of_trial(results: str, trial: TrialEntry) -> HistoryTrial:
    name = trial["name"]
    path = os.path.join(results, layout.collected_path(name))
    seen: Context = records.read(os.path.join(results, layout.context_path(name)))
    total = failed = 0
    for text in run_lists.list_texts(path):
        total += 1
        failed += not run_lists.run_of(text, path)["success"]
    found: HistoryTrial = {
        "results": digests.of_file(path),
        "combinations": total,
        "failed": failed,
        "context": _values(seen),
    }
    if trial.get("variants"):
        found["codes"] = [variant["digest"] for variant in trial["variants"]]
    return found


def _values(context: Context) -> dict[str, str]:
    """Return the values of SETUP as JSON, or the digests of those that are long."""
    return {key: _value(value) for key, value in sorted(context.items())}


def _value(value: Any) -> str:
    text = jsontext.dumps(value, sort_keys=True)
    return text if len(text) <= LONGEST_KEPT else f"{DIGESTED}{digests.of_json(value)}"


def _final_context(report: str) -> Context:
    """Return the context in a report, which is its second line, without reading the runs."""
    with open(report, encoding="utf-8") as file:
        file.readline()
        line = file.readline().rstrip(",\n")
    context: Context = jsontext.loads(f"{{{line}}}")["context"]
    return context


def _is_same(entry: HistoryEntry, path: str) -> bool:
    try:
        last: HistoryEntry = records.read(path)
        return (last["report"], last["code"]) == (entry["report"], entry["code"])
    except (JobError, KeyError, TypeError):
        return False


def _copy(path: str, target: str) -> None:
    """Write the numbers in the runs of a trial, unless they are there."""
    if os.path.exists(target):
        return
    import gzip

    lines = records.texts_per_line(map(jsontext.dumps, _numbers_of(path)))
    text = "".join(lines).encode()
    data = gzip.compress(text, compresslevel=4)
    records.replace(target, "wb", lambda file: file.write(data))


def _numbers_of(path: str) -> Iterator[list[Any]]:
    """Yield the parameters of each run, and the numbers in its result by their names; None if it failed."""
    for text in run_lists.list_texts(path):
        run = run_lists.run_of(text, path)
        found = numbers_in(run["result"]) if run["success"] else None
        yield [run["params"], found]


def numbers_in(value: Any) -> dict[str, float]:
    """Return the numbers among the fields of a result."""
    found = fields_of(value, lambda _other: None)
    return {name: number for name, number in found.items() if isinstance(number, (int, float))}
