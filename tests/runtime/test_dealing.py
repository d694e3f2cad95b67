"""How the combinations of a tail are dealt to jobs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx2smk.runtime.dealing import (
    IN_A_CLUSTER,
    MOST_ALONE,
    MOST_BATCHES,
    ON_THIS_MACHINE,
    OVERHEAD,
    deal,
    spread,
)
from mlx2smk.runtime.plan import numbers_of, spans_of

SECONDS = st.floats(0.0, 3.0)


def each(count, seconds):
    return dict.fromkeys(range(count), seconds)


@given(st.dictionaries(st.integers(0, 300), SECONDS, max_size=100), st.integers(1, 70))
def test_every_combination_is_in_one_job(seconds, slots):
    dealt = deal(seconds, slots, ON_THIS_MACHINE)
    assert sorted(number for group in dealt for number in group) == sorted(seconds)
    assert all(group == sorted(group) and group for group in dealt)


@given(st.dictionaries(st.integers(0, 300), SECONDS, min_size=1, max_size=100))
def test_long_ones_are_alone_and_first(seconds):
    dealt = deal(seconds, 2, ON_THIS_MACHINE)
    long = sorted((s for s in seconds.values() if s >= ON_THIS_MACHINE.short), reverse=True)
    assert [seconds[number] for group in dealt[: len(long)] for number in group] == long
    assert all(len(group) == 1 for group in dealt[: len(long)])


@pytest.mark.parametrize(
    ("count", "seconds", "slots", "jobs"),
    [
        (292, 0.002, 2, 8),  # 1.46 s: four for each of two slots
        (30, 0.002, 2, 2),  # 0.15 s: not worth more than one for each slot
        (292, 0.002, 16, 16),  # 1.46 s would be 14 of 0.1 s
        (992, 0.017, 2, 10),  # 19.84 s in batches of 2 s
        (100_000, 0.002, 2, 250),  # 500 s in batches of 2 s
        (1_000_000, 0.002, 2, MOST_BATCHES),
    ],
)
def test_short_ones_are_in_batches_of_some_seconds(count, seconds, slots, jobs):
    dealt = deal(each(count, seconds), slots, ON_THIS_MACHINE)
    assert abs(len(dealt) - jobs) <= jobs // 50
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1 + len(dealt[0]) // 10


@pytest.mark.parametrize(
    ("count", "seconds", "jobs"),
    [
        (32, 0.002, 1),  # 0.16 s, less than the 5 s that a job costs
        (992, 0.017, 3),  # 19.84 s: at least 5 s for each
        (992, 1.997, 100),  # 1984 s: one for each slot
        (99_200, 1.997, 500),  # not 1654 batches of 120 s
    ],
)
def test_in_a_cluster_batches_are_worth_a_job(count, seconds, jobs):
    dealt = deal(each(count, seconds), 100, IN_A_CLUSTER)
    assert len(dealt) == jobs


def test_batches_take_about_as_long_as_each_other():
    seconds = {number: 0.4 * (number % 5 == 0) + 0.01 for number in range(100)}
    dealt = deal(seconds, 2, ON_THIS_MACHINE)
    lasts = [sum(seconds[n] + OVERHEAD for n in group) for group in dealt]
    # 20 of 0.41 and 80 of 0.01: 9.3 s for 8 jobs
    assert len(dealt) == 8
    assert max(lasts) - min(lasts) <= 0.41 + OVERHEAD
    assert lasts == sorted(lasts, reverse=True)


@pytest.mark.parametrize("first", range(0, 180, 7))
def test_neighbours_are_in_different_jobs(first):
    """Four in a row that take long, against expectation, are never more than two in a batch."""
    dealt = deal(each(184, 0.002), 2, ON_THIS_MACHINE)
    neighbours = set(range(first, first + 4))
    assert max(len(neighbours.intersection(group)) for group in dealt) <= 2


def test_too_many_long_ones_share_jobs():
    dealt = deal(each(2500, 9.0), 2, ON_THIS_MACHINE)
    assert len(dealt) <= MOST_ALONE
    assert {len(group) for group in dealt} <= {2, 3}


def test_who_collects_a_large_grid_has_few_records_open():
    dealt = spread(range(100_000), each(100_000, 0.01), 500)
    spans = [(group[0], group[-1]) for group in dealt]
    at_once = max(sum(first <= n <= last for first, last in spans) for n in range(0, 100_000, 97))
    assert at_once <= 40


@given(st.sets(st.integers(0, 50), min_size=1))
def test_numbers_as_text(numbers):
    text = spans_of(sorted(numbers))
    assert list(numbers_of(text, 1)) == sorted(numbers)


def test_consecutive_numbers_as_text():
    assert spans_of([3, 4, 5, 9, 11, 12]) == "3-5+9+11-12"
    assert list(numbers_of("3", 4)) == [3, 4, 5, 6]
