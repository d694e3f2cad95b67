"""The processes above and below this one: end with the former, and leave none of the latter."""

from __future__ import annotations

import os
import sys
import time

from .private import prctl

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LINUX = sys.platform == "linux"
SHELLS = ("bash", "sh", "dash", "zsh", "ksh")
LEVELS = 5
PATIENCE = 5.0
SIGKILL = 9
PR_SET_PDEATHSIG = 1
ADJUSTMENT = "/proc/self/oom_score_adj"
MORE_LIKELY, MOST_LIKELY = 200, 1000
"""In thousandths of the memory that there is."""

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends, so that none escapes."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with(parent: int, signum: int = SIGKILL) -> None:
    """Arrange for this process to get the signal when its parent ends, or now if it already has."""
    _prctl(PR_SET_PDEATHSIG, signum)
    if os.getppid() != parent:
        os.kill(os.getpid(), signum)


def offer_to_the_system() -> None:
    """Let the system, where it lacks memory, rather kill this process and those below than Snakemake.

    Of these it kills the one that has most memory, which is not the worker.
    """
    try:
        with open(ADJUSTMENT, "r+", encoding="ascii") as file:
            wanted = min(int(file.read()) + MORE_LIKELY, MOST_LIKELY)
            file.seek(0)
            file.write(str(wanted))
    except (OSError, ValueError):
        return


def _prctl(option: int, value: int) -> None:
    if LINUX:
        prctl(option, value)


class Ancestors:
    """The processes for which this one works: its guard and the shells that run scripts above it.

    Snakemake starts a job through `bash -c`. When Snakemake is killed, that shell lives on, and so would
    the job.
    """

    __slots__ = ("chain",)

    def __init__(self) -> None:
        guard = os.getppid()
        chain = [(os.getpid(), guard)]
        if LINUX:
            chain.append((guard, _parent_of(guard)))
        while len(chain) < LEVELS and _runs_script(chain[-1][1]):
            chain.append((chain[-1][1], _parent_of(chain[-1][1])))
        self.chain = chain

    def gone(self) -> bool:
        """Tell whether one of them has ended."""
        own, *others = self.chain
        return os.getppid() != own[1] or any(_parent_of(pid) != parent for pid, parent in others)


def kill_descendants() -> None:
    """Kill all processes below this one and wait until they have ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            _kill_below(os.getpid())
            time.sleep(0.001)


def _kill_below(root: int) -> None:
    for pid in _found_below(root):
        _kill(pid)


def processes_below(root: int) -> Iterator[int]:
    """Yield all processes below one, each after its parent."""
    try:
        pending = _children_of(root)
    except OSError:  # not every system lists them
        yield from _found_below(root)
        return
    while pending:
        pid = pending.pop()
        yield pid
        try:
            pending += _children_of(pid)
        except OSError:  # it has ended
            continue


def _children_of(pid: int) -> list[int]:
    """Return the children of all threads of a process."""
    found: list[int] = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
            found += map(int, file.read().split())
    return found


def _found_below(root: int) -> Iterator[int]:
    """Yield all processes below one, found among all that there are."""
    children: dict[int, list[int]] = {}
    for pid in _all_processes():
        children.setdefault(_parent_of(pid), []).append(pid)
    pending = list(children.get(root, ()))
    while pending:
        pid = pending.pop()
        yield pid
        pending.extend(children.get(pid, ()))


def kill_group(leader: int) -> None:
    """Kill all processes of a group, if there are any."""
    try:
        os.killpg(leader, SIGKILL)
    except OSError:
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, SIGKILL)
    except OSError:
        return


def _all_processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _parent_of(pid: int) -> int:
    """Return the id of the parent; 0 if the process does not exist or its parent is unknown."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return 0


def _runs_script(pid: int) -> bool:
    """Tell whether the process is a shell that was started with a command or a script."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = os.fsdecode(file.read()).split("\0")
    except OSError:
        return False
    return os.path.basename(words[0]) in SHELLS and len(words) > 2
