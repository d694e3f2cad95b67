"""User code on the oldest Python that the worker promises to run on, whatever Snakemake runs on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from tests import reference
from tests.support.other_pythons import find_python
from tests.support.traced_folder import TRACING, Folder

EXPERIMENT = """\
import random
import sys

import helper
from mlx2smk import VerificationResult, setup, trial, verify


@setup()
def init():
    return {"seed": 5, "pythonhashseed": 1, "total": 0}


@setup()
def more():
    return {"python": list(sys.version_info[:2])}


@trial(1, {"n": [1, 2, 3, 4, 5], "x": [(1, 2.5), None]})
def grid(n, x):
    if n == 3:
        raise ValueError(n)
    if n == 4:
        return {"set": {n}}
    return [list(sys.version_info[:2]), helper.double(n), x, random.random(), hash("text")]


@trial(1, {"m": [1, 2, 3]})
def chain(m):
    if m == 2:
        sys.exit(3)
    return {"context_update": {"total": SETUP["total"] * 10 + m}}


@verify(["grid"])
def check(results):
    if sys.version_info[:2] != (3, 9) or SETUP["total"] != 13:
        return VerificationResult.REFUTES
    return [run["success"] for run in results["grid"]] == [True] * 4 + [False] * 4 + [True] * 2
"""


def is_bare(python):
    """Tell whether it has nothing of ours."""
    code = "import importlib.util as u; print(u.find_spec('mlx2smk'), u.find_spec('snakemake'))"
    tried = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=False)
    return tried.stdout == "None None\n"


FOUND = find_python("3.9")
PYTHON = FOUND if FOUND and is_bare(FOUND) else None

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="no bare Python 3.9: set MLX_PYTHON39"),
]


def test_a_whole_experiment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    Path("helper.py").write_text("def double(n):\n    return 2 * n\n")
    Path("exp.py").write_text(EXPERIMENT)
    assert main(["compile", "exp.py", "--python", PYTHON]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-j2"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(Path("results/exp/report.json").read_text())
    assert report["status"] == "validated"
    monkeypatch.setattr(reference.sys, "executable", PYTHON)
    expected = reference.run_experiment(Path("exp.py").absolute())
    assert reference.normalise(report) == reference.normalise(expected)


FOLLOWING = (
    "import os\nimport subprocess\nimport sys\nfrom mlx2smk import setup, trial\n"
    + TRACING
    + """
@setup()
def init():
    ran("init")
    with open("made.txt", "w") as file:
        file.write("5")


@trial(1, {"n": [1, 2]})
def of_file(n):
    ran("of_file", n)
    with open(f"{n}.txt") as file:
        return [sys.version_info[1], int(file.read())]


@trial(1, {})
def of_made():
    ran("of_made")
    with open("made.txt") as file:
        return int(file.read())


@trial(1, {})
def of_variable():
    ran("of_variable")
    return os.environ["MLXTEST_LEVEL"]


@trial(1, {})
def of_child():
    ran("of_child")
    code = "print(open('child.txt').read())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
"""
)


def test_what_runs_touch(tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.setenv("MLXTEST_LEVEL", "low")
    lab = Folder(tmp_path / "work", FOLLOWING, "--python", PYTHON)
    for name in ("1", "2", "child"):
        (lab.path / f"{name}.txt").write_text("1")
    everything = ["init", "of_child", "of_file 1", "of_file 2", "of_made", "of_variable"]
    assert lab.run() == everything
    assert lab.run() == []
    (lab.path / "2.txt").write_text("7")
    assert lab.run() == ["of_file 2"]
    assert lab.results("of_file") == [[9, 1], [9, 7]]
    monkeypatch.setenv("MLXTEST_LEVEL", "high")
    (lab.path / "child.txt").write_text("8")
    assert lab.run() == ["of_child", "of_variable"]
    assert lab.results("of_variable") == ["high"]
    assert lab.results("of_child") == ["8\n"]
    (lab.path / "made.txt").unlink()
    assert lab.run() == ["init"]
    assert lab.run() == []
