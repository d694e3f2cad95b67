"""A sweep on a real Slurm means what it means at home, also when jobs are cancelled or run too long."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time
import venv
from pathlib import Path

import pytest
import reference

from mlx2smk.cli import main

HERE = Path(__file__).resolve().parent
LOCK = Path("/tmp/mlx-slurm.users")  # noqa: S108 - for all test processes of the machine
PROFILE = "slurm"
TIME_LIMIT = 400

EXPERIMENT = """\
import os
import time
from pathlib import Path

from mlx2smk import setup, trial, verify


def hang_at_first(name):
    \"\"\"Give a job in Slurm that is tried for the first time something to be stopped from.\"\"\"
    mark = Path(f"{name}.tried")
    if "SLURM_JOB_ID" in os.environ and not mark.exists():
        mark.touch()
        time.sleep(300)


@setup()
def init():
    return {"seed": 3, "scale": 2, "total": 0}


@setup()
def more():
    return {"scale": SETUP["scale"] + 1}


@trial(1, {"n": [1, 2, 3, 4, 5, 6]}, threads=2, resources={"mem_mb": 600, "slurm_partition": "other"})
def train(n):
    import random

    if n == 2:
        raise ValueError(f"no {n}")
    if n == 5:
        os._exit(4)
    return [n * SETUP["scale"], random.random()]


@trial(1, {"m": [1, 2, 3, 4, 5]})
def chain(m):
    return {"context_update": {"total": SETUP["total"] * 10 + m}}


@trial(1, {}, resources={"runtime": 7})
def late():
    hang_at_first("late")
    return "in time"


@trial(1, {})
def cancelled():
    hang_at_first("cancelled")
    return "in the end"


@verify(["train"])
def check(results):
    return sum(run["success"] for run in results["train"]) == 4 and SETUP["total"] == 12345
"""


def is_missing():
    """Return why there can be no Slurm here."""
    if os.getuid() != 0:
        return "only root can start a Slurm"
    if not shutil.which("apt-get") and not shutil.which("slurmctld", path="/usr/sbin:/usr/bin"):
        return "neither Slurm nor apt-get to install it"
    return ""


MISSING = is_missing()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("slurm"),
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]


@pytest.fixture(scope="session")
def slurm():
    """Have a Slurm, which the last of the processes that test with it stops."""
    with LOCK.open("w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        started = subprocess.run(
            [HERE / "slurm" / "up.sh"], capture_output=True, text=True, check=False
        )
        assert started.returncode == 0, started.stderr
        fcntl.flock(users, fcntl.LOCK_SH)
        yield
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            subprocess.run([HERE / "slurm" / "down.sh"], check=True)


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """Return a Python that has all that this one has, but for mlx2smk."""
    folder = tmp_path_factory.mktemp("without") / "venv"
    venv.create(folder, symlinks=True)
    (target,) = folder.glob("lib/python*/site-packages")
    for item in Path(pytest.__file__).parent.parent.iterdir():
        if "mlx2smk" not in item.name:
            (target / item.name).symlink_to(item)
    python = folder / "bin" / "python"
    tried = subprocess.run([python, "-I", "-c", "import mlx2smk"], capture_output=True, check=False)
    assert b"No module named 'mlx2smk'" in tried.stderr
    return python


def compiled(folder, *options):
    """Compile the experiment in a new folder, which nothing but the workflow knows."""
    folder.mkdir()
    (folder / "sweep.py").write_text(EXPERIMENT)
    with contextlib.chdir(folder):
        assert main(["compile", "sweep.py", "--batch", "4", *options]) == 0
    return folder


@contextlib.contextmanager
def running(python, folder, *options):
    """Run Snakemake; on leaving, it must end well."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    with (
        (folder / "said").open("w") as said,
        subprocess.Popen(
            [python, "-m", "snakemake", *options],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        ) as process,
    ):
        try:
            yield
            assert process.wait(TIME_LIMIT) == 0, (folder / "said").read_text()
        finally:
            process.terminate()


def report_of(folder):
    return reference.normalise(json.loads((folder / "results/sweep/report.json").read_text()))


def job_of(trial):
    """Return the id of the only job of the trial that Slurm has now."""
    listed = subprocess.check_output(["squeue", "--noheader", "--format=%A %k"], text=True)
    (job,) = (line.split()[0] for line in listed.splitlines() if f"rule_trial_{trial}_" in line)
    return job


def wait_for(path):
    deadline = time.monotonic() + TIME_LIMIT
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.2)


@pytest.mark.usefixtures("slurm")
def test_a_sweep(python, tmp_path):
    folder = compiled(tmp_path / "cluster", "--profile", PROFILE)
    with running(python, folder, "--workflow-profile", PROFILE):
        # Slurm counts limits in minutes; an operator can be stricter.
        wait_for(folder / "late.tried")
        subprocess.run(["scontrol", "update", f"job={job_of('late')}", "EndTime=now+1"], check=True)
        wait_for(folder / "cancelled.tried")
        subprocess.run(["scancel", job_of("cancelled")], check=True)
    home = compiled(tmp_path / "home")
    with running(python, home, "-j2"):
        pass
    assert report_of(folder) == report_of(home)
    expected = reference.run_experiment(home / "sweep.py")
    assert expected["status"] == "validated"
    assert report_of(home) == reference.normalise(expected)
    check_jobs()


def check_jobs():
    """Check what Slurm was asked for, and how often."""
    jobs = jobs_in_slurm()
    train = jobs["train"]
    assert len(train) == 2
    assert {"NumCPUs=2", "MinMemoryNode=600M", "Partition=other", "TimeLimit=01:00:00"} < train[0]
    late = jobs["late"]
    assert {"NumCPUs=1", "MinMemoryNode=1000M", "Partition=main", "JobState=TIMEOUT"} < late[0]
    assert {"MinMemoryNode=2000M", "TimeLimit=00:07:00", "JobState=COMPLETED"} < late[1]
    states = [next(word for word in job if word[:8] == "JobState") for job in jobs["cancelled"]]
    assert states == ["JobState=CANCELLED", "JobState=COMPLETED"]


def jobs_in_slurm():
    """Return what Slurm says of the jobs of each trial, the first attempts first."""
    found = {}
    for line in subprocess.check_output(["scontrol", "show", "job", "-o"], text=True).splitlines():
        words = set(line.split())
        comment = next((word for word in words if word.startswith("Comment=rule_trial_")), "")
        if comment:
            found.setdefault(comment.split("_")[2], []).append(words)
    return found
