"""Every experiment in tests/experiments: compiled and run, it means what SPEC says.

What it should mean is what the reference interpreter makes of it. Some at a time are compiled into one
bundle, which Snakemake runs with -j4, one combination a job. (Snakemake looks at the whole bundle again
after each checkpoint: one bundle of all of them takes many times as long.) Batches run one after another,
without Snakemake and in forks of one process, which takes a fraction of the time: to Snakemake, a batch is
one more job, and it is the bundle's own worker in new processes that the other way runs. Each
experiment is then compared by itself.
"""

from __future__ import annotations

import difflib
import functools
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import reference
from tests.support import warm_snakemake
from tests.support.paths import EXPERIMENTS, ROOT
from tests.support.without_snakemake import BundledWorker, Executor, Server, StepError

BATCHES, SNAKEMAKE = "batches", "-j4"
OPTIONS = {BATCHES: "--batch=8", SNAKEMAKE: "--batch=1"}
TOGETHER = 4
TIME_LIMIT = 900
MOST_LINES = 60


def experiments_in(folder: Path) -> list[Path]:
    """Return the experiments: files of the folder, and those named as the folder they are in."""
    nested = [path / f"{path.name}.py" for path in folder.iterdir()]
    return sorted([*folder.glob("*.py"), *(path for path in nested if path.exists())])


NAMES = [path.relative_to(EXPERIMENTS).as_posix() for path in experiments_in(EXPERIMENTS)]
FAILING = [path.name for path in experiments_in(EXPERIMENTS / "failing")]
UNFORESEEN = [path.name for path in experiments_in(EXPERIMENTS / "unforeseen")]


def copied(folder: Path) -> Path:
    """Copy all experiments, with what stands beside them, into the folder."""
    target = folder / "experiments"
    shutil.copytree(EXPERIMENTS, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def ran(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the package or of Snakemake in the folder."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return warm_snakemake.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=TIME_LIMIT,
        check=False,
    )


def compiled(names: list[str], folder: Path, *options: str) -> None:
    """Compile the experiments of these names, which were copied, into one bundle in the folder."""
    paths = [f"experiments/{name}" for name in names]
    done = ran(["mlx2smk.cli", "compile", *options, *paths], folder)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory):
    """Return a function: the folder in which an experiment has run, with those around it."""

    @functools.cache
    def run(way: str, first: int) -> Path:
        folder = tmp_path_factory.mktemp("language")
        copied(folder)
        names = NAMES[first : first + TOGETHER]
        compiled(names, folder, OPTIONS[way])
        if way == BATCHES:
            said = "\n".join(run_without_snakemake(name, folder) for name in names)
        else:
            done = ran(["snakemake", way, "--keep-going"], folder)
            said = done.stdout + done.stderr
        (folder / "run.log").write_text(said, encoding="utf-8")
        return folder

    return run


@functools.cache
def steps() -> Server:
    """Return a process that runs the steps of batches."""
    return Server()


def run_without_snakemake(name: str, folder: Path) -> str:
    """Run an experiment; return what the step said that failed."""
    stem = Path(name).stem
    # A hash seed counts when an interpreter starts, so that it takes new ones.
    new = b"pythonhashseed" in (folder / "experiments" / name).read_bytes()
    try:
        Executor(folder, BundledWorker() if new else steps()).run(stem)
    except StepError as error:
        return f"mlx: {stem}: {error}"
    return ""


def cases():
    """Yield each way to run with each experiment.

    Those that run together go to one test process, in both ways: the reference takes a while, too.
    """
    for way in OPTIONS:
        for index, name in enumerate(NAMES):
            first = index - index % TOGETHER
            group = pytest.mark.xdist_group(f"language {first}")
            yield pytest.param(way, first, name, marks=group, id=f"{way}-{name}")


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory):
    """Return a function from an experiment's name to what the reference makes of it."""
    folder = tmp_path_factory.mktemp("reference")
    source = copied(folder)
    server = Server()

    @functools.cache
    def report(name: str) -> dict:
        return server.ask("reference", str(source / name), {}, str(folder))[0]

    yield report
    server.close()


@pytest.mark.slow
@pytest.mark.parametrize(("way", "first", "name"), list(cases()))
def test_means_what_spec_says(way: str, first: int, name: str, run_folder, expected) -> None:
    folder = run_folder(way, first)
    path = folder / "results" / Path(name).stem / "report.json"
    assert path.exists(), said_about(Path(name).stem, folder)
    report = json.loads(path.read_text(encoding="utf-8"))
    difference = compared(expected(name), report)
    assert not difference, "\n".join(["reference (-) and report (+) differ:", *difference])


@pytest.mark.slow
@pytest.mark.parametrize("name", FAILING)
def test_a_failing_setup_stops_the_run_and_is_named(name: str, tmp_path: Path) -> None:
    source = copied(tmp_path)
    with pytest.raises(reference.ReferenceSetupError) as caught:
        reference.run_experiment(source / "failing" / name)
    setup = str(caught.value).split(":")[0].removeprefix("setup ")
    compiled([f"failing/{name}"], tmp_path)
    done = ran(["snakemake", "-j2"], tmp_path)
    assert done.returncode != 0
    assert f"mlx: setup {setup!r} failed: " in done.stdout + done.stderr
    results = tmp_path / "results" / Path(name).stem
    assert not (results / "report.json").exists()
    assert not (results / "trials").exists()


@pytest.mark.slow
@pytest.mark.parametrize("name", UNFORESEEN)
def test_what_no_analysis_foresees_is_right_at_once_or_refused_and_then_right(
    name: str, tmp_path: Path
) -> None:
    source = copied(tmp_path)
    expected = reference.run_experiment(source / "unforeseen" / name, tmp_path)
    path = tmp_path / "results" / Path(name).stem / "report.json"
    compiled([f"unforeseen/{name}"], tmp_path)
    done = ran(["snakemake", "-j2"], tmp_path)
    if done.returncode != 0:
        assert "which the analysis did not foresee: " in done.stdout + done.stderr
        assert not path.exists()
        compiled([f"unforeseen/{name}"], tmp_path)
        done = ran(["snakemake", "-j2"], tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not compared(expected, json.loads(path.read_text(encoding="utf-8")))


def compared(expected: dict, report: dict) -> list[str]:
    """Return the lines in which the reports differ, types and NaN included."""
    lines = [
        json.dumps(reference.normalise(one), indent=1, sort_keys=True).splitlines()
        for one in (expected, report)
    ]
    difference = difflib.unified_diff(*lines, lineterm="", n=4)
    return [line[:300] for line in difference][2 : MOST_LINES + 2]


def said_about(stem: str, folder: Path) -> str:
    """Return what was said around the experiment, which has no report."""
    lines = (folder / "run.log").read_text(encoding="utf-8").splitlines()
    about = [line for line in lines if f"/{stem}/" in line or line.startswith(f"mlx: {stem}")]
    return "\n".join([f"no report of {stem}", *about[:MOST_LINES]])
