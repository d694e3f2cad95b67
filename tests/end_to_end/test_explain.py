"""What `mlx explain` foresees, compared with what then really runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.explained_project import Project

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("explained")]

EXPERIMENT = """\
import os, tools
from mlx2smk import setup, trial, verify

RATE = 0.9


def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)


def normalize(x):
    return x * RATE


def prep(x):
    return normalize(x)


@setup()
def init():
    ran("init")
    return {"seed": 1, "lr": 0.1, "spare": 0}


@trial(1, {"n": [1, 2, 3]})
def train(n):
    ran("train", n)
    if n == 3:
        raise ValueError("three")
    return {"context_update": {"last": n}, "y": tools.used(prep(n))}


@trial(1, {}, inputs=["data.txt"])
def filed():
    ran("filed")
    with open("data.txt") as file:
        return file.read()


@trial(1, {})
def sized():
    ran("sized")
    return SETUP["lr"]


@trial(1, {"k": [1, 2, 3]})
def chain(k):
    ran("chain", k)
    return {"context_update": {"sum": SETUP.get("sum", 0) + k}}


@trial(2, {"m": [1, 2]})
def evaluate(m):
    ran("evaluate", m)
    return SETUP["last"] + m


@verify(["train"])
def check(results):
    ran("check")
    return len(results["train"]) == 3
