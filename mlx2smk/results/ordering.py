"""The order of a table's lines: by columns, whatever they hold."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.results.columns import Table


def ordered(table: Table, text: str) -> Table:
    """Return the table sorted by columns such as ``-acc,lr``; a minus is for the largest first.

    Lines without a value come last either way, after those with NaN; numbers come before texts.
    """
    lines = table.lines
    for part in reversed([part.strip() for part in text.split(",") if part.strip()]):
        falling = part.startswith("-") and part not in table.names
        place = table.place(part[1:] if falling else part, "--sort")
        lines = _sorted(lines, place, falling=falling)
    return table.with_lines(lines)


def extreme(table: Table, name: str, option: str) -> Table:
    """Return the table sorted by a column, ``--best`` or ``--worst`` first, without lines that have no number."""
    place = table.place(name, option)
    lines = [line for line in table.lines if _is_ordered(line[place])]
    return table.with_lines(_sorted(lines, place, falling=option == "--best"))


def _sorted(lines: Sequence[list[Any]], place: int, *, falling: bool) -> list[list[Any]]:
    there = [line for line in lines if line[place] is not None and not _is_nan(line[place])]
    nans = [line for line in lines if line[place] is not None and _is_nan(line[place])]
    without = [line for line in lines if line[place] is None]
    return [*sorted(there, key=lambda line: _key(line[place]), reverse=falling), *nans, *without]


def _key(value: Any) -> tuple[bool, Any]:
    return isinstance(value, str), value


def _is_nan(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _is_ordered(value: Any) -> bool:
    return isinstance(value, (int, float)) and not _is_nan(value)
