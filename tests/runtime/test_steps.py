from __future__ import annotations

import json
import time

import pytest

from tests.support.handmade_bundles import Bundle


def lay(folder, path, value):
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(json.dumps(value))


def job(digest, *results):
    runs = [{"success": True, "result": result, "params": {}} for result in results]
    return {"version": 1, "digest": digest, "runs": runs, "keys": [], "state": {}}


COLLECT = ["--runs", "runs", "--runs-output", "o/t.json", "--updates-output", "u/t.json"]


@pytest.fixture
def trial(tmp_path):
    bundle = Bundle(tmp_path, "").trial("t", {"n": [1, 2, 3]}, batch=2)
    update = {"context_update": {"a": 1, "b": [1]}}
    lay(tmp_path, "runs/0.json", job("t-0", update, {"context_update": {"a": 2}}))
    lay(tmp_path, "runs/2.json", job("t-2", {"context_update": 5}))
    return bundle


def test_collect(trial):
    trial.run("collect", "t", *COLLECT)
    assert [run["result"].popitem()[1] for run in trial.read("o/t.json")] == [
        {"a": 1, "b": [1]},
        {"a": 2},
        5,
    ]
    assert trial.read("u/t.json") == {"a": 2, "b": [1]}


def test_collect_does_not_depend_on_the_order_of_jobs_in_the_plan(trial):
    trial.plan["trials"][0]["jobs"].reverse()
    trial.run("collect", "t", *COLLECT)
    assert trial.read("u/t.json") == {"a": 2, "b": [1]}


def test_failed_runs_do_not_update(trial):
    failed = {"success": False, "error": "x"}
    lay(trial.folder, "runs/2.json", {"digest": "t-2", "runs": [failed]})
    trial.run("collect", "t", *COLLECT)
    assert trial.read("o/t.json")[2] == failed


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (job("older", 1), "stale result runs/2.json"),
        (job("t-2", 1, 2), "runs/2.json holds 2 runs, not 1: delete it"),
        ([], "stale result runs/2.json"),
    ],
)
def test_collect_refuses_what_the_plan_does_not_say(trial, record, said):
    lay(trial.folder, "runs/2.json", record)
    assert said in trial.run("collect", "t", *COLLECT, status=1).stderr
    assert not list((trial.folder / "o").rglob("*"))


def test_collect_refuses_missing_jobs(trial):
    (trial.folder / "runs/2.json").unlink()
    assert "runs/2.json cannot be read" in trial.run("collect", "t", *COLLECT, status=1).stderr


def test_no_combinations(tmp_path):
    bundle = Bundle(tmp_path, "").trial("t", {"n": []})
    bundle.run("collect", "t", *COLLECT)
    assert bundle.read("o/t.json") == []
    assert bundle.read("u/t.json") == {}


def test_context(tmp_path):
    bundle = Bundle(tmp_path, "").setup("one").setup("two").trial("t", {}).trial("u", {})
    lay(tmp_path, "s/one.json", {"digest": "setup one", "returned": {"z": 1, "a": 1}})
    lay(tmp_path, "s/two.json", {"digest": "setup two", "returned": {"a": 2}})
    lay(tmp_path, "u/t.json", {"z": 3})
    words = ["--setups", "s/one.json", "s/two.json", "--updates", "u/t.json", "--output", "c"]
    bundle.run("context", "u", *words)
    assert (tmp_path / "c").read_text() == '{"a": 2, "z": 3}\n'
    bundle.plan["trials"][1]["reads"] = ["z", "none"]
    bundle.run("context", "u", *words)
    assert (tmp_path / "c").read_text() == '{"z": 3}\n'


def test_context_refuses_stale_setups(tmp_path):
    bundle = Bundle(tmp_path, "").setup("one").trial("t", {})
    lay(tmp_path, "s/one.json", {"digest": "older", "returned": {}})
    words = ["--setups", "s/one.json", "--updates", "--output", "c"]
    done = bundle.run("context", "t", *words, status=1)
    assert "snakemake --forcerun setup_one or delete s/one.json" in done.stderr


def test_report_of_nothing(tmp_path):
    bundle = Bundle(tmp_path, "")
    bundle.run("report", "--trials", "", "--verdicts", "", "--output", "report.json")
    assert bundle.read("report.json") == {
        "experiment": "exp",
        "source": "exp.py",
        "status": "inconclusive",
        "context": {},
        "trials": {},
        "verifications": {},
    }


@pytest.mark.slow
def test_many_runs(tmp_path):
    bundle = Bundle(tmp_path, "").trial("t", {"n": list(range(100_000))}, batch=100)
    for first in range(0, 100_000, 100):
        lay(tmp_path, f"runs/{first}.json", job(f"t-{first}", *range(first, first + 100)))
    began = time.monotonic()
    bundle.run("collect", "t", *COLLECT)
    assert time.monotonic() - began < 30
    assert [run["result"] for run in bundle.read("o/t.json")] == list(range(100_000))