"""
TOOLS = "def used(x):\n    return x + 1\n\n\ndef unused(x):\n    return x\n"
FUNCTIONS = ("init", "train", "filed", "sized", "chain", "evaluate", "check")
TRIALS = FUNCTIONS[1:-1]


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("finished"))
    (project.folder / "exp.py").write_text(EXPERIMENT)
    (project.folder / "tools.py").write_text(TOOLS)
    (project.folder / "data.txt").write_text("one")
    outlooks, _ = project.explain()
    assert {name: outlook["run"] for name, outlook in outlooks.items()} == dict(
        zip(FUNCTIONS, (1, 3, 1, 1, 3, 0, 1), strict=True)
    ) | {"evaluate": 2}
    ran, _ = project.run()
    assert ran == dict(zip(FUNCTIONS, (1, 3, 1, 1, 3, 2, 1), strict=True))
    return project


@pytest.fixture(name="project")
def _project(finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "project")
    return Project(tmp_path / "project")


def reasons(outlook):
    return [reason.pop("reason") for reason in outlook["reasons"]]


def test_nothing_changed(project):
    outlooks, _ = project.foresee_and_run({})
    assert {n for n, outlook in outlooks.items() if outlook["reasons"]} == set()
    assert outlooks["train"]["failed"] == 1
    assert project.mlx("explain", "exp.py").splitlines()[:3] == [
        "init: nothing to do",
        "train: nothing to do (3 combinations)",
        "  1 failed; that stays recorded (mlx retry forgets it)",
    ]


def test_a_comment(project):
    project.edit("return x * RATE", "return x * RATE  # a share\n\n")
    project.foresee_and_run({})


def test_a_value_is_added(project):
    project.edit('"n": [1, 2, 3]', '"n": [1, 2, 3, 4]')
    outlooks, ran = project.foresee_and_run({"train": 1, "evaluate": (0, 2), "check": 1})
    assert outlooks["train"]["reasons"] == [{"reason": "New", "count": 1}]
    assert outlooks["evaluate"]["uncertainty"] == {"sources": ["train"], "keys": ["last"]}
    assert ran["evaluate"] == 2
    assert outlooks["check"]["reasons"] == [{"reason": "ResultsChanged", "trial": "train"}]


def test_a_value_is_removed(project):
    project.edit('"n": [1, 2, 3]', '"n": [1, 3]')
    outlooks, _ = project.foresee_and_run({"evaluate": 2, "check": 1})
    assert outlooks["evaluate"]["reasons"] == [
        {"reason": "KeyChanged", "key": "last", "old": "2", "new": "1"}
    ]


def test_a_helper_changed(project):
    project.edit("return normalize(x)", "return normalize(x) + 0")
    outlooks, ran = project.foresee_and_run({"train": 3, "evaluate": (0, 2), "check": 1})
    (change,) = outlooks["train"]["reasons"]
    assert (change["name"], change["file"], change["line"]) == ("prep", "exp.py", 16)
    assert (change["change"], change["kind"], change["path"]) == ("changed", "function", ["train"])
    assert ran["evaluate"] == 0


def test_a_helpers_helper_and_a_constant_changed(project):
    project.edit("RATE = 0.9", "RATE = 0.95")
    project.edit("return x * RATE", "return RATE * x")
    text = project.mlx("explain", "exp.py").splitlines()
    assert text[1].startswith("train: 3 of 3 run again, ")
    assert text[2:4] == [
        "  normalize() changed in exp.py:12, reached through train → prep → normalize",
        "  RATE changed 0.9 → 0.95 in exp.py:4, reached through train → prep → normalize",
    ]
    project.foresee_and_run({"train": 3, "evaluate": (0, 2), "check": 1})


def test_a_helper_is_added_and_another_is_gone(project):
    project.edit("return normalize(x)", "return twice(x)")
    project.edit("def normalize(x):\n    return x * RATE", "def twice(x):\n    return 2 * x")
    outlooks, _ = project.foresee_and_run({"train": 3, "evaluate": (0, 2), "check": 1})
    found = {(item["change"], item["name"]) for item in outlooks["train"]["reasons"]}
    assert found == {
        ("changed", "prep"),
        ("added", "twice"),
        ("removed", "normalize"),
        ("removed", "RATE"),
    }


def test_a_used_function_of_a_local_module(project):
    project.edit("return x + 1", "return x + 1.0", "tools.py")
    outlooks, _ = project.foresee_and_run({"train": 3, "evaluate": (0, 2), "check": 1})
    (change,) = outlooks["train"]["reasons"]
    assert (change["name"], change["file"], change["line"]) == ("used", "tools.py", 1)


def test_an_unused_function_of_a_local_module(project):
    project.edit("return x\n", "return -x\n", "tools.py")
    project.foresee_and_run({})


MAYBE = {"train": (0, 3), "filed": (0, 1), "sized": (0, 1), "chain": (0, 3), "evaluate": (0, 2)}


def test_a_setup_with_the_same_values(project):
    project.edit('"lr": 0.1', '"lr": 0.1 + 0')
    outlooks, ran = project.foresee_and_run({"init": 1, **MAYBE, "check": (0, 1)})
    assert outlooks["sized"]["uncertainty"] == {"sources": ["init"], "keys": ["lr", "seed"]}
    assert ran == {"init": 1}


def test_a_setup_with_other_values(project):
    project.edit('"lr": 0.1', '"lr": 0.2')
    _, ran = project.foresee_and_run({"init": 1, **MAYBE, "check": (0, 1)})
    assert ran == {"init": 1, "sized": 1}


def test_a_key_that_nobody_reads(project):
    project.edit('"spare": 0', '"spare": 1')
    _, ran = project.foresee_and_run({"init": 1, **MAYBE, "check": (0, 1)})
    assert ran == {"init": 1}


def test_the_seed(project):
    project.edit('"seed": 1', '"seed": 2')
    _, ran = project.foresee_and_run({"init": 1, **MAYBE, "check": (0, 1)})
    assert ran == dict(zip(FUNCTIONS, (1, 3, 1, 1, 3, 2, 1), strict=True))


def test_a_trial_and_a_setup_at_once(project):
    project.edit('"spare": 0', '"spare": 1')
    project.edit('return SETUP["lr"]', 'return [SETUP["lr"]]')
    expected = {"init": 1, **MAYBE, "check": (0, 1), "sized": 1}
    project.foresee_and_run(expected)


def test_an_input_file(project):
    (project.folder / "data.txt").write_text("two")
    outlooks, _ = project.foresee_and_run({"filed": 1})
    assert outlooks["filed"]["reasons"] == [{"reason": "InputChanged", "path": "data.txt"}]


def test_an_input_file_that_is_only_touched(project):
    os.utime(project.folder / "data.txt")
    project.foresee_and_run({})


def test_a_trial_renamed(project):
    project.edit("def sized", "def scaled")
    project.edit('ran("sized")', 'ran("scaled")')
    outlooks, forecast = project.explain()
    assert (outlooks["scaled"]["run"], outlooks["scaled"]["total"]) == (1, 1)
    assert forecast["others"] == {"sized": 1}
    assert "sized: no longer a trial" in project.mlx("explain", "exp.py")
    project.foresee_and_run({"scaled": 1})


def test_back_to_an_earlier_version(project):
    project.edit("RATE = 0.9", "RATE = 0.5")
    project.run()
    project.edit("RATE = 0.5", "RATE = 0.9")
    outlooks, _ = project.foresee_and_run({"train": 1, "evaluate": (0, 2), "check": 1})
    assert (outlooks["train"]["from_store"], outlooks["train"]["jobs"]) == (2, 3)


def test_a_link_in_the_middle_of_a_chain(project):
    project.edit('"k": [1, 2, 3]', '"k": [1, 5, 2, 3]')
    outlooks, ran = project.foresee_and_run({"chain": (1, 3)})
    assert outlooks["chain"]["jobs"] == 3
    assert ran == {"chain": 3}


def test_a_link_less(project):
    project.edit('"k": [1, 2, 3]', '"k": [2, 3]')
    outlooks, ran = project.foresee_and_run({"chain": (1, 2)})
    assert reasons(outlooks["chain"]) == ["Chained"]
    assert ran == {"chain": 2}


def test_a_chain_that_ends_to_be_one(project):
    project.edit('"k": [1, 2, 3]', '"k": [1, 2, 3], "__parallel__": 2')
    outlooks, _ = project.foresee_and_run({"chain": 2})
    assert reasons(outlooks["chain"]) == ["Regrouped"]
    assert outlooks["chain"]["from_store"] == 1


def test_other_batches(project):
    outlooks, _ = project.foresee_and_run({"check": 1}, "--batch=2")
    assert (outlooks["train"]["from_store"], outlooks["train"]["may_jobs"]) == (3, 2)
    assert reasons(outlooks["train"]) == ["Missing"]


def test_the_verification(project):
    project.edit('len(results["train"]) == 3', 'len(results["train"]) > 2')
    outlooks, _ = project.foresee_and_run({"check": 1})
    assert [item["name"] for item in outlooks["check"]["reasons"]] == ["check"]


def test_a_verification_of_other_trials(project):
    project.edit('@verify(["train"])', '@verify(["train", "sized"])')
    outlooks, _ = project.foresee_and_run({"check": 1})
    assert outlooks["check"]["reasons"] == [{"reason": "ResultsChanged", "trial": "sized"}]


def test_forgotten_failures(project):
    assert project.mlx("retry").splitlines()[0] == "exp: train n~3"
    outlooks, _ = project.foresee_and_run({"train": 1, "evaluate": (0, 2), "check": 1})
    assert outlooks["train"]["reasons"] == [{"reason": "Missing", "count": 1}]


def test_a_mistake_in_the_experiment(project):
    project.edit("@setup()", "@setup(order='first')")
    words = [sys.executable, "-m", "mlx2smk.cli", "explain", "exp.py"]
    done = subprocess.run(words, cwd=project.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "exp.py:20:" in done.stderr


def test_whoever_reads_may_have_enough(project):
    words = f"{sys.executable} -m mlx2smk.cli explain exp.py | true"
    done = subprocess.run(
        ["bash", "-c", words], cwd=project.folder, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
