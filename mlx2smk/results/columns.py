"""Rows -> a table: the parameters, the fields of results and what else is known, by the names of columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import UnknownColumn
from mlx2smk.diagnostics.diagnostic import did_you_mean, shorten
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.runtime.result_fields import (
    DURATION,
    ERROR,
    FIXED,
    RESULT,
    STATUS,
    STRUCTURED,
    TRIAL,
    cell_of,
    field_name,
    fields_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.results.rows import Row

LONGEST_LIST = 300
"""Characters of the columns that a message lists."""

LONGEST_CELL = 500
"""Characters; longer texts are whole only in formats for programs."""


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a table by lines: numbers, texts, truth values, or None for nothing.

    The first ``shown`` columns are those that people see. The others are fields of parameters that are
    dicts: one can ask for them by name. ``fields`` are the columns of results.
    """

    names: tuple[str, ...]
    lines: list[list[Any]]
    shown: int
    fields: tuple[str, ...] = ()

    def place(self, name: str, option: str) -> int:
        """Return the place of a column; raise WrongUsageError, about an option, if there is none."""
        if name in self.names:
            return self.names.index(name)
        advice = self.advice(name)
        raise WrongUsageError(UnknownColumn.about(option, name=name, advice=advice))

    def advice(self, name: str) -> str:
        """Return a hint for a name that is no column."""
        listed = shorten(f"columns are {', '.join(self.names)}", LONGEST_LIST)
        return did_you_mean(name, self.names, listed)

    def with_lines(self, lines: Iterable[list[Any]]) -> Table:
        """Return the table with other lines."""
        return Table(self.names, list(lines), self.shown, self.fields)

    def only(self, names: Sequence[str], option: str) -> Table:
        """Return the table with only these columns, in this order."""
        places = [self.place(name, option) for name in names]
        fields = tuple(name for name in names if name in self.fields)
        lines = [[line[at] for at in places] for line in self.lines]
        return Table(tuple(names), lines, len(names), fields)

    def visible(self) -> Table:
        """Return the table without what only can be asked for."""
        if self.shown == len(self.names):
            return self
        lines = [line[: self.shown] for line in self.lines]
        return Table(self.names[: self.shown], lines, self.shown, self.fields)

    def without_empty(self, name: str) -> Table:
        """Return the table without a column of this name that has nothing but gaps."""
        if name not in self.names:
            return self
        at = self.names.index(name)
        if any(line[at] is not None for line in self.lines):
            return self
        return self.only([each for each in self.names if each != name], name)


def table_of(rows: Sequence[Row], *, with_trial: bool) -> Table:
    """Return the table of some rows; ``with_trial`` adds the column that tells trials apart."""
    params = _keys(row.params for row in rows)
    results = [_flat(row) for row in rows]
    fields = _keys(results)
    param_names = [f"params.{name}" if name in FIXED else name for name in params]
    field_names: list[str] = []
    taken = {*param_names, *FIXED}
    for name in fields:
        field_names.append(field_name(name, taken))
        taken.add(field_names[-1])
    nested = _nested(rows, params, {*param_names, *field_names, *FIXED})
    columns = [
        *([[row.trial for row in rows]] if with_trial else []),
        *(_param_column(rows, name) for name in params),
        [row.status for row in rows],
        *([flat.get(name) for flat in results] for name in fields),
        [None if row.run is None else row.run.get("duration") for row in rows],
        [row.error for row in rows],
        *([cell_of(_inside(row.params, path)) for row in rows] for path in nested.values()),
    ]
    names = [*([TRIAL] * with_trial), *param_names, STATUS, *field_names, DURATION, ERROR]
    lines = list(map(list, zip(*columns, strict=True)))
    return Table((*names, *nested), lines, len(names), tuple(field_names))


def _param_column(rows: Sequence[Row], name: str) -> list[Any]:
    values = [row.params.get(name) for row in rows]
    return list(map(cell_of, values)) if STRUCTURED & set(map(type, values)) else values


def _keys(dicts: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return all keys, in the order in which they come."""
    # There are few sequences of keys, however many dicts there are.
    kinds = dict.fromkeys(map(tuple, dicts))
    return list(dict.fromkeys(name for keys in kinds for name in keys))


def _flat(row: Row) -> dict[str, Any]:
    found = fields_of(row.run.get("result")) if row.run is not None else {}
    return {name or RESULT: value for name, value in found.items()} if "" in found else found


def _nested(rows: Sequence[Row], params: Sequence[str], taken: set[str]) -> dict[str, list[str]]:
    """Return the columns of what is inside parameters that are dicts, with the way to each."""
    found: dict[str, list[str]] = {}
    structured = {
        name for name in params if any(isinstance(row.params.get(name), dict) for row in rows)
    }
    for row in rows if structured else ():
        for name in structured & row.params.keys():
            for path in _paths(row.params[name], [name]):
                found.setdefault(".".join(path), path)
    return {name: path for name, path in found.items() if name not in taken}


def _paths(value: Any, before: list[str]) -> Iterator[list[str]]:
    if not isinstance(value, dict):
        if len(before) > 1:
            yield before
        return
    for name, inner in value.items():
        yield from _paths(inner, [*before, name])


def _inside(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
