"""Parts of grids: which values are left, by hand."""

from pathlib import Path

import pytest

from mlx2smk.diagnostics.about_usage import NoGrid, NothingSelected, UnknownColumn, WrongExpression
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from mlx2smk.results.selecting import GridPart, part_of

TEXT = """
from mlx2smk import trial
@trial(1, {"lr": [0.1, 0.5, 1.0], "model": ["svm", "tree"], "seed": [0, 1]})
def train(lr, model, seed): pass
@trial(2, {"k": [1, (2, 3)], "seed": [0, 1, 2]})
def other(k, seed): pass
@trial(3, {"cfg": [{"lr": 0.1}, {"lr": 0.2}]})
def nested(cfg): pass
@trial(4, {})
def single(): pass
@trial(5, {"seed": [], "x": [1]})
def empty(seed, x): pass
"""


def left(only=None, limit=None):
    """Return the values that are left of each trial, by parameter."""
    experiment = parse(Source("exp.py", TEXT)).experiment
    (found,) = part_of([experiment], GridPart(Path(), only, limit))
    return {t.name: {p.name: list(p.values) for p in t.parameters} for t in found.trials}


WHOLE = {
    "train": {"lr": [0.1, 0.5, 1.0], "model": ["svm", "tree"], "seed": [0, 1]},
    "other": {"k": [1, (2, 3)], "seed": [0, 1, 2]},
    "nested": {"cfg": [{"lr": 0.1}, {"lr": 0.2}]},
    "single": {},
    "empty": {"seed": [], "x": [1]},
}


@pytest.mark.parametrize(
    ("only", "changed"),
    [
        ("seed == 0", {"train": {"seed": [0]}, "other": {"seed": [0]}}),
        ("seed == 2", {"train": {"lr": [], "model": [], "seed": []}, "other": {"seed": [2]}}),
        ("k == '[2, 3]'", {"other": {"k": [(2, 3)]}}),  # as a table shows it
        ("k in [1]", {"other": {"k": [1]}}),
        ("cfg.lr < 0.2", {"nested": {"cfg": [{"lr": 0.1}]}}),
        (
            "lr < 1 and model != 'svm' and seed == 1",
            {"train": {"lr": [0.1, 0.5], "model": ["tree"], "seed": [1]}, "other": {"seed": [1]}},
        ),
        ("lr == 0.5 or lr == 1", {"train": {"lr": [0.5, 1.0]}}),
        ("not lr > 0.1", {"train": {"lr": [0.1]}}),
        ("0.1 < lr < 1", {"train": {"lr": [0.5]}}),
    ],
)
def test_only(only, changed):
    assert left(only) == {name: params | changed.get(name, {}) for name, params in WHOLE.items()}


@pytest.mark.parametrize(
    ("limit", "train", "other"),
    [
        (0, (0, 0, 0), (0, 0)),
        (1, (1, 1, 1), (1, 1)),
        (2, (2, 1, 1), (2, 1)),
        (4, (2, 2, 1), (2, 2)),
        (5, (2, 2, 1), (2, 2)),
        (8, (2, 2, 2), (2, 3)),
        (12, (3, 2, 2), (2, 3)),
        (1000, (3, 2, 2), (2, 3)),
    ],
)
def test_limit(limit, train, other):
    found = left(limit=limit)
    assert tuple(len(values) for values in found["train"].values()) == train
    assert tuple(len(values) for values in found["other"].values()) == other
    for name, params in found.items():
        for parameter, values in params.items():
            assert values == WHOLE[name][parameter][: len(values)]


def test_both():
    assert left("seed == 1", 2)["train"] == {"lr": [0.1, 0.5], "model": ["svm"], "seed": [1]}


@pytest.mark.parametrize(
    ("only", "kind"),
    [
        ("seed == 0 or lr == 0.1", NoGrid),
        ("seed == 9", NothingSelected),
        ("sed == 0", UnknownColumn),
        ("status == 'ok'", UnknownColumn),
        ("duration > 1", UnknownColumn),
        ("seed = 0", WrongExpression),
        ("seed.bit_length() == 0", WrongExpression),
        ("", WrongExpression),
    ],
)
def test_wrong_expressions(only, kind):
    with pytest.raises(WrongUsageError) as caught:
        left(only)
    assert isinstance(caught.value.diagnostic, kind)


@pytest.mark.parametrize(
    ("only", "limit", "text"),
    [
        ("seed  == 0", None, "seed == 0"),
        (None, 1, "at most 1 combination of a trial"),
        ("a == 1", 4, "a == 1, at most 4 combinations of a trial"),
    ],
)
def test_a_part_in_words(only, limit, text):
    assert str(GridPart(Path(), only, limit)) == text
