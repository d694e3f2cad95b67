"""How far an experiment is, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlx2smk.results.choosing import grid_of
from mlx2smk.runtime.words import failure_line, repro_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.results.progress import Progress, TrialProgress
    from mlx2smk.runtime.documents import VerdictRecord

BAR = 20
"""Characters of a bar."""

MOST_CHANGES = 10
_MINUTE, _HOUR = 60, 3600

CURRENT, STALE, NEVER = "current", "stale", "never"


def progress_as_dict(progress: Progress, compiled: str) -> dict[str, Any]:
    """Return the progress as JSON data."""
    return {
        "experiment": progress.plan.experiment,
        "status": progress.status,
        "compiled": compiled,
        "trials": {
            trial.name: {
                "total": trial.total,
                "done": trial.done,
                "failed": trial.failed,
                "running": trial.running,
                "waiting": trial.waiting,
            }
            for trial in progress.trials
        },
        "verifications": {
            name: None if found is None else found["verdict"]
            for name, found in progress.verdicts.items()
        },
    }


def progress_lines(
    progress: Progress, compiled: str, changes: Sequence[str], more: Sequence[str]
) -> Iterator[str]:
    """Yield the progress for people.

    ``changes`` says what changed since the compile; ``more`` are words for the end of the command that steps
    into a failure.
    """
    times = [f"for {brief_duration(progress.elapsed)}"] if progress.elapsed is not None else []
    if progress.left is not None:
        times.append(f"about {brief_duration(progress.left)} left")
    yield f"{progress.plan.experiment}: {', '.join([progress.status, *times])}"
    yield from _compiled_lines(compiled, changes)
    wide = max((len(trial.name) for trial in progress.trials), default=0)
    for trial in progress.trials:
        yield f"  trial {trial.name:{wide}}  {_bar(trial)}  {_counts(trial)}"
    for name, record in progress.verdicts.items():
        yield f"  verification {name}: {_verdict_text(record)}"
    yield from _first_failure(progress, more)


def _compiled_lines(compiled: str, changes: Sequence[str]) -> Iterator[str]:
    if compiled == NEVER:
        yield "  never compiled here (mlx compile)"
    elif compiled == CURRENT:
        yield "  compiled: current"
    else:
        yield "  compiled: stale, so that this is about an earlier version (mlx compile)"
        yield from (f"    {change}" for change in changes[:MOST_CHANGES])
        if len(changes) > MOST_CHANGES:
            yield f"    and {len(changes) - MOST_CHANGES} more changes"


def _bar(trial: TrialProgress) -> str:
    finished = trial.done + trial.failed
    full = BAR if not trial.total else BAR * finished // trial.total
    return "█" * full + "░" * (BAR - full)


def _counts(trial: TrialProgress) -> str:
    counts = {
        "failed": trial.failed,
        "running": trial.running,
        "waiting": trial.waiting,
    }
    others = [f"{count} {what}" for what, count in counts.items() if count]
    return ", ".join([f"{trial.done} of {trial.total} done", *others])


def _verdict_text(record: VerdictRecord | None) -> str:
    if record is None:
        return "waiting"
    if "error" in record:
        return f"{record['verdict']}, {failure_line(record)} ({record['log']})"
    return record["verdict"]


def _first_failure(progress: Progress, more: Sequence[str]) -> Iterator[str]:
    failures = progress.failures
    if not failures:
        return
    row = failures[0]
    trial = next(trial for trial in progress.plan.trials if trial.name == row.trial)
    texts = grid_of(trial).texts(row.number)
    label = f"{row.trial} {grid_of(trial).label(row.number)}".strip()
    yield f"  first failure: {label}: {row.error}"
    yield f"    log: {row.log}"
    yield f"    step into it: {repro_command(row.trial, texts, more)}"


def brief_duration(seconds: float) -> str:
    """Return a duration in seconds, minutes, or hours and minutes; at least a second."""
    if seconds < _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min"
