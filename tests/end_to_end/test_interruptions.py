"""Runs that are interrupted, by the real Snakemake: the next one goes on, and takes nothing stale."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.runtime.test_process import wait_for
from tests.support import warm_snakemake
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


EXPERIMENT = """
import os, time
from decorators import setup, trial, verify

def hold(name):
    here = os.environ["MLX_TEST_FOLDER"]
    with open(f"{here}/ran.txt", "a") as file:
        print(name, file=file)
    if os.environ.get("MLX_TEST_HOLD") == name:
        with open(f"{here}/ready.part", "w") as file:
            print(os.getpid(), file=file)
        os.rename(f"{here}/ready.part", f"{here}/ready")
        while not os.path.exists(f"{here}/go"):
            time.sleep(0.01)

@setup()
def first():
    hold("first")
    return {"base": 100}

@setup()
def second():
    hold("second")
    return {"step": 10}

@trial(1, {"n": [1, 2]})
def t(n):
    hold(f"t{n}")
    return SETUP["base"] + SETUP["step"] * n

@verify(["t"])
def v(results):
    hold("v")
    return True
"""


@dataclass
class Project:
    """A folder with the experiment, compiled."""

    folder: Path

    def compile(self, *edit: str) -> None:
        source = EXPERIMENT.replace(*edit) if edit else EXPERIMENT
        (self.folder / "exp.py").write_text(source)
        self.done("mlx2smk.cli", "compile", "exp.py")

    def environment(self, hold: str = "") -> dict[str, str]:
        own = {"MLX_TEST_HOLD": hold, "MLX_TEST_FOLDER": str(self.folder)}
        return {**os.environ, "PYTHONPATH": str(ROOT), **own}

    def start(self, *options: str, hold: str = "") -> warm_snakemake.Started:
        return warm_snakemake.Started(["-j2", *options], self.folder, self.environment(hold))

    def done(self, *command: str, status: int = 0) -> str:
        done = warm_snakemake.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        return said

    def snakemake(self, *options: str, status: int = 0) -> str:
        return self.done("snakemake", "-j2", *options, status=status)

    def interrupt(self, at: str, how: str) -> int:
        """Interrupt a run while `at` runs; return the process of the user's that it was in."""
        snakemake = self.start(hold=at)
        ready = self.folder / "ready"
        wait_for(ready.exists, seconds=60)
        pid = int(ready.read_text())
        WAYS[how](snakemake)
        if how not in ("terminal", "killed"):  # it lets jobs that run come to their end
            (self.folder / "go").touch()
        snakemake.communicate(timeout=60)
        assert snakemake.returncode != 0
        for name in ("ready", "go"):
            (self.folder / name).unlink(missing_ok=True)
        return pid

    def ran(self) -> list[str]:
        """Return what ran since the last call."""
        path = self.folder / "ran.txt"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return sorted(lines)

    def results(self) -> list[int]:
        report = json.loads((self.folder / "results/exp/report.json").read_text())
        assert report["status"] == "validated"
        return [run.get("result", run.get("error")) for run in report["trials"]["t"]]


WAYS = {
    "terminal": lambda snakemake: os.killpg(snakemake.pid, signal.SIGINT),
    "interrupted": lambda snakemake: snakemake.send_signal(signal.SIGINT),
    "terminated": lambda snakemake: snakemake.send_signal(signal.SIGTERM),
    "killed": lambda snakemake: snakemake.send_signal(signal.SIGKILL),
}
RESULTS = [110, 120]  # base + step * n
EDIT = ('return {"base": 100}', 'return {"base": 200}')
EDITED = [210, 220]


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.compile()
    return made


def check_nothing_left(project, pid):
    wait_for(lambda: not Path(f"/proc/{pid}").exists())
    assert list(project.folder.rglob("*.tmp")) == []


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    ("at", "edit"),
    [("first", False), ("first", True), ("second", False), ("t1", True), ("v", False)],
)
def test_the_next_run_goes_on(project, at, how, edit):
    check_nothing_left(project, project.interrupt(at, how))
    if edit:
        project.compile(*EDIT)
    if how == "killed":
        assert "--unlock" in project.snakemake(status=1)
        project.snakemake("--unlock")
    before = project.ran()
    project.snakemake()
    assert project.results() == (EDITED if edit else RESULTS)
    if at == "v":
        assert "first" in before
        assert "first" not in project.ran()  # what was finished does not run again
    assert "Nothing to be done" in project.snakemake()


def test_finished_trials_of_an_interrupted_run_do_not_run_again(project):
    project.interrupt("v", "terminal")
    assert project.ran() == ["first", "second", "t1", "t2", "v"]
    project.snakemake()
    assert project.ran() == ["v"]


def refused(project, what):
    project.ran()
    said = project.snakemake(status=1)
    assert f"stale: delete {what} (what is in the store" in " ".join(said.split())
    assert project.ran() == []


def test_records_deleted_by_hand(project):
    project.snakemake()
    shutil.rmtree(project.folder / ".snakemake")
    project.compile(*EDIT)
    refused(project, "results/exp")
    shutil.rmtree(project.folder / "results")
    project.snakemake()
    assert project.results() == EDITED


def test_results_copied_without_records_into_an_interrupted_run(project, tmp_path):
    """That Snakemake knows of some files says nothing of the others."""
    project.snakemake()
    other = Project(tmp_path / "other")
    other.folder.mkdir()
    other.compile(*EDIT)
    other.interrupt("second", "terminal")
    shutil.copytree(project.folder / "results", other.folder / "results", dirs_exist_ok=True)
    refused(other, "results/exp")


def test_one_result_without_a_record(project):
    """Snakemake forgets a job that is interrupted with it, and whose worker still ends."""
    project.snakemake()
    name = "results/exp/runs/t/n~1.json"
    kept = (project.folder / name).read_text()
    (project.folder / name).unlink()
    project.snakemake("--cleanup-metadata", name)
    (project.folder / name).write_text(kept.replace("110", "111"))  # as from another version
    project.ran()
    said = project.snakemake("--dry-run")
    assert f"{name} was left by an interrupted run" in said
    assert "left by an interrupted run" not in project.snakemake()
    assert project.ran() == []  # from the store
    assert project.results() == RESULTS
    assert "Nothing to be done" in project.snakemake()


@pytest.mark.parametrize("at", ["t1", "v"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_user_code_stopped_from_outside_runs_again(project, at, name):
    snakemake = project.start(hold=at)
    ready = project.folder / "ready"
    wait_for(ready.exists, seconds=60)
    os.kill(int(ready.read_text()), getattr(signal, name))
    said, _ = snakemake.communicate(timeout=60)
    assert snakemake.returncode == 1
    assert f"was stopped by {name} from outside, so it has no result" in said
    project.ran()
    project.snakemake()
    assert set(project.ran()) == {at, "v"}
    assert project.results() == RESULTS


def test_user_code_stopped_from_outside_is_retried(project):
    snakemake = project.start("--retries", "1", hold="t1")
    ready = project.folder / "ready"
    wait_for(ready.exists, seconds=60)
    (project.folder / "go").touch()
    os.kill(int(ready.read_text()), signal.SIGSTOP)
    os.kill(int(ready.read_text()), signal.SIGTERM)
    os.kill(int(ready.read_text()), signal.SIGCONT)
    snakemake.communicate(timeout=60)
    assert snakemake.returncode == 0
    assert project.results() == RESULTS
    assert project.ran().count("t1") == 2
