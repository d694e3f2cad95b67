"""User code on the oldest Python that the worker promises to run on, whatever Snakemake runs on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import reference
from interpreters import find_python

from mlx2smk.cli import main

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
