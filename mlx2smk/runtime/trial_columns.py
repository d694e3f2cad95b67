"""The runs of a trial by columns, in as little memory as figures and the first lines of a table need.

Columns have the names that they have in tables.
"""

from __future__ import annotations

import math
from array import array

from . import jsontext
from .first_figures import CATEGORY, FIELD, MOST_CATEGORIES, NUMBER, PARAM, TEXT, ColumnFacts
from .result_fields import DURATION, FIXED, RESULT, STRUCTURED, field_name, fields_of
from .words import failure_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import RunDict

MOST_ROWS = 1000
"""Runs that have rows in the table: the first ones."""

MOST_DRAWN = 100_000
"""Runs that are drawn: the first ones, so that memory stays bounded for any number of runs."""

LONGEST_KEPT_TEXT = 200
"""Characters that are kept of a text, and elements of a list that are looked at."""

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
        self.numbers.append(value if _is_drawn(value) else math.nan)

    def at(self, number: int) -> float:
        """Return the number of a run."""
        return self.numbers[number] if number < len(self.numbers) else math.nan

    @property
    def distinct(self) -> int:
        """How many different numbers there are, as 0, 1 or 2 for more."""
        there = filter(math.isfinite, self.numbers)
        first = next(there, None)
        if first is None:
            return 0
        return 1 if all(value == first for value in there) else 2


class TableRow:
    """What is kept of a run besides its parameters: `fields` are cut, and `error` is None if it succeeded."""

    __slots__ = ("duration", "error", "fields")

    def __init__(self, fields: dict[str, Any], duration: Any, error: str | None) -> None:
        self.fields = {name: shortened(value) for name, value in fields.items()}
        self.duration = duration
        self.error = error


def shortened(value: Any) -> Any:
    """Return a value as it is kept for a table: the beginning of its text if that is long."""
    kind = type(value)
    if kind is list:
        value = jsontext.dumps(value[:LONGEST_KEPT_TEXT], ascii_only=False)
    elif kind is dict:
        value = jsontext.dumps(value, ascii_only=False)
    return value[: LONGEST_KEPT_TEXT + 1] if type(value) is str else value


def _unread(value: Any) -> str:
    """Return something that is no number in place of what has others inside."""
    del value
    return ""


class TrialColumns:
    """The runs of a trial, to which `add` adds one after another.

    `parameters` has the columns of parameters by these, `params` by their names in tables. `rows` are the first of them, `fields` the columns of fields, and
    `failures` has, for what failures say, how many say it and the number of the first that does.
    `has_more` says that there are more fields than columns.
    """

    def __init__(self, parameters: list[str]) -> None:
        self.params = {_param_name(name): ParamColumn() for name in parameters}
        self.parameters = dict(zip(parameters, self.params.values()))
        self.fields: dict[str, NumberColumn] = {}
        self.durations = NumberColumn()
        self.rows: list[TableRow] = []
        self.failures: dict[str, tuple[int, int]] = {}
        self.count = 0
        self.failed = 0
        self.has_more = False
        self._names: dict[str, str] = {}

    def add(self, run: RunDict) -> None:
        """Add the next run."""
        error = None if run["success"] else failure_line(run)
        if self.count < MOST_DRAWN:
            self._add_values(run, error)
        if error is not None:
            self._add_failure(error)
        self.count += 1

    def _add_values(self, run: RunDict, error: str | None) -> None:
        params = run.get("params", {})
        for name, column in self.parameters.items():
            column.add(params.get(name))
        self.durations.add(run.get("duration"), self.count)
        is_shown = self.count < MOST_ROWS
        found = fields_of(run.get("result"), shortened if is_shown else _unread)
        fields: dict[str, Any] = {}
        for field, value in found.items():
            name = self._names.get(field or RESULT) or self._new_field(field or RESULT)
            if name:
                fields[name] = value
                self.fields[name].add(value, self.count)
        if is_shown:
            self.rows.append(TableRow(fields, run.get("duration"), error))

    def _new_field(self, field: str) -> str:
        """Return the name of the column of a new field; empty if there are too many."""
        if len(self.fields) == MOST_FIELDS:
            self.has_more = True
            return ""
        name = self._names[field] = field_name(field, {*self.params, *FIXED, *self.fields})
        self.fields.setdefault(name, NumberColumn())
        return name

    def _add_failure(self, line: str) -> None:
        self.failed += 1
        line = line[: LONGEST_KEPT_TEXT + 1]
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
