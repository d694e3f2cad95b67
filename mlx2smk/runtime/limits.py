"""Limits of a combination: the seconds that it may take, and the memory that its processes may use.

Memory is what the system has to keep for these processes: anonymous and shared memory, also if swapped out.
Files that are mapped do not count, since the system can drop them; nor does address space that is not used,
which CUDA and Java reserve by the hundred gigabytes. What forks share counts once.
"""

from __future__ import annotations

import os
import time

from . import lineage
from .private import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .documents import Failure
    from .process import Pump

TIMEOUT, MEMORY = "timeout", "memory"
TELL_WHERE = getattr(signal, "SIGRTMAX", 2) - 2
"""The signal that asks a process where it is; 0 where there is none to spare."""

ANSWER, ANSWER_AT_ONCE, LAST_WORDS = 0.5, 0.02, 0.02
"""Seconds to wait for the answer, which busy processors delay; for one while memory grows; for its rest."""

FASTEST_GROWTH = 5e9
"""Bytes a second by which memory may grow; how soon it is measured again follows from what is left."""

SHORTEST, LONGEST_WAIT = 0.01, 0.2
"""Seconds between two measurements."""

UNITS = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("KB", 10**3), ("bytes", 1))


class Limits:
    """The limits of a trial, for one of its combinations: the process `pid`, which runs since `began`."""

    __slots__ = ("_asked", "_end", "_memory", "_next", "_pid", "_pump", "_timeout", "exceeded")

    def __init__(self, trial: Any, pid: int, pump: Pump, began: float) -> None:
        self._pid = pid
        self._pump = pump
        self._timeout: Any = trial.get(TIMEOUT)
        self._memory: Any = trial.get(MEMORY) if os.path.isdir("/proc/self/task") else None
        self._end = None if self._timeout is None else began + self._timeout
        self._next = began
        self._asked = ""
        self.exceeded: dict[str, int | float] = {}

    def wait(self, seconds: float) -> float:
        """Return how long to wait for anything else, at most so long."""
        now = time.monotonic()
        if self._end is not None:
            seconds = min(seconds, self._end - now)
        if self._memory is not None:
            seconds = min(seconds, self._next - now)
        return max(seconds, 0.0)

    def ends(self) -> str:
        """Return why the process is to be ended now, or nothing; ask it before where it is."""
        now = time.monotonic()
        if self._memory is not None and now >= self._next:
            used = memory_below(os.getpid(), self._memory)
            left = (self._memory - used) / FASTEST_GROWTH
            self._next = time.monotonic() + min(max(left, SHORTEST), LONGEST_WAIT)
            if left < 0:
                self.exceeded = {MEMORY: self._memory}
                self._ask(ANSWER_AT_ONCE)
                return (
                    f"its processes use {size_text(used)}, memory= allows {size_text(self._memory)}"
                )
        if self._end is not None and now >= self._end:
            self.exceeded = {TIMEOUT: self._timeout}
            self._ask(ANSWER)
            return f"it ran for {self._timeout:g} s, its timeout="
        return ""

    def status(self) -> int:
        """Return the wait status of the process, which will be killed."""
        return int(signal.SIGKILL)

    def _ask(self, seconds: float) -> None:
        """Have the process tell where it is, which it does among its complaints (`child`)."""
        if TELL_WHERE:
            before = len(self._pump.complaints)
            try:
                os.kill(self._pid, TELL_WHERE)
            except OSError:
                return
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                self._pump.move(max(end - time.monotonic(), 0))
                if len(self._pump.complaints) > before:
                    end = min(end, time.monotonic() + LAST_WORDS)
            self._asked = self._pump.complaints[before:].decode("utf-8", "replace")
            del self._pump.complaints[before:]

    def failure(self) -> Failure:
        """Return the failure of a combination that exceeded a limit."""
        if MEMORY in self.exceeded:
            kind, what = (
                "MemoryError",
                f"used more memory than its limit of {size_text(self._memory)}",
            )
        else:
            kind, what = "TimeoutError", f"took longer than its limit of {self._timeout:g} s"
        found: Failure = {
            "return_code": -int(signal.SIGKILL),
            "error": what,
            "type": kind,
            "limit": self.exceeded,
        }
        frames = traceback_of(self._asked)
        if frames:
            found["traceback"] = f"{frames}{kind}: {what}\n"
        return found


def traceback_of(said: str) -> str:
    """Return what `faulthandler` said of a thread as Python prints it, without the worker's own frames."""
    from .failures import is_of_worker
    from .loader import WORKER_FOLDER

    start = os.path.join(os.path.dirname(os.path.dirname(WORKER_FOLDER)), "worker.py")
    found = []
    for line in said.splitlines():
        file, quote, _ = line.strip().removeprefix('File "').rpartition('", line ')
        if quote and not is_of_worker(file) and file != start:
            found.append(f"  {line.strip()}\n")
    return "".join(["Traceback (most recent call last):\n", *reversed(found)]) if found else ""


def limits_of(trial: Any) -> dict[str, int | float]:
    """Return the limits that a trial sets."""
    return {name: trial[name] for name in (TIMEOUT, MEMORY) if trial.get(name) is not None}


def outdated(ended_by: Any, now: Any) -> list[tuple[str, Any, Any]]:
    """Return the limits that ended runs and are others now: each with what it was and what it is."""
    if not isinstance(ended_by, dict):
        return []
    return [(name, was, now.get(name)) for name, was in ended_by.items() if now.get(name) != was]


def size_text(count: float) -> str:
    """Return a number of bytes as text: 2 GB, 1.25 GB, 700 MB, 12 bytes."""
    unit, one = next((each for each in UNITS if count >= each[1]), UNITS[-1])
    return f"{round(count / one, 2):g} {unit}"


# ------------------------------------------------------------------ what the system says


def memory_below(root: int, enough: float) -> int:
    """Return the bytes that all processes below one use; closely only if that is more than `enough`."""
    pids = list(lineage.processes_below(root))
    roughly = sum(map(_own_and_shared, pids))
    return sum(map(_proportional, pids)) if roughly > enough else roughly


def _own_and_shared(pid: int) -> int:
    """Return the memory of a process, of which other processes may share a part."""
    return _sum_of(f"/proc/{pid}/status", (b"RssAnon:", b"RssShmem:", b"VmSwap:"))


def _proportional(pid: int) -> int:
    """Return the memory of a process, and of what it shares with others its part."""
    parts = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
    return _sum_of(f"/proc/{pid}/smaps_rollup", parts) or _own_and_shared(pid)


def _sum_of(path: str, names: Iterable[bytes]) -> int:
    """Return the sum of these lines of a file of the system, in bytes; 0 without the file."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError:  # it has ended, or runs as another user
        return 0
    start = tuple(names)
    return sum(int(line.split()[1]) for line in lines if line.startswith(start)) * 1024


def kills_for_memory() -> int:
    """Return how often the system has killed a process for lack of memory since it started."""
    try:
        with open("/proc/vmstat", "rb") as file:
            _, _, rest = file.read().partition(b"\noom_kill ")
    except OSError:
        return 0
    return int(rest.partition(b"\n")[0] or 0)
