import pytest

from mlx2smk.diagnostics.about_usage import UnknownColumn, WrongExpression
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.results.columns import Table
from mlx2smk.results.where import predicate

TABLE = Table(
    ("n", "lr", "model", "scores.f1", "good", "f1-score", "empty"),
    [[1, 0.1, "svm", 0.5, True, 0.9, None], [2, 0.5, "tree", None, False, 0.8, None]],
    7,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("n == 1", [1]),
        ("n != 1", [2]),
        ("1 < n", [2]),
        ("0 < n < 2", [1]),
        ("n >= 1 and lr <= 0.1", [1]),
        ('n == 1 or model == "tree"', [1, 2]),
        ("not n == 1", [2]),
        ("not (n == 1 or n == 2)", []),
        ('model in ["svm", "knn"]', [1]),
        ('model not in ("svm",)', [2]),
        ('"re" in model', [2]),
        ("n in {1: 2}", [1]),
        ("n > -1", [1, 2]),
        ("good", [1]),
        ("not good", [2]),
        ("scores.f1 > 0", [1]),
        ('scores["f1"] == None', [2]),
        ("scores.f1 is None", [2]),
        ("`f1-score` > 0.85", [1]),
        ("`scores.f1` > 0", [1]),
        ("empty < 1", []),
        ("empty != 1", [1, 2]),
        ("model < 1", []),
        ("n < lr", []),
        ("lr <\n0.2", [1]),
        ("  lr < 0.2 ", [1]),
    ],
)
def test_expressions(text, expected):
    holds = predicate(text, TABLE)
    assert [line[0] for line in TABLE.lines if holds(line)] == expected


@pytest.mark.parametrize(
    ("text", "kind", "place", "words"),
    [
        ("m == 1", UnknownColumn, (1, 2), "there is no column 'm'"),
        ("n == 1 and `f1-scor` > 1", UnknownColumn, (12, 21), "no column 'f1-scor'"),
        ("n.real == 1", UnknownColumn, (1, 7), "no column 'n.real'"),
        ("n == True or x", UnknownColumn, (14, 15), "no column 'x'"),
        ("n = 1", WrongExpression, (3, 4), "write == to compare"),
        ("n ==", WrongExpression, (5, 6), "invalid syntax"),
        ("(n == 1", WrongExpression, (1, 2), "never closed"),
        ("", WrongExpression, (1, 2), "invalid syntax"),
        ("print(n)", WrongExpression, (1, 9), "a call"),
        ("n + 1 > 2", WrongExpression, (1, 6), "arithmetic"),
        ("n > abs(-1)", WrongExpression, (5, 12), "a call"),
        ("[x for x in n]", WrongExpression, (1, 15), "this cannot be part"),
        ("n in 3", WrongExpression, (6, 7), "nothing can be in this"),
        ("n if n else n", WrongExpression, (1, 14), "if and else"),
        ('"é" == n and f(n)', WrongExpression, (14, 18), "a call"),
        ("(n == 1) == True", WrongExpression, (2, 8), "a comparison"),
        ("n" + " == n" * 3000, None, None, ""),
    ],
)
def test_wrong_expressions(text, kind, place, words):
    if kind is None:  # long, but right
        predicate(text, TABLE)
        return
    with pytest.raises(WrongUsageError) as caught:
        predicate(text, TABLE)
    found = caught.value.diagnostic
    assert isinstance(found, kind)
    assert words in found.message
    assert (found.span.column, found.span.end_column) == place


def test_nothing_is_evaluated(tmp_path):
    file = tmp_path / "made"
    with pytest.raises(WrongUsageError):
        predicate(f"open({str(file)!r}, 'w')", TABLE)
    with pytest.raises(WrongUsageError):
        predicate("n." * 100 + "n", TABLE)
    assert not file.exists()


def test_nesting_without_end_is_no_crash():
    with pytest.raises(WrongUsageError):
        predicate("(" * 5000 + "n" + ")" * 5000, TABLE)
