"""Which figures say most about the results of a trial; the reader of the report may change all of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.results.columns import DURATION, FIXED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.results.columns import Table

PARAM, FIELD = "param", "field"
NUMBER, CATEGORY, TEXT = "number", "category", "text"
MOST_CATEGORIES = 30
"""Different values of a category; texts with more are texts."""

MOST_LINES = 10
"""Lines in one figure."""

LARGEST_INTEGER = 2**53
"""Above it, JavaScript cannot tell integers apart."""

_REPEATS = re.compile(r"(.*_)?(seed|random_state|fold|repeat|rep|replicate|repetition)s?")
_GOAL = re.compile(
    r"acc|auc|f1|score|loss|error|err|rmse|mse|mae|r2|reward|perplexity", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class PageColumn:
    """A column of a trial's table: what it is of, what kind of values it has, and the values."""

    name: str
    role: str
    kind: str
    shown: bool
    values: list[Any]
    distinct: int

    @property
    def varies(self) -> bool:
        """Whether it has more than one value."""
        return self.distinct > 1

    @property
    def is_repeat(self) -> bool:
        """Whether its values only repeat what is measured, as those of a seed do."""
        return _REPEATS.fullmatch(self.name) is not None


@dataclass(frozen=True, slots=True)
class FigureChoice:
    """A figure: `lines`, `heat`, `distribution` or `parallel`, and the columns on its axes."""

    kind: str
    y: str
    x: str = ""
    colour: str = ""


def page_columns(table: Table) -> list[PageColumn]:
    """Return the columns of a table, also those that are shown only on demand."""
    cells = zip(*table.lines, strict=True) if table.lines else ([] for _ in table.names)
    return [
        _column(name, list(values), table, at < table.shown)
        for at, (name, values) in enumerate(zip(table.names, cells, strict=True))
    ]


def _column(name: str, values: list[Any], table: Table, shown: bool) -> PageColumn:
    own = name if name in FIXED else PARAM
    role = FIELD if name in table.fields else own
    there = [value for value in values if value is not None]
    distinct = len({(type(value) is bool, value) for value in there})
    is_number = there and all(map(_is_drawn, there))
    kind = NUMBER if is_number else CATEGORY if distinct <= MOST_CATEGORIES else TEXT
    return PageColumn(name, role, kind, shown, values, distinct)


def _is_drawn(value: Any) -> bool:
    """Tell whether a browser can take the value for a number."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and (isinstance(value, float) or abs(value) <= LARGEST_INTEGER)


def chosen_figures(columns: Sequence[PageColumn]) -> list[FigureChoice]:
    """Return the figures to begin with; none if nothing was measured, or nothing varies."""
    measured = [c for c in columns if c.role == FIELD and c.kind == NUMBER and c.varies]
    measured.sort(key=lambda c: c.name.startswith("context_update."))  # these say what others get
    measured += [c for c in columns if c.role == DURATION and c.kind == NUMBER and c.varies]
    varied = [c for c in columns if c.role == PARAM and c.varies and c.kind != TEXT]
    if not measured or not varied:
        return []
    goal = next((c for c in measured if _GOAL.search(c.name)), measured[0])
    return _figures(goal, varied)


def _figures(goal: PageColumn, varied: Sequence[PageColumn]) -> list[FigureChoice]:
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
