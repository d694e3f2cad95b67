"""``mlx diff``: what has changed from one finished run to another, in the code and in the results."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from mlx2smk.commands import OK, USAGE_ERROR, add_directory, add_format, print_error
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlx2smk.commands import Commands
    from mlx2smk.forecast.version_changes import VersionChanges
    from mlx2smk.results.paired import MetricDifference, TrialDifference
    from mlx2smk.runtime.history_documents import HistoryEntry

_EXAMPLES = """\
examples:
  mlx diff            the last two runs
  mlx diff 3          run 3 and the last one
  mlx diff 3 5        two runs, by their numbers in mlx history
  mlx diff 1a2b3c4    the last run of that commit, and the last one
"""

MOST_RUNS = 2

UNKNOWN_CAUSE = "its code and SETUP are the same: files, packages or chance"
"""What is said of results that differ although nothing that the history has does."""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "diff",
        help="compare two finished runs: what changed in the code, and in the results",
        description="Compare two finished runs: verdicts that changed, and for each trial the differences of\n"
        "the numbers in its results, over equal parameters, with what changed in its code.",
        epilog=_EXAMPLES,
        usage="mlx diff [-h] [-d D] [--format {text,json}] [EXP] [RUN] [RUN]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "runs",
        metavar="EXP RUN RUN",
        nargs="*",
        help="path or name of an experiment (default: the only one in the folder); numbers or commits of "
        "runs (default: the last two, or the last one)",
    )
    add_directory(parser, "look into")
    add_format(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print what has changed; return the exit code."""
    from mlx2smk.commands.paging import show_lines  # noqa: PLC0415
    from mlx2smk.forecast.version_changes import changes_between  # noqa: PLC0415
    from mlx2smk.results.choosing import chosen_plan, named_plan  # noqa: PLC0415
    from mlx2smk.results.finished_runs import (  # noqa: PLC0415
        compared_runs,
        finished_runs,
        is_run_word,
    )
    from mlx2smk.results.recorded import compiled_plans  # noqa: PLC0415

    words = list(given.runs)
    experiment = None
    plans = list(compiled_plans(given.directory))
    if words and (
        named_plan(given.directory, plans, words[0]) is not None or not is_run_word(words[0])
    ):
        experiment = words.pop(0)
    plan = chosen_plan(given.directory, experiment)
    if len(words) > MOST_RUNS:
        return print_error("mlx diff compares two runs", USAGE_ERROR)
    runs = finished_runs(given.directory, plan.experiment)
    before, after = compared_runs(plan.source, runs, words)
    changes = changes_between(given.directory, plan, before, after)
    trials = _trials(given, before, after)
    if given.format == "json":
        print(json.dumps(_as_dict(before, after, changes, trials), indent=2))
    else:
        show_lines(list(_lines(before, after, changes, trials)))
    return OK


def _trials(
    given: argparse.Namespace, before: HistoryEntry, after: HistoryEntry
) -> dict[str, TrialDifference | None]:
    """Return the differences of the trials that both runs have; None where numbers were deleted."""
    from mlx2smk.results.finished_runs import copied_numbers  # noqa: PLC0415
    from mlx2smk.results.paired import trial_difference  # noqa: PLC0415

    found: dict[str, TrialDifference | None] = {}
    for name in after["trials"]:
        if name in before["trials"]:
            old, new = (copied_numbers(given.directory, entry, name) for entry in (before, after))
            lost = old is None or new is None
            found[name] = None if lost else trial_difference(old or [], new or [])
    return found


def _as_dict(
    before: HistoryEntry,
    after: HistoryEntry,
    changes: VersionChanges,
    trials: Mapping[str, TrialDifference | None],
) -> dict[str, Any]:
    from dataclasses import asdict  # noqa: PLC0415

    from mlx2smk.commands.history import as_dict  # noqa: PLC0415

    return {
        "before": as_dict(before, None),
        "after": as_dict(after, changes.lines),
        "verifications": {
            name: {"before": old, "after": new} for name, old, new in _verdicts(before, after)
        },
        "trials": {
            name: found and {"causes": changes.causes(name), **asdict(found)}
            for name, found in trials.items()
        },
    }


def _verdicts(
    before: HistoryEntry, after: HistoryEntry
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the verifications whose verdicts differ."""
    for name in dict.fromkeys((*after["verdicts"], *before["verdicts"])):
        old, new = before["verdicts"].get(name), after["verdicts"].get(name)
        if old != new:
            yield name, old, new


def _lines(
    before: HistoryEntry,
    after: HistoryEntry,
    changes: VersionChanges,
    trials: Mapping[str, TrialDifference | None],
) -> Iterator[str]:
    from mlx2smk.commands.history import headline  # noqa: PLC0415

    yield f"{after['experiment']}: {headline(before)} → {headline(after)}"
    yield f"  status: {_change(before['status'], after['status'])}"
    for name, old, new in _verdicts(before, after):
        yield f"  verification {name}: {_change(old, new)}"
    told: set[str] = set()
    for name, found in trials.items():
        causes = changes.causes(name)
        if found is None:
            yield f"  trial {name}: the numbers of one of these runs were deleted"
        elif causes or not found.is_equal:
            told.update(causes)
            yield f"  trial {name}: {'; '.join(causes) or UNKNOWN_CAUSE}"
            yield from (f"    → {line}" for line in _effects(found))
    rest = [line for line in changes.lines if line not in told]
    yield from (f"  {line}" for line in rest)
    if not told and not rest and all(found and found.is_equal for found in trials.values()):
        yield "  nothing has changed"


def _change(old: str | None, new: str | None) -> str:
    return f"{new}" if old == new else f"{old or 'none'} → {new or 'none'}"


def _effects(found: TrialDifference) -> Iterator[str]:
    """Yield what has become of the results of a trial."""
    yield from map(metric_text, found.differences)
    counts = {
        "fails now": found.broken,
        "failed before, and not now": found.mended,
        "is only in the first run": found.only_before,
        "is only in the second run": found.only_after,
    }
    for what, count in counts.items():
        if count:
            yield f"{counted(count, 'combination')}: {what}"
    if not found.pairs and (found.only_before or found.only_after):
        yield "no combination is in both runs, so that nothing can be compared"
    elif found.same:
        yield f"unchanged: {', '.join(found.same)}"
    elif found.is_equal:
        yield "all results are the same"


def metric_text(found: MetricDifference) -> str:
    """Return a difference in words: acc 0.91 → 0.93 (+0.02 ± 0.01 over 12 pairs)."""
    from mlx2smk.results.layouts import number_text  # noqa: PLC0415

    sign = "+" if found.mean >= 0 else ""
    spread = "" if found.half is None else f" ± {number_text(found.half)}"
    pairs = counted(found.pairs, "pair")
    change = f"{sign}{number_text(found.mean)}{spread} over {pairs}"
    return f"{found.metric} {number_text(found.before)} → {number_text(found.after)} ({change})"
