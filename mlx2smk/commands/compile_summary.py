"""What ``mlx compile`` says on a terminal: what was found, what runs side by side, what will run, what to do next."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from mlx2smk.runtime.os_errors import printable_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, TrialPlan
    from mlx2smk.planning.planned import PlannedExperiment

MOST_FORECAST: Final = 2000  # combinations; a forecast of more takes longer than anybody waits for


def brief_lines(units: Sequence[PlannedExperiment]) -> Iterator[str]:
    """Yield a line for each experiment that was compiled, for programs and pipes."""
    for unit in units:
        trials = ", ".join(f"{trial.name} ({trial.combinations})" for trial in unit.plan.trials)
        yield f"{printable_path(unit.plan.source)}: {trials}"


def full_lines(
    units: Sequence[PlannedExperiment], directory: Path, interpreter: str | None
) -> Iterator[str]:
    """Yield what a person wants to know; ``interpreter`` is the one chosen for the jobs."""
    for unit in units:
        rows = list(found_rows(unit.plan))
        outlooks = _outlooks(unit, directory, interpreter)
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        yield printable_path(unit.plan.source)
        for name, what in rows:
            row = f"  {name:{widths[0]}}  {what:{widths[1]}}  {outlooks.get(name, '')}"
            yield row.rstrip()
    yield next_step([unit.experiment.source.path for unit in units], directory)


def found_rows(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield the functions of an experiment with what they are."""
    for setup in plan.setups:
        yield setup.name, "setup"
    for trial in plan.trials:
        yield trial.name, f"trial, {_grid(trial)}, {_together(trial)}"
    for verify in plan.verifications:
        yield verify.name, f"verifies {', '.join(verify.trial_names)}"


def _grid(trial: TrialPlan) -> str:
    """Return the number of combinations, and how it comes about."""
    count = trial.combinations
    noun = "combination" if count == 1 else "combinations"
    sizes = [f"{len(values)} {name}" for name, values in trial.parameters]
    return f"{count} {noun}" + (f" ({' x '.join(sizes)})" if len(sizes) > 1 else "")


def _together(trial: TrialPlan) -> str:
    if trial.combinations < 2:
        return "alone"
    if trial.chained:
        return "one after another"
    return "side by side" if trial.parallel is None else f"at most {trial.parallel} side by side"


def next_step(sources: Iterable[str], directory: Path) -> str:
    """Return the command to go on with, and the one that explains."""
    source, there = shlex.quote(next(iter(sources))), shlex.quote(str(directory))
    enter, option = ("", "") if there == "." else (f"cd {there} && ", f" -d {there}")
    return f"next: {enter}snakemake -j8 (what will run, and why: mlx explain {source}{option})"


def _outlooks(unit: PlannedExperiment, directory: Path, interpreter: str | None) -> dict[str, str]:
    """Return what the next run will do with each function; nothing for grids that are large."""
    from mlx2smk.forecast.wording import forecast_lines, forecast_unit  # noqa: PLC0415

    if sum(trial.combinations for trial in unit.plan.trials) > MOST_FORECAST:
        return {}
    lines = forecast_lines(forecast_unit(unit, directory, interpreter))
    heads = (line.partition(": ") for line in lines if not line.startswith(" "))
    return {name: text for name, _, text in heads}
