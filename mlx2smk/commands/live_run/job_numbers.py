"""Which combinations each job of a trial runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.results.decided import with_tails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


class JobNumbers:
    """The numbers of the combinations of the jobs in a plan, and of those that are decided meanwhile."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._found: dict[tuple[str, str], Sequence[int]] = {}
        for trial in plan.trials:
            for job in (*trial.alone, *trial.jobs):
                self._found[trial.rule, job.name] = job.numbers

    def of(self, rule: str, job: str) -> Sequence[int]:
        """Return the numbers of a job's combinations, in order; none if there is no such job."""
        if (rule, job) not in self._found:
            for trial in with_tails(self._plan, self._folder).trials:
                for each in trial.jobs:
                    self._found[trial.rule, each.name] = each.numbers
        return self._found.setdefault((rule, job), ())
