"""The runs of a trial by columns, in as little memory as figures and the first lines of a table need.

Columns have the names that they have in tables.
"""

from __future__ import annotations

import math
from array import array

from . import jsontext
from .first_figures import CATEGORY, FIELD, MOST_CATEGORIES, NUMBER, PARAM, TEXT, ColumnFacts
from .result_fields import DURATION, FIXED, STRUCTURED, field_name, fields_of
from .words import failure_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import RunDict

MOST_ROWS = 1000
"""Runs of which everything is kept: the first ones."""

MOST_FIELDS = 40
"""Fields of results that have columns, the first that come."""

MOST_FAILURES = 100
"""Different failures that are counted one by one."""

LARGEST_DRAWN = 1e100
"""Numbers beyond it are not drawn: their squares would be no numbers."""


class ParamColumn:
    """The values of a parameter: the different ones, and for each run the place of its value among them."""

    __slots__ = ("_known", "places", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.places = array("l")
        self._known: dict[Any, int] = {}

    def add(self, value: Any) -> None:
        """Add the value of the next run."""
        kind = type(value)
        key = (kind, jsontext.dumps(value) if kind in STRUCTURED else value)
        place = self._known.setdefault(key, len(self.values))
        if place == len(self.values):
            self.values.append(value)
        self.places.append(place)

    @property
    def kind(self) -> str:
        """The kind of its values, for the choice of figures."""
        if all(map(_is_drawn, self.values)):
            return NUMBER
        return CATEGORY if len(self.values) <= MOST_CATEGORIES else TEXT


class NumberColumn:
    """The number of each run; NaN where there is none. It is no such column if `others` are in it."""

    __slots__ = ("numbers", "others")

    def __init__(self) -> None:
        self.numbers = array("d")
        self.others = False

    def add(self, value: Any, before: int) -> None:
        """Add the value of the next run, before which there were so many."""
        if self.others or value is None:
            return
        if not _is_drawn(value) and type(value) is not float:
            self.others = True
            return
        missing = before - len(self.numbers)
        if missing > 0:
            self.numbers.extend([math.nan] * missing)
        self.numbers.append(value)

    def at(self, number: int) -> float:
        """Return the number of a run."""
        return self.numbers[number] if number < len(self.numbers) else math.nan

    @property
    def distinct(self) -> int:
        """How many different numbers there are, as 0, 1 or 2 for more."""
        there = [value for value in self.numbers if math.isfinite(value)]
        return 0 if not there else 1 if min(there) == max(there) else 2


class TrialColumns:
    """The runs of a trial, to which `add` adds one after another.

    `parameters` has the columns of parameters by these, `params` by their names in tables. `rows` are the first of them with the fields of their results, `fields` the columns of fields, and
    `failures` has, for what failures say, how many say it and the number of the first that does.
    `has_more` says that there are more fields than columns.
    """

    def __init__(self, parameters: list[str]) -> None:
        self.params = {_param_name(name): ParamColumn() for name in parameters}
        self.parameters = dict(zip(parameters, self.params.values()))
        self.fields: dict[str, NumberColumn] = {}
        self.durations = NumberColumn()
        self.rows: list[tuple[RunDict, dict[str, Any]]] = []
        self.failures: dict[str, tuple[int, int]] = {}
        self.count = 0
        self.failed = 0
        self.has_more = False
        self._names: dict[str, str] = {}

    def add(self, run: RunDict) -> None:
        """Add the next run."""
        params = run.get("params", {})
        for name, column in self.parameters.items():
            column.add(params.get(name))
        self.durations.add(run.get("duration"), self.count)
        fields = {self._name(n): value for n, value in fields_of(run.get("result")).items()}
        for name, value in fields.items():
            self._add_field(name, value)
        if self.count < MOST_ROWS:
            self.rows.append((run, fields))
        if not run["success"]:
            self._add_failure(failure_line(run))
        self.count += 1

    def _add_field(self, name: str, value: Any) -> None:
        column = self.fields.get(name)
        if column is None:
            if len(self.fields) == MOST_FIELDS:
                self.has_more = True
                return
            column = self.fields[name] = NumberColumn()
        column.add(value, self.count)

    def _name(self, name: str) -> str:
        found = self._names.get(name)
        if found is None:
            found = self._names[name] = field_name(name, {*self.params, *FIXED})
        return found

    def _add_failure(self, line: str) -> None:
        self.failed += 1
        if line in self.failures or len(self.failures) < MOST_FAILURES:
            count, first = self.failures.get(line, (0, self.count))
            self.failures[line] = count + 1, first

    def numbers(self) -> dict[str, NumberColumn]:
        """Return all columns of numbers that were measured."""
        found = {n: c for n, c in self.fields.items() if not c.others and len(c.numbers)}
        return {**found, DURATION: self.durations}

    def facts(self) -> list[ColumnFacts]:
        """Return what figures are chosen by."""
        return [
            *(ColumnFacts(n, PARAM, c.kind, len(c.values)) for n, c in self.params.items()),
            *(
                ColumnFacts(n, DURATION if n == DURATION else FIELD, NUMBER, c.distinct)
                for n, c in self.numbers().items()
            ),
        ]


def _param_name(name: str) -> str:
    return f"params.{name}" if name in FIXED else name


def _is_drawn(value: Any) -> bool:
    """Tell whether a value is a number that can be drawn."""
    kind = type(value)
    return (kind is float or kind is int) and abs(value) < LARGEST_DRAWN
