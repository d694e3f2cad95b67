"""Shows a run: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Protocol

from mlx2smk.commands.live_run.run_state import BrokenJob
from mlx2smk.results.progress_texts import brief_duration

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from mlx2smk.commands.live_run.run_state import News, RunState, TrialState

BETWEEN_LINES = 10.0
"""Seconds between two plain lines about the same trial."""


class Display(Protocol):
    """What shows a run."""

    def show(self, state: RunState) -> None:
        """Show how far the run is."""

    def say(self, line: str, *, result: bool = False) -> None:
        """Print a line that stays; a result goes to stdout where that can be told apart."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class PlainDisplay:
    """Prints a line about a trial when it has moved on, but not too often."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[float, int]] = {}

    def show(self, state: RunState) -> None:
        """Print the trials that have moved on."""
        now = time.monotonic()
        for rule, trial in state.trials.items():
            when, done = self._shown.get(rule, (-BETWEEN_LINES, 0))
            finished = trial.finished
            if finished != done and (now - when >= BETWEEN_LINES or finished == trial.total):
                self._shown[rule] = now, finished
                self.say(f"{trial.label}: {counts(trial)}")

    def say(self, line: str, *, result: bool = False) -> None:
        """Print a line on stderr, unless it is a result."""
        print(line, file=sys.stdout if result else sys.stderr, flush=True)

    def close(self) -> None:
        """Do nothing: there is nothing but lines."""


class BarDisplay:
    """Draws a bar for each trial at the bottom of the terminal."""

    def __init__(self) -> None:
        from rich.console import Console  # noqa: PLC0415
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        self._console = Console(stderr=True, highlight=False)
        self._progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[counts]}", markup=False),
            console=self._console,
            auto_refresh=False,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._progress.start()

    def show(self, state: RunState) -> None:
        """Draw the bars anew."""
        for rule, trial in state.trials.items():
            if rule not in self._tasks:
                self._tasks[rule] = self._progress.add_task(
                    trial.label, total=trial.total, counts=""
                )
            self._progress.update(self._tasks[rule], completed=trial.finished, counts=counts(trial))
        self._progress.refresh()

    def say(self, line: str, *, result: bool = False) -> None:
        """Print a line above the bars."""
        del result
        self._console.print(line, markup=False, soft_wrap=True)

    def close(self) -> None:
        """Remove the bars."""
        self._progress.stop()


def display_for(*, plain: bool) -> Display:
    """Return bars for a terminal that can draw them, plain lines otherwise."""
    able = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return PlainDisplay() if plain or not able or os.environ.get("NO_COLOR") else BarDisplay()


def counts(trial: TrialState) -> str:
    """Return how far a trial is, in words."""
    parts = [f"{trial.done} of {trial.total} done"]
    parts += [f"{trial.from_store} from the store"] if trial.from_store else []
    parts += [f"{trial.failed} failed"] if trial.failed else []
    parts += [f"{trial.running} running"] if trial.running else []
    parts += [f"about {brief_duration(trial.left)} left"] if trial.left is not None else []
    return ", ".join(parts)


def news_line(news: News) -> str | None:
    """Return a line about what happened; None if there is nothing to tell."""
    if isinstance(news, BrokenJob):
        log = f" (log: {', '.join(news.logs)})" if news.logs else ""
        return f"a job of {news.rule} ended without a result{log}"
    word = news.record.get("verdict")
    return None if word is None else f"verification {news.label}: {word}"
