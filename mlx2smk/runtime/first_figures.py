"""Which figures say most about the results of a trial: the first that a report shows."""

from __future__ import annotations

import re

from .result_fields import DURATION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PARAM, FIELD = "param", "field"
"""What a column is of, if not of the duration."""

NUMBER, CATEGORY, TEXT = "number", "category", "text"
"""What kind of values it has."""

MOST_CATEGORIES = 30
"""Different values of a category; texts with more are texts."""

MOST_LINES = 10
"""Lines in one figure."""

_REPEATS = re.compile(r"(.*_)?(seed|random_state|fold|repeat|rep|replicate|repetition)s?")
_GOAL = re.compile(
    r"acc|auc|f1|score|loss|error|err|rmse|mse|mae|r2|reward|perplexity", re.IGNORECASE
)


class ColumnFacts:
    """What is known of a column: its name, what it is of, the kind and number of its different values."""

    __slots__ = ("distinct", "kind", "name", "role")

    def __init__(self, name: str, role: str, kind: str, distinct: int) -> None:
        self.name = name
        self.role = role
        self.kind = kind
        self.distinct = distinct

    @property
    def varies(self) -> bool:
        """Whether it has more than one value."""
        return self.distinct > 1

    @property
    def is_repeat(self) -> bool:
        """Whether its values only repeat what is measured, as those of a seed do."""
        return _REPEATS.fullmatch(self.name) is not None


class FigureChoice:
    """A figure: `lines`, `heat`, `distribution` or `parallel`, and the columns on its axes."""

    __slots__ = ("colour", "kind", "x", "y")

    def __init__(self, kind: str, y: str, x: str = "", colour: str = "") -> None:
        self.kind = kind
        self.y = y
        self.x = x
        self.colour = colour

    def axes(self) -> dict[str, str]:
        """Return the figure as the page of a report has it."""
        return {"kind": self.kind, "y": self.y, "x": self.x, "colour": self.colour}


def measured_columns(columns: Sequence[ColumnFacts]) -> list[ColumnFacts]:
    """Return the numbers that were measured and vary, the one that the trial is about first."""
    fields = [c for c in columns if c.role == FIELD and c.kind == NUMBER and c.varies]
    fields.sort(key=lambda c: c.name.startswith("context_update."))  # these say what others get
    goal = next((c for c in fields if _GOAL.search(c.name)), fields[0] if fields else None)
    rest = [c for c in fields if c is not goal]
    times = [c for c in columns if c.role == DURATION and c.kind == NUMBER and c.varies]
    return [*([] if goal is None else [goal]), *rest, *times]


def chosen_figures(columns: Sequence[ColumnFacts]) -> list[FigureChoice]:
    """Return the figures to begin with; none if nothing was measured, or nothing varies."""
    measured = measured_columns(columns)
    varied = [c for c in columns if c.role == PARAM and c.varies and c.kind != TEXT]
    return _figures(measured[0], varied) if measured and varied else []


def _figures(goal: ColumnFacts, varied: Sequence[ColumnFacts]) -> list[FigureChoice]:
    axes = [c for c in varied if not c.is_repeat] or list(varied)
    numbers = sorted((c for c in axes if c.kind == NUMBER), key=lambda c: -c.distinct)
    x = numbers[0] if numbers else axes[0]
    rest = [c for c in axes if c is not x]
    # A line for each category if there are some, else for each value of another number.
    lines = sorted((c for c in rest if c.distinct <= MOST_LINES), key=lambda c: c.kind == NUMBER)
    colour = lines[0].name if lines else ""
    found = [FigureChoice("lines", goal.name, x.name, colour)]
    if rest:
        other = next((c for c in rest if c.kind == NUMBER), rest[0])
        found.append(FigureChoice("heat", goal.name, x.name, other.name))
    found.append(FigureChoice("distribution", goal.name, goal.name, colour))
    if len(axes) > 2:
        found.append(FigureChoice("parallel", goal.name))
    return found
