"""Everything that the page of a report says, from the one reader of results; without any HTML but code."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.report.listings import ListedFile, listed_files
from mlx2smk.report.page_columns import LARGEST_INTEGER, page_columns
from mlx2smk.report.surroundings import surroundings
from mlx2smk.report.timeline import job_bars, job_times
from mlx2smk.results.choosing import grid_of
from mlx2smk.results.columns import table_of
from mlx2smk.results.edited import edited_files
from mlx2smk.results.failure_groups import failure_groups
from mlx2smk.results.progress import NOT_FINISHED, NOT_RUN, RUNNING, progress_of
from mlx2smk.results.progress_texts import brief_duration
from mlx2smk.results.rows import report_document
from mlx2smk.runtime.first_figures import chosen_figures
from mlx2smk.runtime.words import failure_line, repro_command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import FunctionPlan, Plan, VerifyPlan
    from mlx2smk.report.timeline import JobBar
    from mlx2smk.results.failure_groups import FailureGroup
    from mlx2smk.results.progress import Progress, TrialProgress
    from mlx2smk.results.rows import Row
    from mlx2smk.runtime.documents import VerdictRecord

MOST_COMMANDS = 20
"""Combinations of a group of failures whose commands are listed."""

LONGEST_IN_PAGE = 10_000
"""Characters of one text; a browser would not show a page with results of hundreds of megabytes."""

VERSION_LENGTH = 12
"""Characters of a digest that people see."""


@dataclass(frozen=True, slots=True)
class JudgedVerdict:
    """A verification with its verdict, and what it rests on: trials and versions of code."""

    name: str
    verdict: str
    about: str
    trials: tuple[tuple[str, str], ...]
    version: str
    duration: str = ""
    error: str = ""
    traceback: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class TrialPart:
    """A trial: how far it is, and its table and figures as data for the page."""

    name: str
    version: str
    total: int
    done: int
    failed: int
    missing: int
    computing: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FailurePart:
    """Combinations that failed alike, with commands that step into them."""

    trial: str
    count: int
    total: int
    place: str
    error: str
    text: str
    traceback: str
    common: str
    commands: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListedFunction:
    """The code that one function ran."""

    kind: str
    name: str
    version: str
    line: int
    files: tuple[ListedFile, ...]


@dataclass(frozen=True, slots=True)
class PageContents:
    """The report of an experiment; ``context`` is None until everything has run."""

    experiment: str
    source: str
    status: str
    partial: bool
    edited: tuple[str, ...]
    verdicts: tuple[JudgedVerdict, ...]
    trials: tuple[TrialPart, ...]
    failures: tuple[FailurePart, ...]
    bars: tuple[JobBar, ...]
    runs: tuple[float, ...]
    context: tuple[tuple[str, str], ...] | None
    surroundings: tuple[tuple[str, str], ...]
    functions: tuple[ListedFunction, ...]

    def data(self) -> dict[str, Any]:
        """Return what the scripts of the page draw."""
        return {
            "trials": [trial.data for trial in self.trials],
            "bars": [list(asdict(bar).values()) for bar in self.bars],
            "runs": list(self.runs),
        }


def page_contents(directory: Path, plan: Plan, more: Sequence[str]) -> PageContents:
    """Return what there is to say; ``more`` are words for the end of commands about combinations."""
    progress = progress_of(directory, plan)
    partial = progress.status in {RUNNING, NOT_FINISHED, NOT_RUN}
    bars, runs = job_bars(job_times(directory, plan))
    groups = failure_groups(directory, plan, progress.failures)
    return PageContents(
        experiment=plan.experiment,
        source=plan.source,
        status=progress.status,
        partial=partial,
        edited=tuple(edited_files(directory, plan)),
        verdicts=tuple(_verdict(plan, progress, each) for each in plan.verifications),
        trials=tuple(map(_trial, plan.trials, progress.trials)),
        failures=tuple(_failure(plan, group, more) for group in groups),
        bars=tuple(bars),
        runs=tuple(runs),
        context=None if partial else _context(directory, plan),
        surroundings=tuple(surroundings(directory, plan)),
        functions=tuple(_function(directory, plan, each) for each in plan.functions),
    )


def _version(function: FunctionPlan) -> str:
    return function.digest[:VERSION_LENGTH]


def _verdict(plan: Plan, progress: Progress, verify: VerifyPlan) -> JudgedVerdict:
    record: VerdictRecord | None = progress.verdicts[verify.name]
    trials = tuple((t.name, _version(t)) for t in plan.trials if t.name in verify.depends)
    about = ", ".join(verify.trial_names)
    if record is None:
        return JudgedVerdict(verify.name, "waiting", about, trials, _version(verify))
    return JudgedVerdict(
        name=verify.name,
        verdict=record["verdict"],
        about=about,
        trials=trials,
        version=_version(verify),
        duration=_seconds(record["duration"]),
        error=shorten(f"{record.get('type')}: {record['error']}", LONGEST_IN_PAGE)
        if "error" in record
        else "",
        traceback=_shortened_inside(record.get("traceback", "")),
        log=record["log"],
    )


def _trial(trial: FunctionPlan, progress: TrialProgress) -> TrialPart:
    columns = page_columns(table_of(progress.rows, with_trial=False))
    computed = sum(row.run["duration"] for row in progress.rows if row.run is not None)
    data = {
        "name": trial.name,
        "rows": len(progress.rows),
        "columns": [
            {
                "name": c.name,
                "role": c.role,
                "kind": c.kind,
                "shown": c.shown,
                "distinct": c.distinct,
            }
            for c in columns
        ],
        "values": [list(map(_in_browser, column.values)) for column in columns],
        "figures": [each.axes() for each in chosen_figures([c.facts for c in columns])],
    }
    return TrialPart(
        name=trial.name,
        version=_version(trial),
        total=progress.total,
        done=progress.done,
        failed=progress.failed,
        missing=progress.total - progress.done - progress.failed,
        computing=_seconds(computed),
        data=data,
    )


def _in_browser(value: Any) -> Any:
    """Return a cell that JSON and JavaScript can carry: odd numbers become texts, long texts are cut."""
    kind = type(value)
    if kind is float and not math.isfinite(value):
        return str(value)
    if kind is int and abs(value) > LARGEST_INTEGER:
        return str(value)
    return shorten(value, LONGEST_IN_PAGE) if kind is str else value


def _shortened_inside(text: str) -> str:
    """Return a traceback without its middle if it is long: it begins with the call, and ends with the error."""
    half = LONGEST_IN_PAGE // 2
    return text if len(text) <= LONGEST_IN_PAGE else f"{text[:half]}\n…\n{text[-half:]}"


def _seconds(duration: float) -> str:
    return f"{duration:.2g} s" if duration < 1 else brief_duration(duration)


def _failure(plan: Plan, group: FailureGroup, more: Sequence[str]) -> FailurePart:
    grid = grid_of(next(trial for trial in plan.trials if trial.name == group.trial))
    run = group.rows[0].run
    assert run is not None  # noqa: S101 - they failed, so they ran
    return FailurePart(
        trial=group.trial,
        count=len(group.rows),
        total=group.of,
        place=group.place,
        error=failure_line(run),
        text=shorten(run.get("error", ""), LONGEST_IN_PAGE),
        traceback=_shortened_inside(run.get("traceback", "").rstrip()),
        common=", ".join(f"{name}={value!r}" for name, value in group.common.items()),
        commands=tuple(
            _command(group.trial, grid, row, more) for row in group.rows[:MOST_COMMANDS]
        ),
    )


def _command(trial: str, grid: Any, row: Row, more: Sequence[str]) -> tuple[str, str]:
    """Return the command that steps into a combination, and the path of its log."""
    return repro_command(trial, grid.texts(row.number), more), row.log or ""


def _context(directory: Path, plan: Plan) -> tuple[tuple[str, str], ...] | None:
    report = report_document(directory, plan)
    context = report.get("context") if isinstance(report, dict) else None
    if not isinstance(context, dict):
        return None
    texts = ((key, json.dumps(value, ensure_ascii=False)) for key, value in context.items())
    return tuple((key, shorten(text, LONGEST_IN_PAGE)) for key, text in texts)


def _function(directory: Path, plan: Plan, function: FunctionPlan) -> ListedFunction:
    files = tuple(listed_files(directory, plan, function))
    return ListedFunction(function.kind, function.name, _version(function), function.line, files)
