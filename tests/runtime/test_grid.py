"""Combinations by their numbers."""

from __future__ import annotations

import itertools
import math

import pytest

from mlx2smk.runtime.grid import Grid, literal

GRID = [("n", ["1", "2", "1", "1"]), ("kind", ["'a'", "'a'"])]


def test_the_last_parameter_varies_fastest():
    values = [1, 2, 1, 1], ["a", "a"]
    expected = [{"n": n, "kind": kind} for n, kind in itertools.product(*values)]
    assert [Grid(GRID).values(index) for index in range(8)] == expected


def test_repeats_tell_equal_combinations_apart():
    expected = [[n, kind] for n in (0, 0, 1, 2) for kind in (0, 1)]
    grid = Grid(GRID)
    assert [grid.repeats(index) for index in range(8)] == expected


def test_a_trial_without_parameters_has_one_combination():
    assert (Grid([]).values(0), Grid([]).repeats(0), Grid([]).label(0)) == ({}, [], "")


def test_labels_are_what_people_write():
    assert Grid(GRID).label(2) == "n=2, kind='a'"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("(1, 2)", (1, 2)),
        ("7", 7),
        ("-7", -7),
        ("1_000", 1000),
        ("0x1e", 30),
        ("0.5", 0.5),
        ("-1e-05", -0.00001),
        ("2e3", 2000.0),
        ("True", True),
        ("'7'", "7"),
        ("'1.5e'", "1.5e"),
        ("2.5j", 2.5j),
    ],
)
def test_literals(text, value):
    found = Grid([("x", [text])]).values(0)
    assert (found, type(found["x"])) == ({"x": value}, type(value))


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "().__class__.__base__.__subclasses__()",
        "[x for x in [1]]",
        "(lambda: 1)()",
        "(x := 1)",
        "open",
        "1 if inf.real else 2",
        "f'{nan.real}'",
        "1; 2",
        "",
        "(" * 1000,
        "1\0",
        pytest.param("1" * 5000, id="too many digits"),
    ],
)
def test_other_expressions_are_not_evaluated(text):
    with pytest.raises(ValueError, match=r"not a literal|null bytes"):
        literal(text)
