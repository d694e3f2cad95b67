from __future__ import annotations

import enum

import pytest

from mlx2smk.runtime import verdicts
from mlx2smk.runtime.shims import verification_result
from tests.support.handmade_bundles import Bundle


class OwnResult(enum.Enum):
    SUPPORTS = "supports"


@pytest.mark.parametrize(
    ("returned", "verdict"),
    [
        (verification_result().SUPPORTS, "supports"),
        (verification_result().CONTINUE, "continue"),
        (OwnResult.SUPPORTS, "supports"),
        ("Refutes", "refutes"),
        ("INCONCLUSIVE", "inconclusive"),
        ("invalid", "invalid"),
        (True, "supports"),
        (False, "refutes"),
        (None, "inconclusive"),
    ],
)
def test_supported_returns(returned, verdict):
    assert verdicts.of_returned(returned) == {"verdict": verdict}


def test_numpy_bool():
    np = pytest.importorskip("numpy")
    assert verdicts.of_returned(np.float64(1) > 0) == {"verdict": "supports"}
    assert verdicts.of_returned(np.float64(0) > 0) == {"verdict": "refutes"}


@pytest.mark.parametrize(
    ("returned", "kind", "part"),
    [
        (3, "TypeError", "returned 3, of type 'int'"),
        ([], "TypeError", "returned [], of type 'list'"),
        ("maybe", "ValueError", "returned 'maybe',"),
        ("", "ValueError", "returned '',"),
    ],
)
def test_unsupported_returns_are_invalid(returned, kind, part):
    verdict = verdicts.of_returned(returned)
    assert (verdict["verdict"], verdict["type"]) == ("invalid", kind)
    assert part in verdict["error"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ([], "inconclusive"),
        (["supports"], "validated"),
        (["supports", "supports"], "validated"),
        (["supports", "refutes", "invalid"], "invalidated"),
        (["supports", "invalid", "inconclusive"], "invalid"),
        (["supports", "inconclusive"], "inconclusive"),
        (["supports", "continue"], "inconclusive"),
    ],
)
def test_status(given, status):
    assert verdicts.status(given) == status


def judge(folder, body, **changes):
    bundle = Bundle(folder, "import os, sys\ndef check(results):\n    " + body)
    bundle.trial("t", {}).verification("check", **changes)
    (folder / "trials").mkdir()
    (folder / "trials" / "t.json").write_text('[{"success": true, "result": 4}]')
    words = ["--context", bundle.context({"a": 1}), "--trials", "trials"]
    done = bundle.run("verify", "check", *words, "--output", "v.json", "--log", "v.log")
    return bundle.read("v.json"), done


def test_verification(tmp_path):
    verdict, done = judge(tmp_path, "return results == {'t': [{'success': True, 'result': 4}]}")
    assert verdict.pop("duration") >= 0
    assert verdict.pop("made_from")["code"] == "verify check"
    assert (verdict["verdict"], verdict["log"]) == ("supports", "v.log")
    assert "error" not in verdict
    assert done.stderr == ""


def test_verification_that_raises(tmp_path):
    verdict, done = judge(tmp_path, "return results['t'][0]['no']")
    assert (verdict["verdict"], verdict["type"]) == ("invalid", "KeyError")
    assert verdict["error"] == "'no'"
    assert 'exp.py", line 3, in check' in verdict["traceback"]
    assert done.stderr == "mlx: verification 'check' failed: KeyError: 'no' (log: v.log)\n"


def test_verification_that_exits(tmp_path):
    verdict, _ = judge(tmp_path, "sys.exit(4)")
    assert (verdict["verdict"], verdict["type"]) == ("invalid", "SystemExit")
    assert verdict["error"] == "exit status 4"


def test_verification_that_dies(tmp_path):
    verdict, _ = judge(tmp_path, "os._exit(5)")
    assert (verdict["verdict"], verdict["type"]) == ("invalid", "ProcessExit")
    assert verdict["error"] == "the process exited with status 5 before the verification returned"


def test_verification_of_missing_results_fails_the_job(tmp_path):
    bundle = Bundle(tmp_path, "def check(results): pass").trial("t", {}).verification("check")
    words = ["--context", bundle.context({}), "--trials", "nowhere"]
    words += ["--output", "v.json", "--log", "v.log"]
    done = bundle.run("verify", "check", *words, status=1)
    assert "nowhere/t.json cannot be read" in done.stderr
    assert not (tmp_path / "v.json").exists()
