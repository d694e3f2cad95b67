"""Jobs on one machine share no GPU: seen by what they find in CUDA_VISIBLE_DEVICES, and when."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from mlx2smk.cli import main
from tests.support.handmade_bundles import Bundle

LOCKS = Path(f"/tmp/mlx-gpus-{os.getuid()}")  # noqa: S108 - where the worker has them

PATIENCE = 60  # seconds, for what comes in milliseconds

SOURCE = """
import os
import time
from mlx2smk import trial

@trial(1, {"n": [1, 2, 3, 4, 5]}, resources={"gpus": 1})
def t(n):
    return os.environ.get("CUDA_VISIBLE_DEVICES")
"""

HOLDING = """
def wait_for(name):
    deadline = time.monotonic() + 60
    while not os.path.exists(name):
        assert time.monotonic() < deadline, name
        time.sleep(0.01)
"""
HOLD = "    if not n:\n        wait_for('go')\n"
"""For the body of the trial: the first combination waits until it is let go."""

MEETING = """
def note(text):
    with open(os.environ["MLX_TEST_SEEN"], "a") as file:
        file.write(text + "\\n")

def meet():
    # Wait, at most a minute, until there have been two runs at once.
    gpu = os.environ["CUDA_VISIBLE_DEVICES"]
    note(f"begin {gpu}")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with open(os.environ["MLX_TEST_SEEN"]) as file:
            if len({line.split()[1] for line in file}) > 1:
                break
        time.sleep(0.01)
    note(f"end {gpu}")
"""


def holding(source=SOURCE):
    return source.replace("@trial", f"{HOLDING}\n@trial").replace("    return", f"{HOLD}    return")


@pytest.fixture
def ids(monkeypatch, tmp_path):
    """Return a function that makes so many GPUs visible, which nobody else has."""
    start = f"test-{os.getpid()}-{tmp_path.name}"

    def visible(count):
        names = [f"{start}/{number}" for number in range(count)]
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(names))
        return names

    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    yield visible
    for path in LOCKS.glob(f"{start}*"):
        path.unlink()


@pytest.fixture
def bundle(tmp_path):
    made = Bundle(tmp_path, SOURCE)
    return made.trial("t", {"n": [0, 1]})


def words(bundle, job, *gpus):
    return bundle.words(*bundle.trial_words("t", job), "--gpus", *gpus)


def started_job(bundle, job, *gpus, until):
    """Start a job and return it once `until(process)` is true."""
    process = subprocess.Popen(words(bundle, job, *gpus), cwd=bundle.folder)
    deadline = time.monotonic() + PATIENCE
    while not until(process):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process


def held(bundle, job, *gpus):
    """Start a job and return it once it has its GPUs."""
    log = bundle.folder / f"logs/t/{job}.log"
    return started_job(
        bundle, job, *gpus, until=lambda _: log.exists() and "GPU" in log.read_text()
    )


def waiting(bundle, job, *gpus):
    """Start a job that cannot have its GPUs yet and return it once it handles requests to stop."""
    return started_job(bundle, job, *gpus, until=handles_stops)


def handles_stops(process):
    """Tell whether a process has a handler for SIGTERM, as a job has before it asks for a GPU."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1)


def result(bundle, job):
    return bundle.read(f"runs/t/{job}.json")["runs"][0]["result"]


def test_the_first_of_those_visible(bundle, ids):
    names = ids(3)
    assert subprocess.run(words(bundle, "0", "1", "2"), cwd=bundle.folder, check=True)
    assert result(bundle, "0") == names[0]
    assert f"mlx: GPU {names[0]}\n" in bundle.log("t")


