"""The worker runs on the oldest Python that it promises to run on."""

from __future__ import annotations

import math
import random

import pytest

from tests.support.handmade_bundles import Bundle, one_trial
from tests.support.other_pythons import find_python

PYTHON = find_python("3.9") or ""

pytestmark = pytest.mark.skipif(not PYTHON, reason="no python3.9 here, nor in MLX_PYTHON39")

SOURCE = """
import random, sys
from decorators import setup, trial, verify, VerificationResult
import helper

@trial(1, {"n": [1, 2, 3, 4]})
def t(n):
    if n == 2:
        return {"n": {1}}
    if n == 3:
        return missing
    return [sys.version_info[:2], random.random(), helper.x, SETUP["seed"]]

def check(results):
    return VerificationResult.SUPPORTS if len(results["t"]) == 4 else "refutes"
"""


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, SOURCE, PYTHON)
    modules = [made.module("helper", "x = 'local'\n")]
    made.trial("t", {"n": [1, 2, 3, 4]}, batch=4, modules=modules, reads=["seed"])
    return made.verification("check", modules=modules)


@pytest.mark.parametrize("context", [{"seed": 1}, {"seed": 1, "pythonhashseed": 3}])
def test_a_trial(bundle, context):
    runs = bundle.run_trial("t", context=context)
    drawn = random.Random(1).random()  # noqa: S311 - not for secrets
    assert runs[0]["result"] == [[3, 9], drawn, "local", 1]
    assert (
        runs[1]["error"] == "result is not JSON: result['n'] is of type 'set': return sorted(value)"
    )
    assert runs[2]["type"] == "NameError"
    assert "mlx_runtime" not in runs[2]["traceback"]
    assert runs[3]["success"]


def test_collect_verify_report_summary(bundle):
    bundle.run_trial("t", context={"seed": 1})
    folder = ["--runs", "runs/t", "--runs-output", "trials/t.json", "--updates-output", "u.json"]
    bundle.run("collect", "t", *folder)
    words = ["--context", bundle.context({}), "--trials", "trials"]
    bundle.run("verify", "check", *words, "--output", "v/check.json", "--log", "v.log")
    words = ["--updates", "u.json", "--trials", "trials", "--verdicts", "v"]
    bundle.run("report", *words, "--output", "report.json")
    assert bundle.read("report.json")["status"] == "validated"
    assert "not finished" in bundle.run("summary", "--results", "r", "--logs", "l").stderr


def test_guards(bundle):
    bundle.plan["trials"][0]["removed"] = ["missing"]
    runs = bundle.run_trial("t", context={"seed": 1})
    assert "NameError" in {run.get("type") for run in runs}  # nor does all of the file have it
    assert (
        "the analysis left it out of t: mention missing by name in t; it runs once more"
        in bundle.log("t")
    )
    bundle.plan["trials"][0]["reads"] = []
    done = bundle.run(*bundle.trial_words("t", "0", {"seed": 1}), status=1)
    assert "t read SETUP['seed']" in done.stderr


def test_store(bundle):
    words = [*bundle.trial_words("t", "0", {"seed": 1}), "--store", "store"]
    bundle.run(*words)
    first = bundle.read("runs/t/0.json")
    bundle.run(*words)
    again = bundle.read("runs/t/0.json")
    assert first["keys"] == again["keys"]
    assert first["runs"][0] == again["runs"][0]


def test_infinity_and_crash(tmp_path):
    source = "import os\ndef t(x):\n    if x:\n        return x\n    os._exit(3)\n"
    bundle = Bundle(tmp_path, source, PYTHON).trial("t", {"x": [math.inf, 0]}, batch=2)
    good, bad = bundle.run_trial("t")
    assert good["result"] == math.inf
    assert (bad["type"], bad["return_code"]) == ("ProcessExit", 3)


def test_a_slice_that_this_python_cannot_compile_is_a_failed_run(tmp_path):
    bundle = one_trial(tmp_path, "def t():\n    match 1:\n        case _: return 1\n")
    bundle.python = PYTHON
    (run,) = bundle.run_trial("t")
    assert run["type"] == "SyntaxError"
    assert run["traceback"].splitlines()[0] == f'  File "{tmp_path}/exp.py", line 2'
