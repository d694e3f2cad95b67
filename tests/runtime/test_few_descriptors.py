"""Too few file descriptors: a job that cannot do its own work has no result, rather than a failed one."""

from __future__ import annotations

import re
import resource

import pytest

from tests.support.handmade_bundles import Bundle

EXPERIMENT = """
    def t(n):
        with open("exp.py") as file:
            return [n, len(file.read(3))]

    def check(results):
        return len(results["t"]) == 2
"""
TOO_FEW = (
    r"mlx: ([^\n]+: )?Too many open files \(raise the limit on open files \(ulimit -n\) .*\)\n"
)


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, EXPERIMENT)
    return made.trial("t", {"n": [1, 2]}, batch=2).verification("check")


def limited(bundle, words, most):
    """Run a worker's command that can have so many open files; return its status and what it said."""

    def restrict():
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    done = bundle.run_after(restrict, *words)
    return done.returncode, done.stderr


def test_whatever_is_open_there_is_the_result_or_none(bundle):
    words = [*bundle.trial_words("t", "0"), "--store", "store"]
    output = bundle.folder / "runs/t/0.json"
    statuses = []
    for most in range(7, 32):
        status, said = limited(bundle, words, most)
        statuses.append(status)
        if status:
            assert re.fullmatch(TOO_FEW, said), (most, said)
            assert not output.exists()
        else:
            runs = bundle.read("runs/t/0.json")["runs"]
            assert [run.get("result") for run in runs] == [[1, 3], [2, 3]], most
            output.unlink()
    assert statuses == sorted(statuses, reverse=True)
    assert set(statuses) == {0, 1}


def test_a_verdict_is_not_invalid_for_that(bundle):
    bundle.run_trial("t")
    bundle.run(
        *("collect", "t", "--runs", "runs/t", "--runs-output", "trials/t.json"),
        *("--updates-output", "updates/t.json", "--log", "collect.log"),
    )
    words = [
        *("verify", "check", "--context", bundle.context({}), "--trials", "trials"),
        *("--output", "check.json", "--log", "check.log"),
    ]
    for most in range(12, 22):
        status, said = limited(bundle, words, most)
        if status:
            assert re.fullmatch(TOO_FEW, said), (most, said)
        else:
            assert bundle.read("check.json")["verdict"] == "supports", most
            (bundle.folder / "check.json").unlink()


def test_a_folder_that_is_gone_is_no_failure_of_the_experiment(bundle):
    """The system refuses something to the worker in the process of the user's code."""
    bundle.plan["folder"] = "../../../gone"
    done = bundle.run(*bundle.trial_words("t", "0"), status=1)
    gone = bundle.folder / "gone"
    assert done.stderr == f"mlx: {gone}: No such file or directory\n"
    assert not (bundle.folder / "runs/t/0.json").exists()
