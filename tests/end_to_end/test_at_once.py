"""What else may happen in a folder while Snakemake runs there, and two folders that share a store."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from mlx2smk.diagnostics.about_folder import RunningHere
from tests.runtime.test_process import wait_for
from tests.support.traced_folder import TRACING, Folder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

HOLDING = f"""
import os, time
from mlx2smk import trial, verify
{TRACING}
@trial(1, {{"n": [1, 2]}})
def t(n):
    ran("t", n)
    with open(os.environ["MLX_TEST_READY"] + str(n), "w"):
        pass
    while n == 2 and not os.path.exists(os.environ["MLX_TEST_GO"]):
        time.sleep(0.01)
    return n * 10

@verify(["t"])
def v(results):
    ran("v")
    return True
"""


@pytest.fixture(name="signals")
def _signals(tmp_path, monkeypatch):
    """Return where a run says that it has begun, and where it waits for a word to go on."""
    monkeypatch.setenv("MLX_TEST_READY", str(tmp_path / "ready"))
    monkeypatch.setenv("MLX_TEST_GO", str(tmp_path / "go"))
    return tmp_path / "ready2", tmp_path / "go"


def lab_in(path: Path) -> Folder:
    path.mkdir()
    lab = Folder(path, HOLDING)
    lab.command("compile", "exp.py")
    return lab


def started(lab: Folder, trace: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "snakemake", "-j2"],
        cwd=lab.path,
        env=os.environ | {"MLX_TEST_TRACE": str(trace)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_second_snakemake_and_commands_during_a_run(tmp_path, signals):
    ready, go = signals
    lab = lab_in(tmp_path / "work")
    first = started(lab, tmp_path / "trace")
    try:
        wait_for(ready.exists, seconds=90)
        assert lab.start("snakemake", "-j2") == 1
        assert [line for line in lab.said.splitlines() if "--unlock" in line]
        for words in (["results"], ["status"], ["explain", "exp.py"]):
            assert lab.start("mlx2smk.cli", *words) == 0, lab.said
        for words in (["gc", "--dry-run"], ["retry"]):
            assert lab.start("mlx2smk.cli", *words) == 1
            assert "snakemake is running here" in lab.said
        lab.write(HOLDING.replace("n * 10", "n * 11"))
        assert lab.start("mlx2smk.cli", "compile", "exp.py") == 1
        assert RunningHere.code in lab.said
    finally:
        go.touch()
        said, _ = first.communicate(timeout=120)
    assert first.returncode == 0, said
    assert lab.results("t") == [10, 20]
    assert sorted((tmp_path / "trace").read_text().splitlines()) == ["t 1", "t 2", "v"]
    assert lab.run(compiled=False) == []
    assert "Nothing to be done" in lab.said
    assert lab.run() == ["t 1", "t 2", "v"]  # the edit, which nothing knew of
    assert lab.results("t") == [11, 22]


def test_two_folders_that_share_a_store_at_the_same_time(tmp_path, signals):
    ready, go = signals
    one, two = lab_in(tmp_path / "one"), lab_in(tmp_path / "two")
    (two.path / ".mlx").rename(tmp_path / "unused")
    (two.path / ".mlx").symlink_to("../one/.mlx")
    runs = [started(lab, tmp_path / f"trace{at}") for at, lab in enumerate((one, two))]
    try:
        wait_for(ready.exists, seconds=90)
    finally:
        go.touch()
        said = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    reports = [lab.report() for lab in (one, two)]
    values = [[run["result"] for run in report["trials"]["t"]] for report in reports]
    assert values == [[10, 20], [10, 20]]
    assert [report["status"] for report in reports] == ["validated", "validated"]
    three = lab_in(tmp_path / "three")
    (three.path / ".mlx").rename(tmp_path / "unused too")
    (three.path / ".mlx").symlink_to("../one/.mlx")
    assert three.run(compiled=False) == ["v"]  # what is stored does not run again
    assert three.results("t") == [10, 20]
