"""The columns of a report's page, from which its figures are chosen; its reader may change all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.runtime.first_figures import (
    CATEGORY,
    FIELD,
    MOST_CATEGORIES,
    NUMBER,
    PARAM,
    TEXT,
    ColumnFacts,
)
from mlx2smk.runtime.result_fields import FIXED

if TYPE_CHECKING:
    from mlx2smk.results.columns import Table

LARGEST_INTEGER = 2**53
"""Above it, JavaScript cannot tell integers apart."""


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
    def facts(self) -> ColumnFacts:
        """What figures are chosen by."""
        return ColumnFacts(self.name, self.role, self.kind, self.distinct)


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
