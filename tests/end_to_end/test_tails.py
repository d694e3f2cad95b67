"""Trials whose jobs are decided while they run: edits, failures, interruptions, other settings."""

from __future__ import annotations

import contextlib
import json
import os
import signal
from pathlib import Path

import pytest

from tests.runtime.test_process import wait_for
from tests.support import warm_snakemake
from tests.support.paths import ROOT
from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

SIZE = 40

EXPERIMENT = (
    """
import os, time
from mlx2smk import setup, trial
"""
    + TRACING
    + """
@setup()
def begin():
    return {{"base": 100}}

@trial(1, {{"n": {numbers}{more}}})
def t(n):
    ran(n)
    if n == 7 and not os.environ.get("MLX_TEST_MENDED"):
        raise ValueError(n)
    while os.environ.get("MLX_TEST_HOLD") == str(n):
        time.sleep(0.01)
    return {{"value": SETUP["base"] + n * {factor}, "context_update": {{"last": n}}}}
"""
)


def text(size=SIZE, factor=1, more=""):
    return EXPERIMENT.format(numbers=list(range(size)), factor=factor, more=more)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "lab"
    place.mkdir()
    return Folder(place, text())


def jobs_alive(folder):
    """Tell whether jobs of the folder still run; a killed Snakemake leaves them for a moment."""
    worker = str(folder.path / "workflow/mlx/worker.py").encode()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if worker in path.read_bytes():
                return True
    return False


def check(folder, size=SIZE, factor=1):
    """Check the results against arithmetic; combination 7 has failed."""
    report = folder.report()
    values = [run["result"]["value"] if run["success"] else None for run in report["trials"]["t"]]
    assert values == [None if n == 7 else 100 + n * factor for n in range(size)]
    assert report["context"] == {"base": 100, "last": size - 1}


def numbers(*which):
    return sorted(map(str, which))


def jobs(folder):
    """Return the combinations of the jobs in the decision."""
    found = json.loads((folder.path / "results/exp/packing/t.json").read_text())
    return [line.split()[:3] for line in found["jobs"]]


def explained(folder):
    folder.command("explain", "exp.py", "--format", "json")
    return json.loads(folder.said[folder.said.index("{") :])["trials"][0]


def test_what_an_edit_cannot_affect_never_runs_again(folder):
    foreseen = explained(folder)
    assert (foreseen["run"], foreseen["total"]) == (SIZE, SIZE)
    assert folder.run() == numbers(*range(SIZE))
    check(folder)
    decided = jobs(folder)
    assert sum(int(count) for _, _, count in decided) == SIZE - 8
    assert explained(folder)["run"] == 0
    assert folder.run() == []
    assert "Nothing to be done" in folder.said
    # A failure is forgotten by itself, and so is its batch, whose other runs come from the store.
    folder.command("retry")
    assert explained(folder)["run"] == 1
    assert folder.run() == ["7"]
    assert jobs(folder) == decided
    # A value more: other jobs, but nothing runs that has run.
    folder.write(text(SIZE + 1))
    assert explained(folder)["run"] == 1
    assert set(folder.run()) <= {"7", str(SIZE)}
    check(folder, SIZE + 1)
    folder.write(text(SIZE + 1, factor=2))
    assert explained(folder)["run"] == SIZE + 1
    assert folder.run("--config", "mlx_store=false") == numbers(*range(SIZE + 1))
    check(folder, SIZE + 1, factor=2)
    assert "as long as earlier runs took" in (folder.path / "logs/exp/pack/t.log").read_text()
    folder.write(text())
    assert set(folder.run()) <= {"7"}
    check(folder)
    folder.command("gc")
    assert folder.run() == []


def test_forced_and_limited_and_in_other_jobs(folder):
    folder.write(text(more=', "__parallel__": 2'))
    everything = numbers(*range(SIZE))
    assert folder.run() == everything
    assert folder.run("-R", "trial_t", compiled=False) == everything
    assert folder.run("-F", compiled=False) == everything
    check(folder)
    folder.options = ("--batch", "20")
    folder.write(text(factor=3, more=', "__parallel__": 2'))
    assert folder.run() == everything
    check(folder, factor=3)
    names = {path.name for path in (folder.path / "results/exp/runs/t").iterdir()}
    assert {"00-19.json", "20-39.json"} <= names
    # The jobs of one size stay as they are, and a dry run says what it can.
    folder.options = ()
    assert folder.run() == []
    folder.write(text(factor=4))
    assert folder.run("-n") == []
    assert "pack_t" in folder.said


