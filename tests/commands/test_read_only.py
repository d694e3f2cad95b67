"""Folders and files that may not be written or read: one line that names them, and nothing is lost."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk import cli
from tests.support.handmade_bundles import Bundle
from tests.support.ordinary_rights import give_up_rights
from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="gives up the rights of root")

EXPERIMENT = """
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def t(n):
    return n
"""
CALLS = """
import contextlib, io, json, sys
from mlx2smk import cli
found = []
for words in json.loads(sys.argv[1]):
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        status = cli.main(words.split())
    found.append([status, said.getvalue()])
print(json.dumps(found))
"""
DENIED = r"mlx: {}: Permission denied \(make it readable and writable for you, or choose another folder\)\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    yield
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755)


def mlx(*commands):
    """Run commands with the rights of an ordinary user; return status and what is said of each."""
    done = subprocess.run(
        [sys.executable, "-c", CALLS, json.dumps(commands)],
        preexec_fn=give_up_rights,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return json.loads(done.stdout)


def close(folder):
    """Take away the right to write in all folders below; return all files."""
    for path in [*folder.rglob("*"), folder]:
        if path.is_dir():
            path.chmod(0o555)
    return contents(folder)


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_compiled_into_a_closed_folder(tmp_path):
    before = close(tmp_path)
    ((status, said),) = mlx("compile exp.py")
    assert status == 1
    assert re.fullmatch(DENIED.format(r"\.mlx"), said)
    assert contents(tmp_path) == before


def test_who_may_only_read_sees_everything_and_changes_nothing(tmp_path):
    assert cli.main(["compile", "exp.py"]) == 0
    before = close(tmp_path)
    reading = ["compile exp.py", "results", "status", "explain exp.py", "history", "gc", "retry"]
    assert [status for status, _ in mlx(*reading)] == [0] * len(reading)
    for (status, said), place in zip(
        mlx("report", "results -o a.csv"), (r"results\S*", "a.csv"), strict=True
    ):
        assert status == 1
        assert re.fullmatch(DENIED.format(place), said.splitlines(keepends=True)[-1]), said
    (tmp_path / "exp.py").write_text(EXPERIMENT.replace("[1, 2]", "[1, 2, 3]"))
    ((status, said),) = mlx("compile exp.py")
    assert (status, said.count("\n"), "Permission denied (make it" in said) == (1, 1, True)
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    assert contents(tmp_path) == before


def test_a_plan_that_may_not_be_read():
    assert cli.main(["compile", "exp.py"]) == 0
    plan = Path("workflow/experiments/exp/plan.json")
    plan.chmod(0)
    for status, said in mlx("results", "status", "explain exp.py", "gc", "compile exp.py"):
        assert status == 1
        assert re.fullmatch(DENIED.format(plan), said)


def test_a_closed_store_costs_the_job_and_nothing_stored(tmp_path):
    bundle = Bundle(tmp_path / "made", EXPERIMENT).trial("t", {"n": [1, 2]})
    words = [*bundle.trial_words("t", "0"), "--store", "store"]
    bundle.run(*words)
    before = close(tmp_path / "made/store")
    words = [*bundle.trial_words("t", "1"), "--store", "store"]
    done = bundle.run_after(give_up_rights, *words)
    assert done.returncode == 1
    assert re.fullmatch(DENIED.format(r".*/store/jobs/\S+ \S+"), done.stderr), done.stderr
    assert contents(tmp_path / "made/store") == before
    assert not (tmp_path / "made/runs/t/1.json").exists()
