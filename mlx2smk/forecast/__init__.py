"""Plan + what earlier runs left -> what the next run will do, and why.

The forecast predicts what Snakemake does: a job runs if its result is missing or was made from something
else. Of a context, only changed values count. Where values depend on functions that still have to run,
the forecast gives a lower and an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.forecast.background import Background
from mlx2smk.forecast.knowledge import Knowledge
from mlx2smk.forecast.single_run_forecasts import forecast_setup, forecast_verification
from mlx2smk.forecast.trial_forecasts import forecast_trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlx2smk.forecast.code_changes import Code
    from mlx2smk.forecast.outlook import Outlook
    from mlx2smk.forecast.past import Past
    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Forecast:
    """The outlooks of all functions of an experiment.

    ``others`` are former trials that still have results, with the numbers of their jobs.
    """

    experiment: str
    source: str
    setups: tuple[Outlook, ...]
    trials: tuple[Outlook, ...]
    verifications: tuple[Outlook, ...]
    others: Mapping[str, int]


def forecast(plan: Plan, past: Past, code: Code) -> Forecast:
    """Forecast the next run of an experiment."""
    context, setups, background = Knowledge(), [], Background(past, code)
    for setup in plan.setups:
        outlook, returned = forecast_setup(setup, context, background)
        setups.append(outlook)
        context = context.merged(returned)
    trials: dict[str, Outlook] = {}
    updates: dict[str, Knowledge] = {}
    for trial in plan.trials:
        seen = _after(context, updates, trial.after)
        outlook, updates[trial.name] = forecast_trial(trial, seen, background)
        trials[trial.name] = outlook
    final = _after(context, updates, tuple(updates))
    verifications = (
        forecast_verification(verify, final, trials, background) for verify in plan.verifications
    )
    return Forecast(
        plan.experiment,
        plan.source,
        tuple(setups),
        tuple(trials.values()),
        tuple(verifications),
        past.others,
    )


def _after(
    context: Knowledge, updates: Mapping[str, Knowledge], trials: tuple[str, ...]
) -> Knowledge:
    """Return the context after some trials."""
    for trial in trials:
        context = context.merged(updates[trial])
    return context
