from __future__ import annotations

import pytest

from tests.support.handmade_bundles import Bundle

EXPERIMENT = """
    from decorators import setup, trial, verify, VerificationResult

    @setup()
    def init():
        return {"base": 10, "word": "a"}

    @setup()
    def more():
        return {"word": SETUP["word"] + "b"}

    @trial(1, {"n": [1, 2], "m": [(3, 4), 5]})
    def t(n, m):
        return {"n": n, "m": m, "base": SETUP["base"], "context_update": {"last": n}}

    @verify(["t"])
    def check(results):
        assert SETUP["last"] == 2
        return VerificationResult.SUPPORTS if len(results["t"]) == 4 else False
"""


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, EXPERIMENT).setup("init").setup("more")
    return made.trial("t", {"n": [1, 2], "m": [(3, 4), 5]}).verification("check")


def run_all(bundle):
    first, second = "setup/init.json", "setup/more.json"
    bundle.run("setup", "init", "--output", first, "--log", "logs/init.log")
    bundle.run("context", "more", "--setups", first, "--output", "context/more.json")
    seen = ["--context", "context/more.json"]
    bundle.run("setup", "more", *seen, "--output", second, "--log", "logs/more.log")
    setups = ["--setups", first, second]
    bundle.run("context", "t", *setups, "--updates", "--output", "context/t.json")
    for job in range(4):
        output = ["--output", f"runs/t/{job}.json", "--log", f"logs/t/{job}.log"]
        bundle.run("trial", "t", "--job", str(job), "--context", "context/t.json", *output)
    outputs = ["--runs-output", "trials/t.json", "--updates-output", "updates/t.json"]
    bundle.run("collect", "t", "--runs", "runs/t", *outputs)
    everything = [*setups, "--updates", "updates/t.json"]
    bundle.run("context", "check", *everything, "--output", "context/check.json")
    judged = ["--output", "verify/check.json", "--log", "logs/check.log"]
    context = ["--context", "context/check.json", "--trials", "trials"]
    bundle.run("verify", "check", *context, *judged)
    folders = ["--trials", "trials", "--verdicts", "verify"]
    bundle.run("report", *everything, *folders, "--output", "report.json")


def test_from_setups_to_the_report(bundle):
    run_all(bundle)
    report = bundle.read("report.json")
    assert list(report) == [
        *("experiment", "source", "status", "context", "trials", "verifications")
    ]
    assert report["experiment"] == "exp"
    assert report["source"] == "exp.py"
    assert report["status"] == "validated"
    assert report["context"] == {"base": 10, "word": "ab", "last": 2}
    assert report["verifications"]["check"]["verdict"] == "supports"
    runs = report["trials"]["t"]
    assert [run["params"] for run in runs] == [
        {"n": 1, "m": [3, 4]},
        {"n": 1, "m": 5},
        {"n": 2, "m": [3, 4]},
        {"n": 2, "m": 5},
    ]
    assert all(run["success"] for run in runs)
    assert runs[0]["result"] == {"n": 1, "m": [3, 4], "base": 10, "context_update": {"last": 1}}
    assert runs[3]["log"] == "logs/t/3.log"
    assert runs[3]["duration"] >= 0


def test_setup_record(bundle):
    bundle.run("setup", "init", "--output", "init.json", "--log", "init.log")
    record = bundle.read("init.json")
    assert record["version"] == 1
    assert record["digest"] == "setup init"
    assert record["returned"] == {"base": 10, "word": "a"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the commands are"),
        (["fly"], "the commands are"),
        (["collect"], "--plan is needed"),
        (["report", "--plan", "a", "b"], "--plan takes one value"),
    ],
)
def test_wrong_usage(bundle, words, said):
    done = __import__("subprocess").run(
        [*bundle.words("x")[:2], *words],
        cwd=bundle.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr


def test_name_is_needed(bundle):
    done = bundle.run("collect", "--runs", "r", status=2)
    assert "one name is needed" in done.stderr


def test_unknown_function(bundle):
    words = ["--runs", "r", "--runs-output", "a", "--updates-output", "b"]
    done = bundle.run("collect", "nobody", *words, status=1)
    assert "has no trials named nobody" in done.stderr
