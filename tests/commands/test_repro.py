"""`mlx repro`, on the folder of one real run."""

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_usage import NotReached
from mlx2smk.results.comparing import difference
from mlx2smk.runtime.words import repro_command
from tests.commands.test_results import said
from tests.support.looked_at_project import EXPERIMENT
from tests.support.paths import ROOT

pytestmark = pytest.mark.xdist_group("looked at")


@pytest.fixture(autouse=True)
def here(project, monkeypatch):
    monkeypatch.chdir(project)
    return project


def tree(folder):
    files = (
        path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    )
    return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in files}


def test_it_gives_what_the_record_has_and_records_nothing(here, capfd):
    before = tree(here)
    text = said(capfd, "repro", "train", "lr=0.5", "model=svm", "seed=1")
    value = {"acc": 6.0, "seed": 2, "scores": {"f1": 0.5, "all": [1, 2]}}
    assert (
        text
        == f"training 0.5 svm 1\nmlx: result {json.dumps(value)}\nmlx: the same result as in the record\n"
    )
    assert tree(here) == before


def test_context_of_a_chain(capfd):
    text = said(capfd, "repro", "chain", "k=3")
    assert '{"context_update": {"total": 6}}' in text
    assert "the same result" in text


def test_a_trial_that_is_not_deterministic_is_found_out(capfd):
    # The hash is that of the record, since PYTHONHASHSEED is; the time is not.
    assert main_status("repro", "chance", "cfg={'lr': 0.1}") == 1
    assert "mlx: not what the record has: time was " in capfd.readouterr().out


def main_status(*words):
    return main(list(words))


def test_nan_is_nan(capfd):
    assert "the same result" in said(capfd, "repro", "plain", "n=3")


def test_the_debugger_stops_at_the_exception_with_the_users_own_lines(here):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mlx2smk.cli",
            "repro",
            "train",
            "lr=1",
            "model=tree",
            "seed=0",
            "--pdb",
        ],
        input="p lr + 41\nl\nup\np seed\nq\n",
        cwd=here,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"{here}/exp.py(10)fit()\n-> raise ValueError" in done.stdout
    assert "(Pdb) 42.0\n" in done.stdout
    assert "def init():" in done.stdout  # which the slice of the trial does not have
    assert "exp.py(16)train()" in done.stdout
    assert done.stdout.endswith(
        "(Pdb) 0\n(Pdb) mlx: failed with ValueError: lr is too large\nmlx: the same failure as in the record\n"
    )
    assert done.stderr.endswith("ValueError: lr is too large\nfor a tree\n")


