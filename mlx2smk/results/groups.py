"""``--group``: how many, mean, standard deviation and a confidence interval, for each group of rows.

The interval is that of the mean by Student's t: mean ± t · s / √n, with the quantile of t for n - 1 degrees
of freedom. It assumes that the values are independent and nearly normal.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from mlx2smk.results.columns import Table
from mlx2smk.results.layouts import number_text
from mlx2smk.results.rows import OK_STATUS
from mlx2smk.runtime.result_fields import DURATION, STATUS, TRIAL

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95
METHOD = "95 % interval of the mean by Student's t"
GROUP = "--group"
COUNT = "count"
STATISTICS = ("mean", "std", "ci95_low", "ci95_high")

EXACT = 200
"""Degrees of freedom up to which the quantile is computed by the finite series."""


def group_lines(table: Table, by: Sequence[str]) -> Table:
    """Return a table with a line for each group, in the order in which the groups come.

    ``count`` is the number of combinations that succeeded. Statistics are those of all numeric fields of
    results, and of the duration. Trials that have none of the columns are left out.
    """
    places = [table.place(name, GROUP) for name in by]
    table = table.with_lines(_of_trials_with(table, places))
    status = table.place(STATUS, GROUP)
    groups: dict[tuple[Any, ...], list[list[Any]]] = {}
    for line in table.lines:
        # 1, 1.0 and True are different groups.
        key = tuple((type(line[at]).__name__, line[at]) for at in places)
        groups.setdefault(key, []).append(line)
    fields = [name for name in (*table.fields, DURATION) if name not in by]
    numeric = [at for at in map(table.names.index, fields) if _is_numeric(table.lines, at)]
    names = [*by, COUNT]
    names += [f"{table.names[at]}.{what}" for at in numeric for what in STATISTICS]
    lines = []
    for key, members in groups.items():
        done = [line for line in members if line[status] == OK_STATUS]
        cells: list[Any] = [*(value for _, value in key), len(done)]
        for at in numeric:
            cells += statistics_of([line[at] for line in done if _is_number(line[at])])
        lines.append(cells)
    return Table(tuple(names), lines, len(names), tuple(names[len(by) :]))


def _of_trials_with(table: Table, places: Sequence[int]) -> list[list[Any]]:
    """Return the lines of the trials in which any of these columns has a value; all lines if none has."""
    if TRIAL not in table.names:
        return table.lines
    at = table.names.index(TRIAL)
    there = {line[at] for line in table.lines if any(line[place] is not None for place in places)}
    return [line for line in table.lines if line[at] in there] or table.lines


def with_intervals(table: Table) -> Table:
    """Return a table of groups for people: both ends of an interval in one column."""
    low, high = (f".{name}" for name in STATISTICS[2:])
    names: list[str] = []
    parts: list[tuple[int, int | None]] = []
    for at, name in enumerate(table.names):
        if name.endswith(low):
            names.append(name.removesuffix(low) + ".ci95")
            parts.append((at, at + 1))
        elif not name.endswith(high):
            names.append(name)
            parts.append((at, None))
    lines = [
        [line[at] if end is None else _interval(line[at], line[end]) for at, end in parts]
        for line in table.lines
    ]
    return Table(tuple(names), lines, len(names))


def _interval(low: float | None, high: float | None) -> str | None:
    if low is None or high is None:
        return None
    return f"{number_text(low)} … {number_text(high)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _is_numeric(lines: Sequence[Sequence[Any]], at: int) -> bool:
    """Tell whether a column has numbers, and nothing else but gaps."""
    found = False
    for line in lines:
        if line[at] is not None:
            if not _is_number(line[at]):
                return False
            found = True
    return found


def statistics_of(values: Sequence[float]) -> list[float | None]:
    """Return mean, standard deviation (of a sample), and both ends of the interval of the mean.

    What is not defined, as the deviation of one value, is None; with NaN or infinities among the values,
    it is what arithmetic gives.
    """
    values = list(map(_float, values))
    count = len(values)
    if not count:
        return [None] * len(STATISTICS)
    if count > 1 and min(values) == max(values) and math.isfinite(values[0]):
        return [values[0], 0.0, values[0], values[0]]  # rounding may make their mean another number
    mean = _sum(values) / count
    if count == 1:
        return [mean, None, None, None]
    deviation = math.sqrt(_sum([(value - mean) * (value - mean) for value in values]) / (count - 1))
    half = t_quantile(count - 1) * deviation / math.sqrt(count)
    return [mean, deviation, mean - half, mean + half]


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer beyond the largest float
        return math.inf if value > 0 else -math.inf


def _sum(values: Sequence[float]) -> float:
    try:
        return math.fsum(values)
    except (ValueError, OverflowError):  # infinities of both signs, or beyond the largest number
        return float(sum(values))


@lru_cache(maxsize=1024)
def t_quantile(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Return the t with which Student's distribution lies between -t and t with that probability.

    For few degrees of freedom it inverts the finite series for the distribution of t (Abramowitz and
    Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4) by bisection. For many, it expands t in
    powers of 1 / freedom around the normal quantile (26.7.5).
    """
    if freedom > EXACT:
        return _expanded(NormalDist().inv_cdf((1 + confidence) / 2), freedom)
    low, high = 0.0, math.pi / 2  # the angle of t / sqrt(freedom)
    for _ in range(80):
        middle = (low + high) / 2
        if _between(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.tan((low + high) / 2) * math.sqrt(freedom)


def _between(angle: float, freedom: int) -> float:
    """Return the probability between -t and t, where t = sqrt(freedom) * tan(angle)."""
    cosine, term, total = math.cos(angle), 1.0, 0.0
    if freedom % 2:
        term = cosine
        for power in range(1, freedom - 1, 2):
            total += term
            term *= cosine**2 * (power + 1) / (power + 2)
        return 2 / math.pi * (angle + math.sin(angle) * total)
    for power in range(0, freedom - 1, 2):
        total += term
        term *= cosine**2 * (power + 1) / (power + 2)
    return math.sin(angle) * total


def _expanded(x: float, freedom: int) -> float:
    terms = (
        x,
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92160,
    )
    return math.fsum(term / freedom**power for power, term in enumerate(terms))
