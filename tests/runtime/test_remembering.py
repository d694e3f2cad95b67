"""The history of finished runs: what an entry holds, when there is none, and what is removed."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from mlx2smk.results.schemas import SCHEMA_NAMES, schema
from mlx2smk.runtime.plan import Plan
from mlx2smk.runtime.remembering import add_entry, entry_numbers, numbers_in, unneeded

REGISTRY = Registry().with_resources(
    [(schema(name)["$id"], Resource.from_contents(schema(name))) for name in SCHEMA_NAMES]
)
RUNS = [
    {"success": True, "result": {"acc": 0.5, "deep": {"f1": 1}, "name": "x", "all": [1]}},
    {"success": False, "error": "no", "type": "E"},
]


class Finished:
    """The results of an experiment as its jobs leave them, made by hand."""

    def __init__(self, folder):
        self.folder = folder
        self.results = folder / "results" / "exp"
        self.history = folder / "history"
        self.plan = {
            "format": "mlx2smk-plan",
            "version": 1,
            "experiment": "exp",
            "source": "exp.py",
            "folder": ".",
            "file": "exp.py",
            "setups": [{"name": "init", "digest": "1"}],
            "trials": [{"name": "train", "digest": "2"}],
            "verifications": [{"name": "check", "digest": "3"}],
        }
        self.write("verify/check.json", {"verdict": "supports"})
        self.write("context/train.json", {"seed": 1, "long": "x" * 100})
        self.runs(RUNS)
        self.report({"seed": 1})

    def write(self, path, value):
        file = self.results / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))

    def runs(self, runs):
        each = (run | {"params": {"n": n}} for n, run in enumerate(runs))
        lines = ",\n".join(map(json.dumps, each))
        path = self.results / "trials" / "train.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"[\n{lines}\n]\n")

    def report(self, context):
        head = '{"experiment": "exp", "source": "exp.py", "status": "validated"'
        text = f'{head},\n"context": {json.dumps(context)},\n"trials": {{}}}}\n'
        (self.results / "report.json").write_text(text)

    def add(self, kept=20):
        plan = Plan("plan.json", data=self.plan)
        add_entry(plan, str(self.results), str(self.history), kept)

    def entry(self, number):
        return json.loads((self.history / f"{number:06}.json").read_text())


@pytest.fixture
def finished(tmp_path):
    return Finished(tmp_path)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_an_entry(finished):
    finished.add()
    entry = finished.entry(1)
    Draft202012Validator(schema("history"), registry=REGISTRY).validate(entry)
    assert entry["status"] == "validated"
    assert entry["verdicts"] == {"check": "supports"}
    assert entry["code"] == {
        "setups": {"init": "1"},
        "trials": {"train": "2"},
        "verifications": {"check": "3"},
    }
    assert entry["context"] == {"seed": "1"}
    assert entry["report"] == sha256(finished.results / "report.json")
    train = entry["trials"]["train"]
    long = hashlib.sha256(b'"' + b"x" * 100 + b'"').hexdigest()
    assert train["context"] == {"seed": "1", "long": f"sha256 {long}"}
    assert (train["combinations"], train["failed"]) == (2, 1)
    copy = finished.history / "numbers" / f"{train['results']}.json.gz"
    assert train["results"] == sha256(finished.results / "trials" / "train.json")
    assert json.loads(gzip.decompress(copy.read_bytes())) == [
        [{"n": 0}, {"acc": 0.5, "deep.f1": 1}],
        [{"n": 1}, None],
    ]


def test_the_same_results_of_the_same_code_leave_no_entry(finished):
    finished.add()
    finished.add()
    assert entry_numbers(str(finished.history)) == [1]
    finished.plan["trials"][0]["digest"] = "4"
    finished.add()
    assert entry_numbers(str(finished.history)) == [1, 2]
    assert len(list((finished.history / "numbers").iterdir())) == 1  # they share the numbers


def test_the_last_ones_are_kept_with_their_numbers(finished):
    for number in range(4):
        finished.runs([{"success": True, "result": number}])
        finished.report({"seed": number})
        finished.add(kept=2)
    assert entry_numbers(str(finished.history)) == [3, 4]
    copies = sorted(path.name for path in (finished.history / "numbers").iterdir())
    needed = [finished.entry(n)["trials"]["train"]["results"] for n in (3, 4)]
    assert copies == sorted(f"{digest}.json.gz" for digest in needed)


def test_nothing_is_taken_for_unneeded_where_an_entry_is_damaged(finished):
    finished.add()
    (finished.history / "000001.json").write_text("{")
    assert unneeded(str(finished.history), 1) == []
    finished.report({"seed": 2})
    finished.add()
    assert entry_numbers(str(finished.history)) == [1, 2]


def test_there_is_no_history_yet(tmp_path):
    assert entry_numbers(str(tmp_path / "none")) == []
    assert unneeded(str(tmp_path / "none"), 3) == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (3, {"": 3}),
        (None, {}),
        ("text", {}),
        ([1, 2], {}),
        ({"a": True, "b": {"c": 1.5, "d": [1]}, "e": None}, {"a": True, "b.c": 1.5}),
        ({"0": {"5": 1}, "0.5": 2, "x": "0.5"}, {"0.5": 1, '"0.5"': 2}),
    ],
)
def test_numbers_in_a_result(value, found):
    assert numbers_in(value) == found
