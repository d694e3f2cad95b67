"""Which figures a report begins with."""

import pytest

from mlx2smk.report.page_columns import page_columns
from mlx2smk.results.columns import Table
from mlx2smk.runtime.first_figures import chosen_figures


def columns(fields=("acc",), **values):
    """Return the columns of a table of these values; those of `fields` are results."""
    lines = list(map(list, zip(*values.values(), strict=True)))
    return page_columns(Table(tuple(values), lines, len(values), tuple(fields)))


def figures(*args, **values):
    return [
        (each.kind, each.y, each.x, each.colour)
        for each in chosen_figures([c.facts for c in columns(*args, **values)])
    ]


def test_a_metric_against_the_number_with_most_values_and_a_line_for_each_category():
    found = figures(lr=[0.1, 0.2, 0.3], model=["a", "b", "a"], seed=[0, 1, 2], acc=[1.0, 2.0, 3.0])
    assert found == [
        ("lines", "acc", "lr", "model"),
        ("heat", "acc", "lr", "model"),
        ("distribution", "acc", "acc", "model"),
    ]


def test_two_numbers_make_a_heat_map_and_three_parameters_parallel_coordinates():
    values = {"model": list("abab"), "lr": [1, 2, 3, 4], "depth": [1, 2, 1, 2], "acc": [1, 2, 3, 4]}
    found = figures(**values)
    assert found[0] == ("lines", "acc", "lr", "model")
    assert found[1] == ("heat", "acc", "lr", "depth")
    assert found[3] == ("parallel", "acc", "", "")


def test_seeds_are_repetitions_unless_there_is_nothing_else():
    assert figures(seed=[1, 2, 3], acc=[1, 2, 3])[0] == ("lines", "acc", "seed", "")
    assert figures(seed=[1, 2, 3], n=[1, 2, 1], acc=[1, 2, 3])[0] == ("lines", "acc", "n", "")


@pytest.mark.parametrize("goal", ["acc", "val_loss", "F1"])
def test_the_metric_is_what_is_named_like_one_before_others(goal):
    values = {"n": [1, 2], "context_update.acc": [1, 2], "steps": [1, 2], goal: [1, 2]}
    assert figures(("context_update.acc", "steps", goal), **values)[0][1] == goal


def test_without_a_metric_durations_are_shown():
    assert figures((), n=[1, 2], duration=[0.1, 0.2])[0] == ("lines", "duration", "n", "")


@pytest.mark.parametrize(
    "values",
    [
        {"n": [1, 1], "acc": [1, 2]},  # nothing varies
        {"n": [1, 2], "acc": [1, 1]},  # nothing comes out
        {"n": [1, 2], "acc": ["a", "b"]},  # no number
        {"n": [], "acc": []},
    ],
)
def test_no_figure_says_nothing(values):
    assert figures(**values) == []


def test_kinds_of_columns():
    many = [f"text {number}" for number in range(31)]
    found = columns(
        a=[1, 2.5, None] + [1] * 28,
        b=[True, False, None] + [True] * 28,
        acc=many,
        c=[*many[:30], None],
    )
    assert [(c.kind, c.distinct) for c in found] == [
        ("number", 2),
        ("category", 2),
        ("text", 31),
        ("category", 30),
    ]
