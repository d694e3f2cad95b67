"""Two finished runs -> the paired differences of each number in the results of a trial.

A combination of the one is paired with that of the other that has equal parameters. The interval is that
of ``mlx results --group``, for the mean of the differences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from mlx2smk.results.groups import statistics_of
from mlx2smk.runtime.result_fields import RESULT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.results.finished_runs import Numbers


@dataclass(frozen=True, slots=True)
class MetricDifference:
    """How a number in the results has changed, over ``pairs`` of combinations.

    ``before`` and ``after`` are means over the pairs, ``mean`` is that of the differences, ``std`` their
    standard deviation, and ``half`` half the width of its interval; the last two are None for one pair.
    """

    metric: str
    before: float
    after: float
    mean: float
    std: float | None
    half: float | None
    pairs: int

    @property
    def rank(self) -> tuple[float, float]:
        """What sorts by effect, large ones first: the mean in standard deviations, then in parts of before.

        One pair has no deviation, and comes last.
        """
        size = abs(self.mean)
        effect = -1.0 if self.std is None else _ratio(size, self.std)
        return -effect, -_ratio(size, abs(self.before))


def _ratio(size: float, scale: float) -> float:
    if math.isnan(size) or math.isnan(scale):
        return -1.0
    return size / scale if scale else math.inf


@dataclass(frozen=True, slots=True)
class TrialDifference:
    """How the results of a trial have changed.

    ``differences`` are sorted by effect; ``same`` are the metrics that are equal in all pairs. The others are
    counts of combinations: ``pairs`` are those in both runs, and ``broken`` and ``mended`` those of them that
    failed only after or only before.
    """

    pairs: int
    only_before: int
    only_after: int
    broken: int
    mended: int
    differences: tuple[MetricDifference, ...]
    same: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing has changed."""
        others = (self.only_before, self.only_after, self.broken, self.mended)
        return not any(others) and not self.differences


def trial_difference(before: Numbers, after: Numbers) -> TrialDifference:
    """Return how the results of a trial have changed."""
    pairs = list(_pairs(before, after))
    both = [(old, new) for old, new in pairs if old is not None and new is not None]
    metrics = list(dict.fromkeys(name for pair in both for fields in pair for name in fields))
    differences, same = [], []
    for metric in metrics:
        values = [
            (old[metric], new[metric]) for old, new in both if metric in old and metric in new
        ]
        if all(_is_equal(*pair) for pair in values):
            same += [metric or RESULT] if values else []
        else:
            differences.append(_difference(metric or RESULT, values))
    differences.sort(key=lambda each: each.rank)
    return TrialDifference(
        pairs=len(pairs),
        only_before=len(before) - len(pairs),
        only_after=len(after) - len(pairs),
        broken=sum(old is not None and new is None for old, new in pairs),
        mended=sum(old is None and new is not None for old, new in pairs),
        differences=tuple(differences),
        same=tuple(same),
    )


def _pairs(
    before: Numbers, after: Numbers
) -> Iterator[tuple[Mapping[str, float] | None, Mapping[str, float] | None]]:
    """Yield what is of equal parameters; equal combinations of one run are paired in order."""
    waiting: dict[str, list[Mapping[str, float] | None]] = {}
    for params, fields in reversed(before):
        waiting.setdefault(params, []).append(fields)
    for params, fields in after:
        if waiting.get(params):
            yield waiting[params].pop(), fields


def _is_equal(old: float, new: float) -> bool:
    return old == new or (old != old and new != new)  # noqa: PLR0124 - NaN is what it was


def _difference(metric: str, values: Sequence[tuple[float, float]]) -> MetricDifference:
    mean, std, low, high = statistics_of([_minus(new, old) for old, new in values])
    half = None if low is None or high is None else (high - low) / 2
    return MetricDifference(
        metric,
        before=_mean([old for old, _ in values]),
        after=_mean([new for _, new in values]),
        mean=math.nan if mean is None else mean,
        std=std,
        half=half,
        pairs=len(values),
    )


def _minus(new: float, old: float) -> float:
    """Return the difference, 0 also where both are the same infinity or no number."""
    if _is_equal(old, new):
        return 0
    try:
        return new - old
    except OverflowError:  # an integer beyond the largest float
        return math.nan


def _mean(values: Sequence[float]) -> float:
    try:
        return fmean(values)
    except (ValueError, OverflowError):  # infinities of both signs, or beyond the largest number
        return math.nan
