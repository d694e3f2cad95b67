"""Forecast -> text for people."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast import forecast as make_forecast
from mlx2smk.forecast import reasons as why
from mlx2smk.forecast.code_changes import Code
from mlx2smk.forecast.reading import read_past
from mlx2smk.results.decided import with_all_jobs
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mlx2smk.forecast import Forecast
    from mlx2smk.forecast.outlook import Outlook
    from mlx2smk.forecast.reasons import Reason
    from mlx2smk.planning.planned import PlannedExperiment

MOST_REASONS = 10
MOST_FILES = 3
MINUTE, HOUR, DAY = 60, 3600, 86400


def forecast_unit(unit: PlannedExperiment, directory: Path, interpreter: str | None) -> Forecast:
    """Forecast what a compiled experiment will do in a folder.

    ``interpreter`` is the one chosen for the jobs; None for the default.
    """
    plan = with_all_jobs(unit.plan, directory)
    return make_forecast(plan, read_past(directory, plan, interpreter), code_of(unit))


def code_of(unit: PlannedExperiment) -> Code:
    """Return the code of a compiled experiment, to be compared with what was there before."""
    functions = unit.analysis.functions
    source = PurePath(unit.experiment.source.path)
    slices = [each for function in functions for each in function.slices]
    modules = {module for each in slices for module in each.modules}
    files: dict[str | None, str] = {m.name: str(source.parent / m.path) for m in modules}
    pieces = {each.digest: each.pieces for each in slices}
    return Code(pieces, files | {None: str(source)})


def forecast_lines(forecast: Forecast) -> Iterator[str]:
    """Yield the lines that say what will run, and why."""
    for outlook in (*forecast.setups, *forecast.trials, *forecast.verifications):
        yield f"{outlook.name}: {_headline(outlook)}"
        yield from (f"  {line}" for line in _details(outlook, forecast.source))
    for trial, count in forecast.others.items():
        yield f"{trial}: no longer a trial; mlx gc removes the results of its {counted(count, 'job')}"


def forecast_as_dict(forecast: Forecast) -> dict[str, Any]:
    """Return the forecast as JSON data."""
    return {
        "experiment": forecast.experiment,
        "source": forecast.source,
        "setups": [outlook.as_dict() for outlook in forecast.setups],
        "trials": [outlook.as_dict() for outlook in forecast.trials],
        "verifications": [outlook.as_dict() for outlook in forecast.verifications],
        "others": dict(forecast.others),
    }


def duration(seconds: float) -> str:
    """Return a duration as people say it."""
    if seconds < 1:
        return "under a second"
    for unit, size in (("s", 1), ("min", MINUTE), ("h", HOUR)):
        if seconds < 100 * size or unit == "h":
            return f"about {round(seconds / size)} {unit}"
    raise AssertionError


def _headline(outlook: Outlook) -> str:
    if not outlook.may_run and not outlook.from_store:
        return "nothing to do" + _counted(outlook)
    parts = [_running(outlook), _possibly(outlook)]
    return "; ".join(part for part in parts if part)


def _counted(outlook: Outlook) -> str:
    return "" if outlook.kind != "trial" else f" ({counted(outlook.total, 'combination')})"


def _running(outlook: Outlook) -> str:
    if outlook.run == 0:
        return "" if outlook.may_run else f"nothing runs{_counted(outlook)}"
    again = "" if _never_ran(outlook) else " again"
    time = "" if outlook.seconds is None else f", {duration(outlook.seconds)}"
    if outlook.kind != "trial":
        return f"runs{again}{time}"
    return f"{outlook.run} of {outlook.total} {'runs' if outlook.run == 1 else 'run'}{again}{time}"


def _possibly(outlook: Outlook) -> str:
    """Describe what may run in addition to what certainly runs."""
    if outlook.may_run == outlook.run:
        return ""
    causes = [*_doubts(outlook)]
    if not causes:
        before = "those before them write" if outlook.kind == "trial" else "comes before it"
        causes = [f"what {before} changes"]
    cause = " or if ".join(causes)
    if outlook.kind != "trial":
        return f"runs again if {cause}"
    count = f"up to {outlook.may_run} of {outlook.total}"
    time = "" if outlook.may_seconds is None else f", {duration(outlook.may_seconds)}"
    return f"{count} run if {cause}{time}"


def _doubts(outlook: Outlook) -> Iterator[str]:
    """Yield what is not known yet."""
    doubt = outlook.uncertainty
    if doubt is not None:
        keys = f" (read: {', '.join(doubt.keys)})" if doubt.keys else ""
        yield f"what {_listed(doubt.sources)} gives changes{keys}"
    paths: dict[tuple[str, ...], list[str]] = {}
    for file in outlook.uncertain_files:
        paths.setdefault(file.makers, []).append(file.path)
    for makers, remade in paths.items():
        if len(remade) > MOST_FILES:
            yield f"one of {len(remade)} files that {_making(makers)} changes"
        else:
            yield f"{_listed(map(_place, remade))}, which {_making(makers)}, changes"


def _making(makers: Sequence[str]) -> str:
    return f"{_listed(makers)} makes"


def _place(path: str) -> str:
    return "the experiment's folder" if path == "." else path


def _never_ran(outlook: Outlook) -> bool:
    new = sum(reason.count for reason in outlook.reasons if isinstance(reason, why.New))
    return new >= outlook.run


def _details(outlook: Outlook, source: str) -> Iterator[str]:
    shown = [text for reason in outlook.reasons if (text := _reason(reason, outlook, source))]
    yield from shown[:MOST_REASONS]
    if len(shown) > MOST_REASONS:
        yield f"and {len(shown) - MOST_REASONS} more changes"
    if outlook.from_store:
        yield f"{counted(outlook.from_store, 'combination')} come back from the store of results"
    if outlook.failed:
        what = (
            "a crash stays" if outlook.kind != "trial" else f"{outlook.failed} failed; that stays"
        )
        yield f"{what} recorded (mlx retry forgets it)"


def _reason(reason: Reason, outlook: Outlook, source: str) -> str:
    """Describe a reason; return an empty text if the headline says it already."""
    if isinstance(reason, why.CodeChanged):
        return code_text(reason, outlook.name)
    if isinstance(reason, why.New):
        return (
            f"{counted(reason.count, 'combination')} not run before"
            if outlook.kind == "trial"
            else ""
        )
    if isinstance(reason, (why.Missing, why.Chained)):
        return _SAYINGS[type(reason)].format(combinations=counted(reason.count, "combination"))
    if isinstance(reason, (why.KeyChanged, why.FileChanged, why.FileGone, why.FolderChanged)):
        return _touched(reason)
    return _SAYINGS[type(reason)].format(source=source, reason=reason)


def _touched(reason: why.KeyChanged | why.FileChanged | why.FileGone | why.FolderChanged) -> str:
    """Describe a change of something that the function read."""
    if isinstance(reason, why.KeyChanged):
        return key_text(reason)
    if isinstance(reason, why.FolderChanged):
        return f"{'' if reason.path == '.' else 'the folder '}{_place(reason.path)} has other files"
    how = "is gone" if isinstance(reason, why.FileGone) else "changed"
    by = f", which {_listed(reason.makers)} made" if reason.makers else ""
    return f"{_place(reason.path)} {how}{by}"


_SAYINGS: dict[type[Reason], str] = {
    why.CodeUnknown: "its code changed; what it was is not in .mlx/code any more",
    why.CodeReordered: "the order of its statements in {source} changed, or they read their own source text",
    why.InputChanged: "{reason.path} changed",
    why.LimitChanged: "{reason.name}=, which ended runs, changed",
    why.FileAppeared: "{reason.path} is there now, which it looked for",
    why.ProductChanged: "{reason.path}, which it made, changed",
    why.ProductGone: "{reason.path}, which it made, is gone",
    why.VariableChanged: "{reason.name} has another value",
    why.VariableSet: "{reason.name} is set now",
    why.VariableUnset: "{reason.name} is not set any more",
    why.PackageChanged: "{reason.name} {reason.old} → {reason.new}",
    why.PackageGone: "{reason.name} {reason.old} is not installed any more",
    why.PackageInstalled: "{reason.name} is installed now",
    why.Missing: "{combinations} ran before, but not in these jobs, or the results were deleted",
    why.Regrouped: "its combinations are in other jobs, or in another order, than before",
    why.SoftwareChanged: "its interpreter, conda environment or container changed",
    why.Chained: "{combinations} of the chain now follow a different combination, or one that runs again",
    why.ResultsChanged: "the results of {reason.trial} are collected again",
    why.CompilerChanged: "its results were made by another version of mlx2smk",
}


def key_text(change: why.KeyChanged) -> str:
    """Describe a change of a key of SETUP."""
    return f"SETUP[{change.key!r}] {_values(change.old, change.new)}"


def code_text(change: why.CodeChanged, function: str) -> str:
    """Describe a change of the code that a function depends on."""
    name = change.name or "a statement"
    called = f"{name}()" if change.kind == "function" else name
    if change.kind == "import":
        called = f"the import of {name}"
    text = f"{called} {_how(change)} {change.file}:{change.line}"
    own = change.kind in {"function", "class"}
    path = (*change.path, change.name) if own else change.path
    if path in {(), (function,)}:
        return text
    return f"{text}, reached through {' → '.join(path)}"


def _how(change: why.CodeChanged) -> str:
    if change.change == "changed" and change.old != change.new:
        return f"changed {change.old} → {change.new} in"
    if change.change == "added":
        return "is new in" if change.new is None else f"is new ({change.new}) in"
    return "changed in" if change.change == "changed" else "is gone from"


def _values(old: str | None, new: str | None) -> str:
    if old is None or new is None:
        return "is gone" if new is None else f"is now {new}"
    return "changed" if old == new else f"changed {old} → {new}"


def _listed(names: Iterable[str]) -> str:
    return " or ".join(names)
