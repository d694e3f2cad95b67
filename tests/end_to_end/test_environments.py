"""Another interpreter for the jobs: what runs again, what the store has, what is foreseen."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from mlx2smk.cli import main
from tests.support import warm_snakemake
from tests.support.other_pythons import find_python

pytestmark = pytest.mark.slow

EXPERIMENT = """\
import sys
from mlx2smk import setup, trial, verify

def ran(what):
    with open("ran.txt", "a") as file:
        print(what, file=file)
    return [sys.executable, sys.version_info[1]]

@setup()
def init():
    ran("init")

@trial(1, {"n": [1, 2]})
def train(n):
    return ran("train")

@verify(["train"])
def check(results):
    ran("check")
    return True
"""
ALL = {"init": 1, "train": 2, "check": 1}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    return tmp_path


def compiled(*options):
    assert main(["compile", "exp.py", *options]) == 0


def runs(folder, *settings):
    """Run; return how often each function ran, and what the trial's runs returned."""
    trace = folder / "ran.txt"
    trace.unlink(missing_ok=True)
    config = ["--config", *settings] if settings else []
    command = [sys.executable, "-m", "snakemake", "-j2", *config]
    done = warm_snakemake.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((folder / "results" / "exp" / "report.json").read_text())
    counts = Counter(trace.read_text().split() if trace.exists() else ())
    return dict(counts), [run["result"] for run in report["trials"]["train"]]


def foreseen(capsys, *options):
    """Return which functions ``mlx explain`` says may run, and how often at most."""
    capsys.readouterr()
    assert main(["explain", "exp.py", "--format", "json", *options]) == 0
    forecast = json.loads(capsys.readouterr().out)
    outlooks = [*forecast["setups"], *forecast["trials"], *forecast["verifications"]]
    return {outlook["name"]: outlook["may_run"] for outlook in outlooks if outlook["may_run"]}


def linked(folder, name):
    """Return another path of the Python that runs the tests."""
    path = folder / name / "python"
    path.parent.mkdir()
    path.symlink_to(sys.executable)
    return str(path)


def test_results_are_of_one_interpreter(folder):
    first, second = find_python("3.9"), find_python("3.13")
    if first is None or second is None:
        pytest.skip("Python 3.9 and 3.13 are needed")
    compiled("--python", first)
    assert runs(folder) == (ALL, [[first, 9]] * 2)
    compiled("--python", second)
    assert runs(folder) == (ALL, [[second, 13]] * 2)
    compiled("--python", first)
    again, results = runs(folder)
    assert results == [[first, 9]] * 2
    assert "train" not in again


def test_interpreters_of_one_version_are_told_apart(folder, capsys):
    first, second = linked(folder, "first"), linked(folder, "second")
    for options, path in [
        (["--python", first], first),
        (["--python", "second/python"], second),
        ([], sys.executable),
    ]:
        assert foreseen(capsys, *options) == ALL
        compiled(*options)
        assert runs(folder) == (ALL, [[path, sys.version_info[1]]] * 2)
        assert foreseen(capsys, *options) == {}
        assert runs(folder)[0] == {}
    # All that the trial gave is in the store by now.
    compiled("--python", first)
    assert runs(folder) == ({"init": 1, "check": 1}, [[first, sys.version_info[1]]] * 2)


def test_a_setting_for_one_run_counts_likewise(folder):
    first = linked(folder, "first")
    compiled()
    runs(folder)
    assert runs(folder, f"mlx_python={first}") == (ALL, [[first, sys.version_info[1]]] * 2)
    compiled("--python", first)
    assert runs(folder)[0] == {}
