"""The finished runs of an experiment, from its history, and which of them a command is about."""

from __future__ import annotations

import gzip
import json
import re
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_history import NoFinishedRuns, UnknownFinishedRun
from mlx2smk.diagnostics.fault import FaultError, WrongUsageError
from mlx2smk.results.validation import reading
from mlx2smk.runtime import layout
from mlx2smk.runtime.grid import params_text
from mlx2smk.runtime.remembering import (
    HISTORY_FORMAT,
    HISTORY_VERSION,
    copy_path,
    entry_numbers,
    entry_path,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from mlx2smk.runtime.history_documents import HistoryEntry

SHORTEST_COMMIT = 4
"""Characters by which a commit can be named."""

_REMEDY = "delete it; the other runs stay"

_COMMIT = re.compile(rf"[0-9a-f]{{{SHORTEST_COMMIT},40}}")


def finished_runs(directory: Path, stem: str) -> list[HistoryEntry]:
    """Return the finished runs of an experiment that are known, the oldest one first."""
    folder = str(directory / layout.history_of(stem))
    return [_entry(directory, stem, number) for number in entry_numbers(folder)]


def _entry(directory: Path, stem: str, number: int) -> HistoryEntry:
    path = directory / entry_path(layout.history_of(stem), number)
    with reading(path, "history", _REMEDY):
        entry: HistoryEntry = json.loads(path.read_text(encoding="utf-8"))
        if (entry["format"], entry["version"]) != (HISTORY_FORMAT, HISTORY_VERSION):
            raise ValueError(entry["version"])
        for trial in entry["trials"].values():
            trial["results"], trial["context"].items(), trial["failed"] + trial["combinations"]
        for functions in entry["code"].values():
            functions.items()
        entry["verdicts"].items(), entry["context"].items(), entry["provenance"].items()
        entry["number"], entry["status"], entry["report"]
    return entry


def is_run_word(word: str) -> bool:
    """Tell whether a word may name a run: its number, or the start of its commit."""
    return word.isdecimal() or _COMMIT.fullmatch(word) is not None


def chosen_run(source: str, runs: Sequence[HistoryEntry], word: str) -> HistoryEntry:
    """Return the run with that number, or the last one of that commit.

    Raises WrongUsageError if there is none.
    """
    for entry in reversed(runs):
        commit = entry["provenance"].get("git", {}).get("commit", "")
        by_commit = len(word) >= SHORTEST_COMMIT and commit.startswith(word)
        if by_commit or (word.isdecimal() and entry["number"] == int(word)):
            return entry
    numbers = [str(entry["number"]) for entry in runs]
    known = numbers[0] if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
    raise WrongUsageError(UnknownFinishedRun.about(source, name=word, known=known))


def compared_runs(
    source: str, runs: Sequence[HistoryEntry], words: Sequence[str]
) -> tuple[HistoryEntry, HistoryEntry]:
    """Return the runs to compare: those named; one named and the last one; or the last two.

    Raises FaultError if there are fewer than two, and WrongUsageError for a run that does not exist.
    """
    if len(runs) < 2:
        count = len(runs)
        raise FaultError(NoFinishedRuns.about(source, known="one" if count else "none"))
    named = [chosen_run(source, runs, word) for word in words]
    if not named:
        return runs[-2], runs[-1]
    return (named[0], named[1]) if len(named) > 1 else (named[0], runs[-1])


Numbers = list[tuple[str, "Mapping[str, float] | None"]]
"""The parameters of each run of a trial as JSON text, and the numbers in its result; None if it failed."""


def copied_numbers(directory: Path, entry: HistoryEntry, trial: str) -> Numbers | None:
    """Return the numbers in the results of a trial; None if somebody has deleted them."""
    digest = entry["trials"][trial]["results"]
    path = directory / copy_path(layout.history_of(entry["experiment"]), digest)
    try:
        found: Any = json.loads(gzip.decompress(path.read_bytes()))
        return [(params_text(params), fields) for params, fields in found]
    except (OSError, EOFError, ValueError, TypeError):
        return None


def remembered_codes(directory: Path, stem: str, kept: int | None) -> Iterator[str]:
    """Yield the digests of the code of the last finished runs, or of all that are known."""
    runs = finished_runs(directory, stem)
    for entry in runs if kept is None else runs[max(0, len(runs) - kept) :]:
        for functions in entry["code"].values():
            yield from functions.values()
        for trial in entry["trials"].values():
            yield from trial.get("codes", ())
