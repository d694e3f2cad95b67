"""What earlier runs left in `.mlx/order/`, read back."""

import json

import pytest

from mlx2smk.planning.evidence import Evidence, Pair, Shared, read_evidence

WHOLE = {
    "format": "mlx2smk-order",
    "version": 1,
    "trials": {"train": {"file": "counter.txt", "combinations": ["n=1", "n=2"]}},
    "pairs": [{"first": "a", "then": "b", "file": "x.csv"}],
}


def read(folder, text):
    path = folder / ".mlx" / "order" / "exp.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return read_evidence(folder, "exp")


def test_what_is_read(tmp_path):
    found = read(tmp_path, json.dumps(WHOLE))
    assert found.trials == {"train": Shared("counter.txt", ("n=1", "n=2"))}
    assert found.pairs == (Pair("a", "b", "x.csv"),)
    assert found.path == str(tmp_path / ".mlx/order/exp.json")
    assert found.pair("a", "b") == found.pairs[0]
    assert found.pair("b", "a") is None


def test_no_file(tmp_path):
    assert read_evidence(tmp_path, "exp") == Evidence()


@pytest.mark.parametrize(
    "text",
    [
        "",
        json.dumps(WHOLE)[:-9],
        "[]",
        "null",
        "{}",
        json.dumps({**WHOLE, "version": 2}),
        json.dumps({**WHOLE, "format": "other"}),
        json.dumps({**WHOLE, "trials": []}),
        json.dumps({**WHOLE, "trials": {"train": 1}}),
        json.dumps({**WHOLE, "trials": {"train": {"file": "a"}}}),
        json.dumps({**WHOLE, "pairs": [1]}),
        json.dumps({**WHOLE, "pairs": None}),
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_ignored(tmp_path, text):
    assert read(tmp_path, text) == Evidence()
