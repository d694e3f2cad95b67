"""Records what a run did that the analysis did not foresee, so that the next compile knows it.

Each record is a file of its own in `.mlx/unforeseen/EXPERIMENT`: jobs that run at the same time cannot
overwrite each other's, and the same surprise is recorded once.
"""

from __future__ import annotations

import os

from . import digests, layout, records
from .errors import REMEDY, JobError
from .plan import size_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .documents import Context, Surprise, TrialEntry
    from .plan import Plan

UNFORESEEN_FORMAT = "mlx2smk-unforeseen"
UNFORESEEN_VERSION = 1


def keep(plan: Plan, function: str, surprise: Surprise) -> None:
    """Record what a function of the experiment did."""
    record = {
        "format": UNFORESEEN_FORMAT,
        "version": UNFORESEEN_VERSION,
        "function": function,
        **surprise,
    }
    name = digests.of_json(record)[:16]
    path = f"{layout.unforeseen_folder(plan.stem)}/{name}.json"
    if not os.path.exists(path):
        records.write(path, record)


def missed_updates(update: Iterable[str], trial: TrialEntry, trials: list[TrialEntry]) -> list[str]:
    """Return the keys of an update that the analysis did not foresee and another run may have missed."""
    keys = [] if trial["writes"] is None else sorted(set(update) - set(trial["writes"]))
    readers = _parallel_readers(trial, trials) if keys else []
    return [key for key in keys if any(t["reads"] is None or key in t["reads"] for t in readers)]


def _parallel_readers(trial: TrialEntry, trials: list[TrialEntry]) -> list[TrialEntry]:
    """Return the trials whose runs should see the updates of a trial, but do not wait for them.

    Combinations of the trial itself wait for each other only in a chain. Trials of the same order that
    come later in the file wait if the trial is in their `after`; those of a higher order always wait.
    """
    name = trial["name"]
    later = trials[[each["name"] for each in trials].index(name) + 1 :]
    readers = [t for t in later if t["order"] == trial["order"] and name not in t["after"]]
    has_several = size_of(trial) > 1
    if has_several and not trial["chained"] and trial["parallel"] is None:
        readers.append(trial)
    return readers


def of_update(trial: str, key: str) -> str:
    """Return what to say about an update of a key."""
    return (
        f"{trial} updated SETUP[{key!r}], which the analysis did not foresee: write "
        f'return {{"context_update": {{"{key}": …}}}} with the keys as literals'
    )


def check_unforeseen_updates(plan: Plan, updates: Iterable[Context]) -> None:
    """Raise JobError if a run may have missed an update of a trial, given the updates of each trial.

    The runs that made the updates have checked this as well. But their results may be older than the
    code that reads the key.
    """
    for trial, update in zip(plan.trials, updates):
        keys = missed_updates(update, trial, plan.trials)
        if keys:
            keep(plan, trial["name"], {"writes": keys})
            raise JobError(f"{of_update(trial['name'], keys[0])}, {REMEDY}")
