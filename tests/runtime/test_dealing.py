"""How the combinations of a tail are dealt to jobs."""

from __future__ import annotations

import random

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
    ("count", "seconds", "slots"),
    [
        (292, 0.002, 2),  # 1.46 s
        (992, 0.017, 2),  # 19.84 s
        (100_000, 0.002, 2),  # 500 s
    ],
)
def test_a_batch_leaves_enough_for_the_other_slots(count, seconds, slots):
    dealt = deal(each(count, seconds), slots, ON_THIS_MACHINE)
    weight = seconds + OVERHEAD
    left = count * weight
    for group in dealt:
        lasts = len(group) * weight
        assert 0.05 - 2 * weight <= lasts <= 2.0 + 2 * weight
        assert lasts <= max(left / (4 * slots), 0.1) + 2 * weight
        left -= lasts


@pytest.mark.parametrize(
    ("count", "seconds", "slots", "jobs"),
    [
        (28, 0.002, 2, 2),  # 0.14 s: one for each slot, since another would be shorter than 0.05 s
        (38, 0.002, 1, 3),  # 0.19 s
        (292, 0.002, 16, 29),  # 1.46 s in batches of 0.05 s, all alike
        (9, 0.002, 2, 1),  # 0.045 s is not worth two jobs of 0.03 s each
    ],
)
def test_few_short_ones_are_in_few_batches(count, seconds, slots, jobs):
    dealt = deal(each(count, seconds), slots, ON_THIS_MACHINE)
    assert len(dealt) == jobs
    assert max(map(len, dealt)) - min(map(len, dealt)) <= 1


@pytest.mark.parametrize(
    ("count", "seconds", "jobs"),
    [
        (32, 0.002, 1),  # 0.16 s, less than the 5 s that a job costs
        (992, 0.017, 3),  # 19.84 s: at least 5 s for each
        (992, 1.997, 100),  # 1984 s: one for each slot
    ],
)
def test_in_a_cluster_batches_are_worth_a_job(count, seconds, jobs):
    dealt = deal(each(count, seconds), 100, IN_A_CLUSTER)
    assert len(dealt) == jobs


@pytest.mark.parametrize(
    ("count", "seconds", "slots", "costs"),
    [
        (99_200, 1.997, 100, IN_A_CLUSTER),  # 1654 batches of 120 s
        (1_000_000, 0.002, 2, ON_THIS_MACHINE),  # 2500 batches of 2 s
        (99_200, 0.047, 64, ON_THIS_MACHINE),  # 2480, and hundreds of small ones
    ],
)
def test_there_are_not_too_many_jobs(count, seconds, slots, costs):
    dealt = deal(each(count, seconds), slots, costs)
    assert MOST_BATCHES * 0.9 <= len(dealt) <= MOST_BATCHES


def test_batches_are_filled_alike_where_times_differ():
    seconds = {number: 0.4 * (number % 5 == 0) + 0.01 for number in range(100)}
    dealt = deal(seconds, 2, ON_THIS_MACHINE)
    lasts = [sum(seconds[n] + OVERHEAD for n in group) for group in dealt]
    assert lasts == sorted(lasts, reverse=True)
    left = 20 * 0.413 + 80 * 0.013
    for each_lasts in lasts:
        assert each_lasts <= left / 8 + 0.413
        left -= each_lasts


def busy(dealt, long):
    """Return when the last of two cores is done, if `long` take 5 s and jobs start in the order given."""
    cores = [0.0, 0.0]
    for group in dealt:
        cores[cores.index(min(cores))] += 0.03 + 5.0 * len(long.intersection(group))
    return max(cores)


def test_a_few_that_take_long_against_expectation_are_balanced():
    """Four of 5 s take at least 10 s on two cores, and 15 s if three are on one."""
    dealt = deal(each(196, 0.002), 2, ON_THIS_MACHINE)
    draw = random.Random(4)  # noqa: S311 -- not for secrets
    took = [busy(dealt, set(draw.sample(range(196), 4))) for _ in range(2000)]
    assert sum(each > 12 for each in took) < 0.12 * len(took)


def test_neighbours_that_take_long_against_expectation_are_balanced():
    dealt = deal(each(196, 0.002), 2, ON_THIS_MACHINE)
    took = [busy(dealt, set(range(at, at + 4))) for at in range(192)]
    assert sum(each > 12 for each in took) < 0.12 * len(took)


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
    dealt = spread(range(100_000), each(100_000, 0.01), [1.0] * 500)
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
