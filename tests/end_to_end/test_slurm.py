"""A sweep on a real Slurm means what it means at home, also when jobs are cancelled or run too long."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from mlx2smk.cli import main
from tests import reference
from tests.support.linked_environments import all_but, make_environment
from tests.support.paths import TESTS

LOCK = Path("/tmp/mlx-slurm.users")  # noqa: S108 - for all test processes of the machine
TIME_LIMIT = 400  # seconds, for Snakemake and for installing packages
ASK_SOON = ["--slurm-init-seconds-before-status-checks", "1"]

HANGING = """\
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


@trial(1, {})
def cancelled():
    hang_at_first("cancelled")
    return "in the end"
"""

EXPERIMENT = (
    HANGING
    + """

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


@verify(["train"])
def check(results):
    return sum(run["success"] for run in results["train"]) == 4 and SETUP["total"] == 12345
"""
)

PLAIN = """\
from mlx2smk import setup, trial, verify


@setup()
def init():
    return {"scale": 3}


@trial(1, {"n": [1, 2, 3]})
def train(n):
    with open(f"ran{n}.txt", "a") as file:
        file.write("once ")
    with open(f"data{n}.txt") as file:
        return n * SETUP["scale"] + int(file.read())


@verify(["train"])
def check(results):
    found = [run["result"] for run in results["train"]]
    return found in ([13, 26, 39], [13, 26, 49])
"""


MANY = f"""\
from mlx2smk import trial


@trial(1, {{"n": {list(range(40))}}})
def many(n):
    return n * n
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


@pytest.fixture(scope="module")
def slurm(request):
    """Have a Slurm, started with the parameter as options, to ourselves."""
    with LOCK.open("w") as user:
        fcntl.flock(user, fcntl.LOCK_EX)
        up = [TESTS / "slurm" / "up.sh", *request.param]
        started = subprocess.run(
            up, capture_output=True, text=True, check=False, timeout=TIME_LIMIT
        )
        assert started.returncode == 0, started.stderr
        yield
        subprocess.run([TESTS / "slurm" / "down.sh"], check=True, timeout=TIME_LIMIT)


with_accounting = pytest.mark.parametrize(
    "slurm", [["--accounting"]], indirect=True, ids=["accounting"]
)
without_accounting = pytest.mark.parametrize("slurm", [[]], indirect=True, ids=["none"])


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """Return a Python that has all that this one has, but for mlx2smk."""
    folder = tmp_path_factory.mktemp("without") / "venv"
    python = make_environment(folder, all_but("mlx2smk"))
    tried = subprocess.run(
        [python, "-I", "-c", "import mlx2smk"], capture_output=True, check=False, timeout=60
    )
    assert b"No module named 'mlx2smk'" in tried.stderr
    return python


def compiled(folder, text, *options, batch=4):
    """Compile the experiment in a new folder, which nothing but the workflow knows."""
    folder.mkdir()
    (folder / "sweep.py").write_text(text)
    with contextlib.chdir(folder):
        sizes = ["--batch", str(batch)] if batch else []
        assert main(["compile", "sweep.py", *sizes, *options]) == 0
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
            process.kill()


def says(*command):
    """Return what a command of Slurm's says."""
    return subprocess.check_output(command, text=True, timeout=60)


def report_of(folder):
    return reference.normalise(json.loads((folder / "results/sweep/report.json").read_text()))


def check_reports(folder, home):
    """Check that the reports of both folders say what the language says."""
    expected = reference.run_experiment(home / "sweep.py")
    assert expected["status"] == "validated"
    assert report_of(home) == reference.normalise(expected)
    assert report_of(folder) == report_of(home)


def job_of(trial):
    """Return the id of the only job of the trial that Slurm has now."""
    listed = says("squeue", "--noheader", "--format=%A %k").splitlines()
    (job,) = (line.split()[0] for line in listed if f"rule_trial_{trial}_" in line)
    return job


def wait_for(path):
    deadline = time.monotonic() + TIME_LIMIT
    while not path.exists():
        assert time.monotonic() < deadline, f"no {path}"
        time.sleep(0.2)


