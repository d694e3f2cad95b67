"""Assigns GPUs of this machine to one job at a time; a job owns a GPU while it holds the lock on its file.

The system releases the locks when a process ends, however it ends. They belong to the user, not to a
Snakemake process, so jobs started in two terminals do not share a GPU either.
"""

from __future__ import annotations

import fcntl
import os
import random
import time

from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

VARIABLE = "CUDA_VISIBLE_DEVICES"
LONGEST_PAUSE = 0.3


class Claim:
    """A job's claim to `count` GPUs, out of the first `there` visible ones (all of them if None)."""

    __slots__ = ("_count", "_held", "_ids")

    def __init__(self, count: int, there: int | None = None) -> None:
        self._count = count
        self._ids = _visible(there)[:there]
        self._held: dict[str, int] = {}
        if 0 < len(self._ids) < count:
            raise JobError(f"{count} GPUs are asked for, and there are {len(self._ids)}")

    def hold(self, check: Callable[[], None]) -> str:
        """Wait until the GPUs are free, and make only these visible to this process.

        Calls `check` while waiting. Returns the ids, separated by commas. Does nothing on a machine without
        GPUs.
        """
        while self._ids and not self._held:
            self._held = self._try_all()
            if not self._held:
                check()
                # A random pause, so that two jobs that want each other's GPUs do not collide forever.
                time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311
        if self._held:
            os.environ[VARIABLE] = ",".join(self._held)
        return ",".join(self._held)

    def _try_all(self) -> dict[str, int]:
        """Return the ids with the descriptors of their locks; empty if too few are free."""
        folder = _folder()
        held: dict[str, int] = {}
        for gpu in self._ids:
            lock = _try_lock(os.path.join(folder, gpu.replace("/", "_")))
            if lock is not None:
                held[gpu] = lock
            if len(held) == self._count:
                return held
        for lock in held.values():
            os.close(lock)
        return {}


def _visible(there: int | None) -> list[str]:
    """Return the ids of the GPUs that this process may use."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        ids = [gpu.strip() for gpu in said.split(",")]
        # CUDA stops at the first invalid id; -1 is commonly used for no GPU at all.
        return ids[: next((at for at, gpu in enumerate(ids) if gpu in ("", "-1")), None)]
    if there is None:
        there = sum(name[6:].isdigit() for name in os.listdir("/dev") if name[:6] == "nvidia")
    return [str(number) for number in range(there)]


def _folder() -> str:
    """Return the folder of the locks, one for each user, machine and Slurm allocation.

    It is not $TMPDIR, which may differ between terminals. A Slurm allocation has its own GPU ids.
    """
    allocation = os.environ.get("SLURM_JOB_ID", "")
    path = f"/tmp/mlx-gpus-{os.getuid()}" + (f"-{allocation}" if allocation else "")  # noqa: S108
    os.makedirs(path, mode=0o700, exist_ok=True)
    if os.path.islink(path) or os.stat(path).st_uid != os.getuid():
        raise JobError(f"{path} is someone else's: remove it")
    return path


def _try_lock(path: str) -> int | None:
    """Return a descriptor that holds the lock on the file until it is closed; None if it is locked.

    Forks of this process hold the lock too; programs that they `exec` do not.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
