from __future__ import annotations

import hashlib
import json
import sys

import pytest

from tests.support.handmade_bundles import Bundle
from tests.support.stored_runs import stored_lines


def sha(text):
    return hashlib.sha256(text.encode()).hexdigest()


def made(bundle, context=None, job="0"):
    bundle.run_trial("t", job, context)
    return bundle.read(f"runs/t/{job}.json")["made_from"]


def trial(folder, **changes):
    return Bundle(folder, "def t(n): pass\n").trial("t", {"n": [1, 2]}, **changes)


def test_a_job_is_made_from_code_context_and_interpreter(tmp_path):
    context = {"seed": 1, "deep": {"b": [1.5], "a": None}}
    assert made(trial(tmp_path, digest="code"), context) == {
        "code": "code",
        "context": {"deep": sha('{"a":null,"b":[1.5]}'), "seed": sha("1")},
        "inputs": {},
        "environment": [None, None],
        "python": ["cpython", *sys.version_info[:2]],
        "chained": False,
        "previous": None,
    }


def test_a_job_is_made_from_its_inputs(tmp_path):
    (tmp_path / "data.txt").write_text("data")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_text("2")
    (tmp_path / "folder" / "a").write_text("1")
    bundle = trial(tmp_path, inputs=["data.txt", "folder", "gone"])
    inside = [["a", sha("1")], ["b", sha("2")]]
    assert made(bundle)["inputs"] == {"data.txt": sha("data"), "folder": inside, "gone": None}


def test_a_job_is_made_from_its_software(tmp_path):
    bundle = trial(tmp_path)
    bundle.plan["conda"] = "environment.yaml"
    bundle.plan["container"] = "docker://python"
    (bundle.base / "environment.yaml").write_text("channels: []")
    assert made(bundle)["environment"] == [sha("channels: []"), "docker://python"]


def test_what_runs_is_made_from_the_interpreter_that_was_chosen(tmp_path):
    bundle = Bundle(tmp_path, "def s(): pass\ndef t(n): return n\ndef check(results): pass\n")
    bundle.setup("s").trial("t", {"n": [1]}).verification("check", depends=["t"])
    chosen = ["--interpreter", "/opt/a b/python"]
    bundle.run(*chosen, "setup", "s", "--output", "s.json", "--log", "s.log")
    bundle.run(*chosen, *bundle.trial_words("t", "0"))
    (tmp_path / "t.json").write_text("[]")
    given = ["--context", bundle.context({}), "--trials", ".", "--log", "v.log"]
    bundle.run(*chosen, "verify", "check", *given, "--output", "v.json")
    for name in ("s", "runs/t/0", "v"):
        found = bundle.read(f"{name}.json")["made_from"]["environment"]
        assert found == [None, None, "/opt/a b/python"]


def test_the_store_tells_chosen_interpreters_apart(tmp_path):
    bundle = Bundle(tmp_path, "def t(n): open('ran.txt', 'a').write('x')\n").trial("t", {"n": [1]})
    for chosen, times in [([], 1), (["a"], 2), (["b"], 3), (["a"], 3), ([], 3)]:
        option = ["--interpreter", *chosen] if chosen else []
        bundle.run(*option, *bundle.trial_words("t", "0"), "--store", "store")
        assert (tmp_path / "ran.txt").read_text() == "x" * times


@pytest.mark.parametrize(("job", "previous"), [("0", None), ("1", "0")])
def test_a_link_of_a_chain_knows_the_one_before(tmp_path, job, previous):
    bundle = trial(tmp_path, chained=True)
    bundle.run_trial("t", "0")
    words = bundle.trial_words("t", job)
    before = ["--previous", "runs/t/0.json"] if previous else []
    bundle.run(*words, *before)
    origin = bundle.read(f"runs/t/{job}.json")["made_from"]
    assert (origin["chained"], origin["previous"]) == (True, previous)


def test_a_setup_and_a_verdict_are_made_from_what_they_saw(tmp_path):
    bundle = Bundle(tmp_path, "def s(): pass\ndef check(results): pass\n")
    bundle.setup("s").verification("check", depends=["t"])
    (tmp_path / "t.json").write_text("[]")
    bundle.run("setup", "s", "--output", "s.json", "--log", "s.log")
    assert bundle.read("s.json")["made_from"] == {
        "code": "setup s",
        "context": {},
        "environment": [None, None],
    }
    given = ["--context", bundle.context({"k": "v"}), "--trials", "."]
    bundle.run("verify", "check", *given, "--output", "v/check.json", "--log", "v.log")
    assert bundle.read("v/check.json")["made_from"] == {
        "code": "verify check",
        "context": {"k": sha('"v"')},
        "trials": {"t": sha("[]")},
        "environment": [None, None],
    }
    bundle.run("report", "--trials", ".", "--verdicts", "v", "--output", "report.json")
    assert "made_from" not in json.dumps(bundle.read("report.json"))


def test_the_store_says_which_code_its_records_are_of(tmp_path):
    bundle = trial(tmp_path, digest="code")
    bundle.run(*bundle.trial_words("t", "0"), "--store", "store")
    (line,) = stored_lines(tmp_path / "store")
    assert line.entry["code"] == "code"
