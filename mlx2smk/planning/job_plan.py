"""A job of a trial in the plan, which is a line of text in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.runtime.plan import numbers_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPlan:
    """One Snakemake job of a trial: ``count`` combinations from number ``first`` on, run in order.

    ``spans`` are their numbers where they are not consecutive. In JSON it is a line of text, since each
    of a thousand jobs reads the plan: objects would take ten times as long.
    """

    name: str
    first: int
    count: int
    digest: str
    spans: str = ""

    @property
    def line(self) -> str:
        """The job as in plan.json; no part of it has a space."""
        return f"{self.name} {self.spans or self.first} {self.count} {self.digest}"

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of its combinations, in order."""
        return numbers_of(self.spans or str(self.first), self.count)

    @staticmethod
    def of_line(line: str) -> JobPlan:
        """Return the job; raise ValueError if the line is not one of plan.json."""
        name, where, count, digest = line.split(" ")
        spans = "" if where.isdigit() else where
        first = numbers_of(where, int(count))[0]
        return JobPlan(name=name, first=first, count=int(count), digest=digest, spans=spans)