def test_jobs_that_are_not_decided_yet_can_not_be_asked_for(folder):
    job = "results/exp/runs/t/batch-1.json"
    assert folder.run(job, status=1) == []
    assert "t has no job batch-1, at least not yet" in folder.said
    assert "KeyError" not in folder.said
    assert folder.run("results/exp/trials/t.json") == numbers(*range(SIZE))
    assert folder.run(job) == []


@pytest.mark.parametrize("held", [0, 39, 5], ids=["in the head", "in its end", "in the tail"])
def test_after_a_kill_the_next_run_goes_on(folder, held):
    trace = folder.path.parent / "trace"
    folder.command("compile", "exp.py")
    environment = os.environ | {"MLX_TEST_TRACE": str(trace), "PYTHONPATH": str(ROOT)}
    environment["MLX_TEST_HOLD"] = str(held)
    snakemake = warm_snakemake.Started(["-j2"], folder.path, environment)
    wait_for(lambda: trace.exists() and str(held) in trace.read_text().split(), seconds=60)
    decided = folder.path / "results/exp/packing/t.json"
    if (
        held == SIZE - 1
    ):  # it takes long, so that each after the last short one gets a job of its own
        wait_for(decided.exists, seconds=60)
        alone = {spans for _, spans, count in jobs(folder) if count == "1"}
        assert sorted(alone) == numbers(34, 35, 36, 37, 38)  # 33 is in the head, too
    snakemake.send_signal(signal.SIGKILL)
    snakemake.communicate(timeout=60)
    assert folder.start("snakemake", "--unlock") == 0
    wait_for(lambda: not jobs_alive(folder), seconds=60)  # they end by themselves, a moment later
    before = trace.read_text().split()
    again = folder.run(compiled=False)
    check(folder)
    # Only what was in the middle of a run, or has failed, runs twice.
    assert len(set(before) & set(again) - {"7"}) <= 3
    assert str(held) in again
    assert {*before, *again} == set(numbers(*range(SIZE)))


def test_in_another_workflow(folder):
    """As a module whose results have a prefix and whose rules have other names."""
    folder.command("compile", "exp.py")
    (folder.path / "Snakefile").write_text(
        "module lab:\n"
        '    snakefile: "workflow/Snakefile"\n'
        '    prefix: "sub"\n\n'
        "use rule * from lab as lab_*\n\n"
        "rule everything:\n"
        "    default_target: True\n"
        "    input: rules.lab_all.input\n"
    )
    ran = folder.run("--snakefile", "Snakefile", compiled=False)
    assert ran == numbers(*range(SIZE))
    decided = json.loads((folder.path / "sub/results/exp/packing/t.json").read_text())
    assert all(
        (folder.path / "sub/results/exp/runs/t" / f"{line.split()[0]}.json").exists()
        for line in decided["jobs"]
    )
    assert folder.run("--snakefile", "Snakefile", compiled=False) == []


KEYS = (
    f"import os\nfrom mlx2smk import trial\n{TRACING}"
    + """
@trial(1, {"n": NUMBERS, "cfg": [{1: "a", "b": 2}, {10: 1, 2: 3}, {None: 0, True: (1, 2.5)}]})
def t(n, cfg):
    ran(n)
    return sorted(map(repr, cfg))
""".replace("NUMBERS", str(list(range(30))))
)


def test_keys_of_values_may_be_of_several_types(tmp_path):
    """How long runs took is known by their parameters, whose keys are texts in records."""
    (tmp_path / "lab").mkdir()
    lab = Folder(tmp_path / "lab", KEYS)
    assert len(lab.run()) == 90
    lab.command("explain", "exp.py")
    assert "nothing" in lab.said
    lab.write(KEYS.replace("return sorted", "return list"))
    lab.command("explain", "exp.py")
    assert "90" in lab.said
    assert len(lab.run()) == 90
    assert lab.results("t")[1] == ["10", "2"]
