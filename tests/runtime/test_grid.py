"""Combinations by their numbers."""

from __future__ import annotations

import itertools
import math

import pytest

from mlx2smk.runtime.grid import Grid, literal, params_text

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


@pytest.mark.parametrize(
    ("values", "record"),
    [
        ({"cfg": {1: "a", "b": 2}}, {"cfg": {"1": "a", "b": 2}}),
        ({"cfg": {2: 1, 10: (1,)}}, {"cfg": {"10": [1], "2": 1}}),
        ({"cfg": [{None: 0, True: {2.5: {}}}]}, {"cfg": [{"true": {"2.5": {}}, "null": 0}]}),
        ({"n": 1, "m": 2}, {"m": 2, "n": 1}),
    ],
)
def test_a_combination_is_the_same_as_values_and_in_a_record(values, record):
    assert params_text(values) == params_text(record)


def test_values_that_only_python_takes_for_the_same():
    different = [1, 1.0, True, "1", [1], None, "None", math.nan]
    assert len({params_text({"n": each}) for each in different}) == len(different)
    assert params_text({"n": math.nan}) == params_text({"n": float("nan")})
