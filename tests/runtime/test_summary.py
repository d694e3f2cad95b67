from __future__ import annotations

import hashlib
import json

import pytest

from tests.support.handmade_bundles import Bundle


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, "").setup("init").trial("train", {"n": [1, 2, 3]})
    return made.trial("eval", {"n": [3, 4], "lr": [0.1]}, batch=2).verification("check")


def lay(bundle, path, value):
    file = bundle.folder / "results" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(value))


def log(bundle, path):
    file = bundle.folder / "logs" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()


def summary(bundle, *options):
    words = ("summary", "--results", "results", "--logs", "logs", *options)
    return bundle.run(*words).stderr.splitlines()


GOOD = {"success": True, "result": 0, "params": {"n": 1}, "log": "a.log"}
BAD = {
    "success": False,
    "type": "ValueError",
    "error": "bad\nworse",
    "params": {"n": 3, "lr": 0.1},
    "log": "logs/eval/0.log",
}


def test_a_finished_run(bundle):
    lay(bundle, "setup/init.json", {})
    lay(bundle, "trials/train.json", [GOOD, GOOD, GOOD])
    lay(bundle, "trials/eval.json", [BAD, GOOD])
    lay(bundle, "verify/check.json", {"verdict": "supports"})
    lay(bundle, "report.json", {"status": "validated"})
    first = "first failure n=3, lr=0.1: ValueError: bad (logs/eval/0.log)"
    assert summary(bundle) == [
        "exp: validated",
        "  trial train: 3 succeeded",
        f"  trial eval: 1 succeeded, 1 failed; {first}",
        "    step into it: mlx repro eval n=3 lr=0.1",
        "  verification check: supports",
    ]


def test_a_run_that_did_not_get_far(bundle):
    log(bundle, "setup/init.log")
    lay(bundle, "runs/train/0.json", {"digest": "train-0", "runs": [GOOD]})
    lay(bundle, "runs/train/1.json", {"digest": "older", "runs": [GOOD]})
    log(bundle, "runs/train/1.log")
    log(bundle, "runs/train/2.log")
    assert summary(bundle) == [
        "exp: not finished",
        "  setup init: not finished (logs/setup/init.log)",
        "  trial train: 1 succeeded, 2 did not run; not finished: logs/runs/train/1.log and 1 more",
        "  trial eval: 2 did not run",
        "  verification check: did not run",
    ]


def test_an_invalid_verification(bundle):
    verdict = {"verdict": "invalid", "type": "KeyError", "error": "'x'", "log": "v.log"}
    lay(bundle, "verify/check.json", verdict)
    assert summary(bundle)[-1] == "  verification check: invalid, KeyError: 'x' (v.log)"


def test_torn_files_are_as_missing_ones(bundle):
    lay(bundle, "trials/train.json", [])
    (bundle.folder / "results" / "trials" / "train.json").write_text("[")
    assert "  trial train: 3 did not run" in summary(bundle)


def test_after_a_failed_run_nothing_of_an_earlier_one_counts(bundle):
    lay(bundle, "setup/init.json", {})
    lay(bundle, "trials/train.json", [GOOD, GOOD, GOOD])
    lay(bundle, "trials/eval.json", [GOOD, GOOD])
    for job in range(2):
        lay(bundle, f"runs/train/{job}.json", {"digest": f"train-{job}", "runs": [GOOD]})
    lay(bundle, "verify/check.json", {"verdict": "supports"})
    lay(bundle, "report.json", {"status": "validated"})
    bundle.plan["trials"][1]["order"] = 2
    assert summary(bundle, "--failed") == [
        "exp: not finished",
        "  trial train: 2 succeeded, 1 did not run",
        "  trial eval: did not run",
        "  verification check: did not run",
    ]


def test_after_a_failed_run_results_of_another_setup_do_not_count(bundle):
    lay(bundle, "setup/init.json", {})
    lay(bundle, "context/train.json", {"rate": 2})
    current = hashlib.sha256(b"2").hexdigest()
    for job, digest in enumerate((current, "0" * 64)):
        made = {"context": {"rate": digest}}
        lay(
            bundle,
            f"runs/train/{job}.json",
            {"digest": f"train-{job}", "made_from": made, "runs": [GOOD]},
        )
    assert summary(bundle, "--failed")[1] == "  trial train: 1 succeeded, 2 did not run"


def test_after_a_failed_setup_nothing_counts(bundle):
    lay(bundle, "trials/train.json", [GOOD, GOOD, GOOD])
    for job in range(3):
        lay(bundle, f"runs/train/{job}.json", {"digest": f"train-{job}", "runs": [GOOD]})
    log(bundle, "setup/init.log")
    assert summary(bundle, "--failed") == [
        "exp: not finished",
        "  setup init: not finished (logs/setup/init.log)",
        "  trial train: did not run",
        "  trial eval: did not run",
        "  verification check: did not run",
    ]


def test_a_trial_without_combinations(tmp_path):
    assert summary(Bundle(tmp_path, "").trial("t", {"n": []}))[1] == "  trial t: no combinations"
