"""Kills anything of a run at random moments, and checks that the next run goes on as if nothing had been.

As a command, ``python -m tests.support.killings FOLDER FIRST [LAST]`` tries these seeds and prints a line of
JSON for each, with what was killed and what was wrong. Each seed runs in forks of this process, which has
imported Snakemake.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.warm_snakemake import SNAKEMAKE

CORES = 2
EXPERIMENT = """
import os, subprocess, sys, time
from mlx2smk import setup, trial, verify

def note(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        file.write(" ".join(map(str, (os.environ["MLX_TEST_RUN"], *what))) + "\\n")

def traced(name, n, seconds):
    note("start", name, n)
    time.sleep(seconds)
    note("end", name, n)

@setup(1)
def base():
    traced("base", 0, 0.02)
    return {"base": 100}

@setup()
def step():
    traced("step", 0, 0.02)
    return {"step": SETUP["base"] // 10}

@trial(1, {"n": list_of_many})
def packed(n):
    traced("packed", n, 0.02)
    with open(f"packed-{n}.txt", "w") as file:
        file.write(str(n))
    return {"value": SETUP["step"] * n, "context_update": {"last": n}}

@trial(2, {"n": [0, 1, 2, 3, 4, 5]})
def chain(n):
    traced("chain", n, 0.03)
    with open(f"packed-{n}.txt") as file:
        return {"context_update": {"sum": SETUP.get("sum", 0) + int(file.read())}}

@trial(2, {"n": [0, 1, 2, 3]}, timeout=60)
def family(n):
    note("start", "family", n)
    subprocess.run([sys.executable, "-c", "import os, time; os.fork(); time.sleep(0.1)"], check=False)
    if not os.fork():
        os.setsid()
        time.sleep(30)
    if n == 3:
        raise ValueError(n)
    note("end", "family", n)
    return n

@verify(["packed"])
def all_there(results):
    traced("all_there", 0, 0.05)
    return [run["result"]["value"] for run in results["packed"]] == [10 * n for n in range(MANY)]

@verify(["chain", "family"])
def sums(results):
    traced("sums", 0, 0.05)
    return SETUP["sum"] == 15 and [run["success"] for run in results["family"]] == [True] * 3 + [False]
"""
MANY = 45
"""Combinations of the first trial: more than get a job each at first."""

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
TARGETS = (
    *("snakemake", "any", "guard", "supervisor", "user", "grandchild"),
    *("group", "session", "everything"),
)


class ForkedError(Exception):
    """Raised in a fork, which is to become Snakemake."""


@dataclass
class Trial:
    """One seed in a folder: what was done, and what was wrong."""

    folder: Path
    seed: int
    done: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    runs: int = 0
    kills: int = 0

    @property
    def trace(self) -> Path:
        """What ran when: a line for each start and end."""
        return self.folder.parent / f"{self.folder.name}.trace"

    @property
    def scratch(self) -> Path:
        """The folder for temporary files."""
        return self.folder.parent / f"{self.folder.name}.tmp"

    def start(self, *options: str) -> int:
        """Start Snakemake in a session of its own; return its process."""
        self.runs += 1
        environment = {
            **os.environ,
            "MLX_TEST_TRACE": str(self.trace),
            "MLX_TEST_RUN": str(self.runs),
            "TMPDIR": str(self.scratch),
        }
        pid = os.fork()
        if pid:
            while session_of(pid) not in (0, pid):  # until then it is in the group of this process
                time.sleep(0.001)
            return pid
        os.setsid()
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update(environment)
        said = os.open(self.said_path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        null = os.open(os.devnull, os.O_RDONLY)
        for number, fd in enumerate((null, said, said)):
            os.dup2(fd, number)
        sys.path[0] = str(self.folder)
        sys.argv = ["snakemake", f"-j{CORES}", *options]
        raise ForkedError

    @property
    def said_path(self) -> Path:
        """What the last Snakemake has printed."""
        return self.folder.parent / f"{self.folder.name}.said"

    def ended(self, pid: int, seconds: float = 120) -> int | None:
        """Wait for Snakemake; return its exit code, None if it does not end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        there = "; ".join(described(each) for each in (pid, *below(pid)))
        said = self.said_path.read_text(errors="replace")[-1500:]
        self.wrong.append(f"run {self.runs} did not end after {self.done}: {there}; it said {said}")
        for each in (*below(pid), pid):
            send(each, signal.SIGKILL)
        os.waitpid(pid, 0)
        return None

    def lines(self) -> list[list[str]]:
        """Return the words of each line of the trace."""
        text = self.trace.read_text() if self.trace.exists() else ""
        return [line.split() for line in text.splitlines()]


def killed_run(trial: Trial, rng: random.Random) -> None:
    """Start a run, and kill something of it once or twice."""
    pid = trial.start()
    for moment in sorted(rng.randrange(LINES) for _ in range(rng.choice((1, 1, 2)))):
        target, signum, pause = rng.choice(TARGETS), rng.choice(SIGNALS), rng.random() * PAUSE
        while len(trial.lines()) < moment and not gone(pid):
            time.sleep(0.005)
        time.sleep(pause)
        hit = kill(pid, target, signum, rng)
        trial.done.append(f"{target} {signum.name} at {moment} + {pause:.3f} s: {hit}")
        trial.kills += hit > 0
    trial.ended(pid)


LINES = 116
"""How long the trace of a run gets; seeds choose moments by it, since machines differ."""

PAUSE = 0.08
"""Seconds, at most, between such a line and a signal."""


def gone(pid: int) -> bool:
    """Tell whether a child has ended, which is not reaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill(snakemake: int, target: str, signum: int, rng: random.Random) -> int:
    """Send a signal to one process of a kind, or to all of several; return to how many."""
    if gone(snakemake):
        return 0
    if target == "group":
        with contextlib.suppress(ProcessLookupError):
            os.killpg(snakemake, signum)
        return 1
    end = time.monotonic() + 2
    found: list[int] = []
    while not found and time.monotonic() < end and not gone(snakemake):
        found = of_kind(snakemake, target)
    if target not in ("session", "everything"):
        found = rng.sample(found, min(len(found), 1))
    return sum(send(pid, signum) for pid in found)


def of_kind(snakemake: int, target: str) -> list[int]:
    """Return the processes of a kind below Snakemake."""
    everything = [snakemake, *below(snakemake)]
    if target == "everything":
        return everything
    if target == "any":
        return everything[1:]
    if target == "session":
        return [pid for pid in everything if session_of(pid) == snakemake]
    if target == "snakemake":
        return [snakemake]
    kinds: dict[str, list[int]] = {}
    for pid in everything[1:]:
        kinds.setdefault(kind_of(pid, snakemake), []).append(pid)
    return kinds.get(target, [])


def kind_of(pid: int, snakemake: int) -> str:
    """Return what a process is, by how many workers are above it."""
    workers = 0
    above = pid
    while above not in (0, 1, snakemake):
        workers += b"worker.py" in words_of_process(above)
        above = parent_of(above)
    if b"worker.py" not in words_of_process(pid):
        return "grandchild" if workers else "shell"
    return ("guard", "supervisor", "user", "grandchild")[min(workers, 4) - 1]


def words_of_process(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b"" if words[0].endswith((b"bash", b"sh")) else b" ".join(words)
    return b""


def parent_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[1])
    return 0


def session_of(pid: int) -> int:
    with contextlib.suppress(OSError):
        return os.getsid(pid)
    return 0


def below(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid in processes():
        children.setdefault(parent_of(pid), []).append(pid)
    found: list[int] = []
    pending = [root]
    while pending:
        inner = children.get(pending.pop(), [])
        found += inner
        pending += inner
    return found


def send(pid: int, signum: int) -> int:
    try:
        os.kill(pid, signum)
    except ProcessLookupError:
        return 0
    return 1


def left(trial: Trial) -> list[str]:
    """Return the processes of a run that are still there, by the variable that they have."""
    mark = f"MLX_TEST_TRACE={trial.trace}\0".encode()
    found = []
    for pid in processes():
        with contextlib.suppress(OSError):
            if mark in Path(f"/proc/{pid}/environ").read_bytes() and state_of(pid) != "Z":
                found.append(f"{pid} {words_of_process(pid).decode()[:200]}")
    return found


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def described(pid: int) -> str:
    """Return what a process is, and in which state and system call each of its threads is."""
    threads = []
    for thread in sorted(Path(f"/proc/{pid}/task").glob("*")):
        with contextlib.suppress(OSError):
            call = (thread / "syscall").read_text().split()[:4]
            threads.append(" ".join(((thread / "wchan").read_text(), *call)))
    words = words_of_process(pid).decode(errors="replace")
    with contextlib.suppress(OSError):
        return f"{pid} below {parent_of(pid)}, {state_of(pid)}, {words[-150:]}, {threads}"
    return f"{pid} {words}, ended"


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def check_nothing_is_left(trial: Trial) -> None:
    end = time.monotonic() + 15
    while (there := left(trial)) and time.monotonic() < end:
        time.sleep(0.05)
    if there:
        trial.wrong.append(f"processes are left: {there}")
        for each in there:
            send(int(each.split()[0]), signal.SIGKILL)


def finish(trial: Trial) -> None:
    """Run Snakemake until it has succeeded, unlocking where it asks for it."""
    for _ in range(4):
        status = trial.ended(trial.start())
        if status == 0:
            return
        said = trial.said_path.read_text(errors="replace")
        trial.done.append(f"run {trial.runs}: exit code {status}")
        if "LockException" in said:
            if not any("--unlock" in line for line in said.splitlines()):
                trial.wrong.append(f"a lock does not say so in one line: {said[-2000:]}")
            trial.ended(trial.start("--unlock"))
        else:
            trial.wrong.append(f"an undisturbed run failed: {said[-3000:]}")
    trial.wrong.append("no run succeeded")


def check_results(trial: Trial, expected: Trial) -> None:
    now, reference = comparable(trial), comparable(expected)
    other = [(one, two) for one, two in zip(now, reference, strict=True) if one != two]
    if other:
        trial.wrong.append(f"the report is another one: {other[:3]}")
    more = sorted(files_of(trial.folder) - files_of(expected.folder))
    gone_ones = sorted(files_of(expected.folder) - files_of(trial.folder))
    # Snakemake itself leaves some of its own behind when it is killed.
    temporary = [p.name for p in trial.scratch.iterdir() if not p.name.startswith("snakemake")]
    if more or gone_ones or temporary:
        trial.wrong.append(f"files: more {more}, missing {gone_ones}, temporary {temporary}")
    ended: set[tuple[str, str]] = set()
    again: Counter[str] = Counter()
    current, new = "", set()
    for run, what, name, number in trial.lines():
        if run != current:
            ended |= new
            current, new = run, set()
        if what == "end":
            new.add((name, number))
        elif (name, number) in ended:
            again[f"{name} {number}"] += 1
    if sum(again.values()) > CORES * trial.kills:
        trial.wrong.append(f"finished, but ran again: {dict(again)}")


def comparable(trial: Trial) -> list[Any]:
    """Return the parts of the report without durations, and without the names of jobs, which may differ."""
    text = (trial.folder / "results/exp/report.json").read_text()
    report = json.loads(text.replace(str(trial.folder), "FOLDER"))
    runs = [run for runs in report.pop("trials").values() for run in runs]
    verdicts = [report.pop("verifications")]
    for each in (*runs, *verdicts[0].values()):
        del each["duration"], each["log"]
    return [report, *verdicts, *runs]


def files_of(folder: Path) -> set[str]:
    """Return the files of a folder whose names do not depend on how often it was run, and how jobs were packed."""
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        varying = (
            *(
                ".snakemake/log/",
                ".snakemake/metadata/",
                ".mlx/store/runs/",
            ),
            *("results/exp/runs/packed/", "logs/exp/runs/packed/"),
        )
        if path.is_file() and "__pycache__" not in name:
            if name.startswith((".snakemake/incomplete/", ".mlx/history/")):
                continue  # notes on jobs that were packed into others since; each run by itself
            if name.startswith(varying) and not name.endswith((".tmp", ".part")):
                name = str(Path(name).parent)
            found.add(name)
    return found


def made(folder: Path) -> None:
    """Write and compile the experiment."""
    folder.mkdir(parents=True)
    text = EXPERIMENT.replace("list_of_many", str(list(range(MANY)))).replace("MANY", str(MANY))
    (folder / "exp.py").write_text(text)
    subprocess.run(
        [sys.executable, "-m", "mlx2smk", "compile", "exp.py"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def undisturbed(place: Path) -> Trial:
    """Return a run that nothing disturbs."""
    trial = fresh(place, -1)
    finish(trial)
    return trial


def fresh(place: Path, seed: int) -> Trial:
    compiled = place / "compiled"
    if not compiled.exists():
        made(compiled)
    trial = Trial(place / f"seed{seed}", seed)
    shutil.copytree(compiled, trial.folder)
    trial.scratch.mkdir()
    return trial


def tried(place: Path, seed: int, expected: Trial) -> Trial:
    """Return what came of a seed."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    trial = fresh(place, seed)
    for _ in range(rng.choice((1, 1, 2))):
        killed_run(trial, rng)
        check_nothing_is_left(trial)
        if (trial.folder / ".snakemake/locks").exists() and any(
            (trial.folder / ".snakemake/locks").iterdir()
        ):
            finish_lock(trial)
    finish(trial)
    check_nothing_is_left(trial)
    check_results(trial, expected)
    return trial


def finish_lock(trial: Trial) -> None:
    """Check what a locked folder says, and unlock it."""
    trial.ended(trial.start())
    said = trial.said_path.read_text(errors="replace")
    if not any("--unlock" in line for line in said.splitlines()):
        trial.wrong.append(f"a lock does not say so in one line: {said[-2000:]}")
    trial.ended(trial.start("--unlock"))


def say(found: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(found) + "\n")
    sys.stdout.flush()


def main(place: Path, seeds: range) -> None:
    for name in SNAKEMAKE:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    try:
        expected = undisturbed(place)
        say({"seed": None, "wrong": expected.wrong})
        for seed in seeds:
            began = time.monotonic()
            trial = tried(place, seed, expected)
            seconds = round(time.monotonic() - began, 1)
            said = {"seed": seed, "wrong": trial.wrong, "done": trial.done, "seconds": seconds}
            say(said)
            if not trial.wrong:
                shutil.rmtree(trial.folder)
    except ForkedError:
        runpy.run_module("snakemake", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    first = int(sys.argv[2])
    main(Path(sys.argv[1]).resolve(), range(first, int((*sys.argv, first)[3]) + 1))