@without_accounting
@pytest.mark.usefixtures("slurm")
def test_a_sweep(python, tmp_path):
    folder = compiled(tmp_path / "cluster", EXPERIMENT, "--profile", "slurm")
    with running(python, folder, "--workflow-profile", "slurm"):
        # Slurm counts limits in minutes; an operator can be stricter.
        wait_for(folder / "late.tried")
        says("scontrol", "update", f"job={job_of('late')}", "EndTime=now+1")
        wait_for(folder / "cancelled.tried")
        says("scancel", job_of("cancelled"))
    home = compiled(tmp_path / "home", EXPERIMENT)
    with running(python, home, "-j2"):
        pass
    check_reports(folder, home)
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
    assert states_of(jobs["cancelled"]) == ["JobState=CANCELLED", "JobState=COMPLETED"]


def jobs_in_slurm():
    """Return what Slurm says of the jobs of each trial, the first attempts first."""
    found = {}
    for line in says("scontrol", "show", "job", "-o").splitlines():
        words = set(line.split())
        comment = next((word for word in words if word.startswith("Comment=rule_trial_")), "")
        if comment:
            found.setdefault(comment.split("_")[2], []).append(words)
    return found


def states_of(jobs):
    return [next(word for word in job if word.startswith("JobState=")) for job in jobs]


@without_accounting
@pytest.mark.usefixtures("slurm")
def test_short_combinations_share_a_job_once_the_first_have_shown_it(python, tmp_path):
    folder = compiled(tmp_path / "cluster", MANY, "--profile", "slurm", batch=None)
    with running(python, folder, "--workflow-profile", "slurm", *ASK_SOON):
        pass
    expected = reference.run_experiment(folder / "sweep.py")
    assert report_of(folder) == reference.normalise(expected)
    # 8 that show how long they take; a job in Slurm costs more than the other 32 together.
    assert len(jobs_in_slurm()["many"]) == 9


@with_accounting
@pytest.mark.usefixtures("slurm")
def test_a_sweep_that_asks_sacct(python, tmp_path):
    folder = compiled(tmp_path / "cluster", PLAIN, "--profile", "slurm-sacct")
    home = compiled(tmp_path / "home", PLAIN)
    in_slurm = ["--workflow-profile", "slurm-sacct", *ASK_SOON]
    # The second time, one of the files that jobs in Slurm have read is another one.
    for third in ("30", "40"):
        for where, options in ((folder, in_slurm), (home, ["-j2"])):
            for n, text in enumerate(("10", "20", third), start=1):
                (where / f"data{n}.txt").write_text(text)
            with running(python, where, *options):
                pass
        check_reports(folder, home)
    times = [len((folder / f"ran{n}.txt").read_text().split()) for n in (1, 2, 3)]
    assert times == [1, 1, 2]
    # A setup, a trial's job and a verification; the second time no setup.
    assert states_in_accounting(folder) == ["COMPLETED"] * 5


@with_accounting
@pytest.mark.usefixtures("slurm")
def test_a_cancelled_job_with_accounting(python, tmp_path):
    folder = compiled(tmp_path / "cluster", HANGING, "--profile", "slurm")
    with running(python, folder, "--workflow-profile", "slurm", *ASK_SOON):
        wait_for(folder / "cancelled.tried")
        says("scancel", job_of("cancelled"))
    assert report_of(folder)["trials"]["cancelled"][0]["result"] == "in the end"
    states = states_of(jobs_in_slurm()["cancelled"])
    assert states == ["JobState=CANCELLED", "JobState=COMPLETED"]
    # The last state may still be on its way to the accounting.
    assert states_in_accounting(folder)[0] == "CANCELLED by 0"


def states_in_accounting(folder):
    """Return what sacct says of the folder's jobs, the first first."""
    listed = says("sacct", "-X", "--noheader", "--parsable2", "--format=WorkDir,State")
    rows = [line.split("|") for line in listed.splitlines()]
    return [state for where, state in rows if where == str(folder)]