def test_the_numbers_up_to_how_many_there_are(bundle, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert subprocess.run(words(bundle, "0", "2", "2"), cwd=bundle.folder, check=True)
    assert result(bundle, "0") == "0,1"


def test_several(bundle, ids):
    names = ids(3)
    assert subprocess.run(words(bundle, "0", "2", "3"), cwd=bundle.folder, check=True)
    assert result(bundle, "0") == f"{names[0]},{names[1]}"


def test_what_another_job_holds_is_taken_only_when_it_ends(tmp_path, ids):
    names = ids(2)
    bundle = Bundle(tmp_path, holding())
    bundle.trial("t", {"n": [0, 1]})
    first = held(bundle, "0", "1", "2")
    second = waiting(bundle, "1", "2", "2")  # it needs both
    assert first.poll() is None
    assert second.poll() is None
    assert "GPU" not in bundle.log("t", "1")
    (tmp_path / "go").touch()
    assert [first.wait(PATIENCE), second.wait(PATIENCE)] == [0, 0]
    assert [result(bundle, "0"), result(bundle, "1")] == [names[0], ",".join(names)]


def test_what_a_killed_job_held_comes_back(tmp_path, ids):
    ids(1)
    bundle = Bundle(tmp_path, holding())
    bundle.trial("t", {"n": [0, 1]})
    first = held(bundle, "0", "1")
    first.kill()
    first.wait()
    subprocess.run(words(bundle, "1", "1"), cwd=bundle.folder, check=True, timeout=30)
    assert result(bundle, "1").startswith("test-")


def test_a_waiting_job_can_be_stopped(tmp_path, ids):
    ids(1)
    bundle = Bundle(tmp_path, holding())
    bundle.trial("t", {"n": [0, 1]})
    first = held(bundle, "0", "1")
    second = waiting(bundle, "1", "1")
    assert second.poll() is None
    second.terminate()
    assert second.wait(30) == 128 + 15
    assert "GPU" not in bundle.log("t", "1")
    first.terminate()
    first.wait(30)


def test_more_than_there_are(bundle, ids):
    ids(1)
    done = subprocess.run(
        words(bundle, "0", "2"), cwd=bundle.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "mlx: 2 GPUs are asked for, and there are 1\n"


@pytest.mark.parametrize("hidden", ["", "-1"])
def test_hidden_gpus_are_not_handed_out(bundle, monkeypatch, hidden):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    assert subprocess.run(words(bundle, "0", "1", "2"), cwd=bundle.folder, check=True)
    assert result(bundle, "0") == hidden
    assert "mlx: GPU not found\n" in bundle.log("t")


def test_other_trials_see_what_they_saw(bundle, ids):
    names = ids(2)
    assert bundle.run_trial("t")[0]["result"] == ",".join(names)


def compiled(folder, source=SOURCE):
    folder.mkdir()
    (folder / "exp.py").write_text(textwrap.dedent(source))
    assert main(["compile", "--directory", str(folder), str(folder / "exp.py")]) == 0
    return folder


def results(folder):
    report = json.loads((folder / "results/exp/report.json").read_text())
    return [run["result"] for run in report["trials"]["t"]]


def started(folder, seen, *options):
    environment = {**os.environ, "MLX_TEST_SEEN": str(seen)}
    command = [sys.executable, "-m", "snakemake", *options]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
def test_two_terminals_share_no_gpu(tmp_path, ids):
    names = ids(2)
    seen = tmp_path / "seen"
    options = ("-j4", "--resources", "gpus=2")
    source = SOURCE.replace("@trial", f"{MEETING}\n@trial").replace(
        "    return", "    meet()\n    return"
    )
    runs = [started(compiled(tmp_path / name, source), seen, *options) for name in ("one", "two")]
    assert [run.wait() for run in runs] == [0, 0]
    lines = [line.split() for line in seen.read_text().splitlines()]
    assert len(lines) == 20
    used, at_once = set(), set()
    for what, gpu in lines:
        # A run begins after it got the GPU, and ends before it gives it back.
        assert (gpu in used) == (what == "end"), lines
        used ^= {gpu}
        at_once.add(len(used))
    assert {gpu for _, gpu in lines} == set(names)
    assert at_once == {0, 1, 2}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["gpus", "gpu"])
def test_snakemake_says_how_many_there_are(tmp_path, monkeypatch, name):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    source = SOURCE.replace('"gpus"', f'"{name}"').replace("[1, 2, 3, 4, 5]", "[1, 2]")
    folder = compiled(tmp_path / "one", source)
    assert started(folder, os.devnull, "-j2", "--resources", f"{name}=2").wait() == 0
    assert set(results(folder)) <= {"0", "1"}
    assert (folder / "logs/exp/runs/t/n~1.log").read_text().startswith("mlx: GPU ")


@pytest.mark.slow
def test_a_cluster_gives_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    source = SOURCE.replace("[1, 2, 3, 4, 5]", "[1]")
    folder = compiled(tmp_path / "one", source)
    cluster = ("--executor", "cluster-generic", "--cluster-generic-submit-cmd", "sh")
    options = ("--jobs", "1", "--resources", "gpus=1", "--seconds-between-status-checks", "1")
    assert started(folder, os.devnull, *cluster, *options).wait() == 0
    assert results(folder) == ["7"]
    assert "GPU" not in (folder / "logs/exp/runs/t/n~1.log").read_text()
