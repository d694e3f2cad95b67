"""Paired differences of two finished runs; expected values are worked out by hand."""

import math

import pytest

from mlx2smk.results.paired import trial_difference


def runs(*fields):
    """Return runs with parameters 0, 1, …; None for one that failed."""
    return [(f'{{"n": {number}}}', each) for number, each in enumerate(fields)]


def test_means_and_interval_over_pairs():
    before = runs({"acc": 1.0}, {"acc": 2.0}, {"acc": 3.0})
    after = runs({"acc": 2.0}, {"acc": 4.0}, {"acc": 6.0})
    found = trial_difference(before, after)
    (acc,) = found.differences
    assert (acc.metric, acc.before, acc.after, acc.mean, acc.pairs) == ("acc", 2, 4, 2, 3)
    assert acc.std == pytest.approx(1)  # of 1, 2, 3
    # The table of Student's t has 4.302653 for two degrees of freedom.
    assert acc.half == pytest.approx(4.302653 / math.sqrt(3), rel=1e-6)
    assert found.pairs == 3


def test_pairs_are_of_equal_parameters_in_any_order():
    before = runs({"acc": 1}, {"acc": 10})
    after = [*reversed(runs({"acc": 2}, {"acc": 20})), ('{"n": 7}', {"acc": 5})]
    found = trial_difference(before, after)
    assert found.differences[0].mean == (1 + 10) / 2
    assert (found.pairs, found.only_before, found.only_after) == (2, 0, 1)


def test_equal_combinations_of_a_run_are_paired_in_order():
    before = [("{}", {"x": 1}), ("{}", {"x": 10})]
    after = [("{}", {"x": 2}), ("{}", {"x": 11})]
    (x,) = trial_difference(before, after).differences
    assert (x.mean, x.std) == (1, 0)


def test_one_pair_has_no_interval():
    (acc,) = trial_difference(runs({"acc": 1}), runs({"acc": 3})).differences
    assert (acc.mean, acc.std, acc.half, acc.pairs) == (2, None, None, 1)


def test_sorted_by_the_mean_in_standard_deviations():
    before = runs({"noisy": 0, "steady": 0, "same": 1}, {"noisy": 0, "steady": 0, "same": 1})
    after = runs({"noisy": 100, "steady": 1, "same": 1}, {"noisy": -60, "steady": 1.5, "same": 1})
    found = trial_difference(before, after)
    # steady: 1.25 by 0.35; noisy: 20 by 113
    assert [each.metric for each in found.differences] == ["steady", "noisy"]
    assert found.same == ("same",)


def test_single_pairs_are_sorted_by_the_part_of_what_was():
    found = trial_difference(runs({"a": 100, "b": 1}), runs({"a": 110, "b": 2}))
    assert [each.metric for each in found.differences] == ["b", "a"]


def test_failures_are_counted_and_compared_with_nothing():
    before = runs({"": 1}, None, {"": 1}, None)
    after = runs(None, {"": 5}, {"": 4}, None)
    found = trial_difference(before, after)
    assert (found.broken, found.mended, found.pairs) == (1, 1, 4)
    (plain,) = found.differences
    assert (plain.metric, plain.mean, plain.pairs) == ("result", 3, 1)


def test_truth_values_are_shares():
    found = trial_difference(runs({"ok": False}, {"ok": True}), runs({"ok": True}, {"ok": True}))
    assert (found.differences[0].before, found.differences[0].after) == (0.5, 1)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**400])
def test_numbers_that_are_none_or_too_large(value):
    same = trial_difference(runs({"x": value}), runs({"x": value}))
    assert same.is_equal
    assert same.same == ("x",)
    (x,) = trial_difference(runs({"x": 1.5}), runs({"x": value})).differences
    assert not math.isfinite(x.mean)


def test_a_number_that_a_run_lacks():
    found = trial_difference(runs({"x": 1}, {"x": 2}), runs({"x": 1, "new": 3}, {"new": 3}))
    assert found.same == ("x",)
    assert found.differences == ()
