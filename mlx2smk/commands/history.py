"""``mlx history``: the finished runs of an experiment, and what changed from one to the next."""

from __future__ import annotations

import argparse
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mlx2smk.commands import OK, add_directory, add_format
from mlx2smk.commands.results import add_experiment
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.commands import Commands
    from mlx2smk.runtime.history_documents import HistoryEntry

SHORT_COMMIT = 7
MOST_SHOWN = 10
"""Changes of a run that are listed for people."""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "history",
        help="list the finished runs, and what changed from one to the next",
        description="List the finished runs of an experiment, the last one first, with what changed in the\n"
        "code and in SETUP since the one before.",
        epilog="examples:\n  mlx history\n  mlx history exp.py --format json\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_experiment(parser)
    add_directory(parser, "look into")
    add_format(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print the finished runs; return the exit code."""
    from mlx2smk.commands.paging import show_lines  # noqa: PLC0415
    from mlx2smk.forecast.version_changes import changes_between  # noqa: PLC0415
    from mlx2smk.results.choosing import chosen_plan  # noqa: PLC0415
    from mlx2smk.results.finished_runs import finished_runs  # noqa: PLC0415

    plan = chosen_plan(given.directory, given.experiment)
    runs = finished_runs(given.directory, plan.experiment)
    changes: dict[int, list[str]] = {}
    for before, after in pairwise(runs):
        found = changes_between(given.directory, plan, before, after)
        changes[after["number"]] = found.lines
    if given.format == "json":
        found_runs = [as_dict(entry, changes.get(entry["number"])) for entry in reversed(runs)]
        print(json.dumps(found_runs, indent=2))
    elif runs:
        show_lines(list(_lines(runs, changes)))
    else:
        print(f"{plan.experiment}: no run has finished yet")
    return OK


def as_dict(entry: HistoryEntry, changes: Sequence[str] | None) -> dict[str, Any]:
    """Return a run as JSON data; ``changes`` are those since the run before, None if there is none."""
    made = entry["provenance"]
    return {
        "run": entry["number"],
        "experiment": entry["experiment"],
        "when": made.get("when"),
        "host": made.get("host"),
        "python": made.get("python"),
        "git": made.get("git"),
        "status": entry["status"],
        "verifications": entry["verdicts"],
        "trials": {
            name: {"combinations": trial["combinations"], "failed": trial["failed"]}
            for name, trial in entry["trials"].items()
        },
        "changes": changes,
    }


def headline(entry: HistoryEntry) -> str:
    """Return a run in a few words: its number, when it was, and its commit."""
    made = entry["provenance"]
    parts = [f"run {entry['number']}", made.get("when", "").replace("T", " ").replace("Z", " UTC")]
    git = made.get("git")
    if git is not None:
        parts.append(f"{git['commit'][:SHORT_COMMIT]}{' (edited)' if git['dirty'] else ''}")
    return ", ".join(filter(None, parts))


def _lines(runs: Sequence[HistoryEntry], changes: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Yield the runs for people, the last one first."""
    for at in range(len(runs) - 1, -1, -1):
        entry = runs[at]
        yield f"{headline(entry)}: {entry['status']}"
        before = runs[at - 1] if at else None
        for name, verdict in entry["verdicts"].items():
            old = verdict if before is None else before["verdicts"].get(name, verdict)
            yield f"  verification {name}: {verdict if old == verdict else f'{old} → {verdict}'}"
        for name, trial in entry["trials"].items():
            failed = f", {trial['failed']} failed" if trial["failed"] else ""
            yield f"  trial {name}: {counted(trial['combinations'], 'combination')}{failed}"
        since = changes.get(entry["number"], ())
        yield from (f"  {line}" for line in since[:MOST_SHOWN])
        if len(since) > MOST_SHOWN:
            yield f"  and {len(since) - MOST_SHOWN} more changes"
