"""GPUs of this machine for one job at a time: whoever holds the lock of a GPU's file has the GPU.

The system takes the locks back from a process that ends, however it ends. They are the user's, not
Snakemake's: jobs that were started in two terminals share no GPU either.
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
    """A job's claim to so many GPUs, out of the first `there` that it can see (all, if None)."""

    __slots__ = ("_count", "_held", "_ids")

    def __init__(self, count: int, there: int | None = None) -> None:
        self._count = count
        self._ids = _visible(there)[:there]
        self._held: dict[str, int] = {}
        if 0 < len(self._ids) < count:
            raise JobError(f"{count} GPUs are asked for, and there are {len(self._ids)}")

    def hold(self, check: Callable[[], None]) -> str:
        """Wait until the GPUs are free, calling `check` meanwhile; show this process no others.

        Return their ids, comma-separated. Where there are no GPUs at all nothing is done.
        """
        while self._ids and not self._held:
            self._held = self._try_all()
            if not self._held:
                check()
                # At random, so that two who want each other's GPUs do not meet again for ever.
                time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311
        if self._held:
            os.environ[VARIABLE] = ",".join(self._held)
        return ",".join(self._held)

    def _try_all(self) -> dict[str, int]:
        """Return the ids with the descriptors of their locks; none if there are not enough."""
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
        # CUDA stops at the first id that is none; people write -1 for no GPU at all.
        return ids[: next((at for at, gpu in enumerate(ids) if gpu in ("", "-1")), None)]
    if there is None:
        there = sum(name[6:].isdigit() for name in os.listdir("/dev") if name[:6] == "nvidia")
    return [str(number) for number in range(there)]


def _folder() -> str:
    """Return the folder of the locks: the user's, on this machine, in this allocation of Slurm.

    Not $TMPDIR, which may differ between terminals. In an allocation the ids are its own.
    """
    allocation = os.environ.get("SLURM_JOB_ID", "")
    path = f"/tmp/mlx-gpus-{os.getuid()}" + (f"-{allocation}" if allocation else "")  # noqa: S108
    os.makedirs(path, mode=0o700, exist_ok=True)
    if os.path.islink(path) or os.stat(path).st_uid != os.getuid():
        raise JobError(f"{path} is someone else's: remove it")
    return path


def _try_lock(path: str) -> int | None:
    """Return a descriptor that holds the lock of the file until it is closed; None if it is held.

    Processes that this one forks hold it too. What they `exec` does not.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