def test_an_edited_module_or_a_trial_not_reached(here, capfd, tmp_path, monkeypatch):
    shutil.copytree(here, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    Path("results/exp/context/plain.json").unlink()
    assert f": {NotReached.code} " in said(capfd, "repro", "plain", "n=1", status=1)
    Path("results/exp/runs/chain/0-1.json").unlink()
    shutil.rmtree(".mlx/store")
    assert f": {NotReached.code} " in said(capfd, "repro", "chain", "k=3", status=1)
    assert "there is no record" in said(capfd, "repro", "chain", "k=1")


def test_a_process_that_is_killed(tmp_path, monkeypatch, capfd):
    text = "import os\nfrom mlx2smk import trial\n@trial(1, {})\ndef t():\n    os.kill(os.getpid(), 9)\n"
    (tmp_path / "exp.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main_status("compile", "exp.py") == 0
    context = tmp_path / "results/exp/context/t.json"
    context.parent.mkdir(parents=True)
    context.write_text("{}")
    assert main_status("repro", "t") == 1
    assert "failed with SIGKILL: killed by SIGKILL" in capfd.readouterr().out


def test_pools_have_the_context_and_the_seeds(tmp_path, monkeypatch, capfd):
    text = """
import multiprocessing
import random
from mlx2smk import trial

def drawn(n):
    return [n * SETUP["lr"], random.random()]

@trial(1, {})
def t():
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.map(drawn, [4])
"""
    (tmp_path / "exp.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main_status("compile", "exp.py") == 0
    context = tmp_path / "results/exp/context/t.json"
    context.parent.mkdir(parents=True)
    context.write_text('{"lr": 3, "seed": 11}')
    assert main_status("repro", "t") == 0
    expected = [[12, random.Random(11).random()]]  # noqa: S311
    assert f"mlx: result {json.dumps(expected)}\n" in capfd.readouterr().out


def test_the_line_of_the_failure():
    assert EXPERIMENT.split("\n")[9].strip().startswith("raise ValueError")


# ------------------------------------------------------------------ words and differences


def test_commands_can_be_pasted():
    texts = {"n": "3", "model": "'svm'", "odd": "'a b'", "true": "'True'", "cfg": "{'a': 1}"}
    command = repro_command("train", texts, ["exp"])
    # The last two are read back by a shell.
    words = subprocess.check_output(
        ["sh", "-c", f"printf '%s\\n' {command}"], text=True
    ).splitlines()
    assert words == [
        *("mlx", "repro", "train", "n=3", "model=svm", "odd='a b'", "true='True'"),
        *("cfg={'a': 1}", "exp"),
    ]


SUCCESS = {"success": True, "params": {}, "duration": 1, "log": ""}
FAILURE = {
    "success": False,
    "params": {},
    "duration": 1,
    "log": "",
    "type": "E",
    "error": "x",
    "return_code": 1,
}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({"a": 1, "b": [1, {"c": 2}]}, {"b": [1, {"c": 2}], "a": 1}, None),
        ({"a": 1, "b": [1, {"c": 2}]}, {"a": 1, "b": [1, {"c": 3}]}, "b[1].c was 2, is 3"),
        ({"a": 1}, {"a": 1.0}, "a was 1, is 1.0"),
        ({"a": 1}, {"a": True}, "a was 1, is true"),
        ({"a": float("nan")}, {"a": float("nan")}, None),
        ({"a": 1}, {}, "a was 1, and is not there"),
        ({}, {"a": 1}, "a is 1, and was not there"),
        ([1], [1, 2], "result was [1], is [1, 2]"),
        (3, 4, "result was 3, is 4"),
    ],
)
def test_first_difference(before, now, expected):
    assert difference({"value": now, "duration": 2}, {**SUCCESS, "result": before}) == expected


def test_differences_of_failures():
    same = {"type": "E", "error": "x", "return_code": 1, "traceback": "elsewhere"}
    assert difference({"failure": same, "duration": 2}, FAILURE) is None
    other = {**same, "error": "y"}
    assert difference({"failure": other, "duration": 2}, FAILURE) == 'error was "x", is "y"'
    assert (
        difference({"value": 1, "duration": 2}, FAILURE)
        == "it succeeded, but in the record it failed: E"
    )
    found = difference({"failure": same, "duration": 2}, {**SUCCESS, "result": 1})
    assert found == "it failed, but in the record it succeeded: E"


POOL = """
import multiprocessing
from mlx2smk import trial

def peek(n):
    return SETUP[chr(n)]

@trial(1, {{}})
def t():
    first = SETUP["a"]
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        return pool.map(peek, [97, 98])
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_guard_that_fails_below_the_combination_ends_it(tmp_path, monkeypatch, method):
    (tmp_path / "exp.py").write_text(POOL.format(method=method))
    monkeypatch.chdir(tmp_path)
    assert main_status("compile", "exp.py") == 0
    plan = tmp_path / "workflow/experiments/exp/plan.json"
    found = json.loads(plan.read_text())
    found["trials"][0]["reads"] = ["a"]  # as an analysis would say that had overlooked peek
    plan.write_text(json.dumps(found))
    context = tmp_path / "results/exp/context/t.json"
    context.parent.mkdir(parents=True)
    context.write_text('{"a": 3}')
    command = [sys.executable, "-m", "mlx2smk.cli", "repro", "t"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    # It ends when all that has inherited its streams has: the pool as well.
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "SETUP['b']" in done.stderr
