"""Ends processes that will never end by themselves, which a job would wait for without an end.

A process that stays after its function has returned, because of a thread that goes on; and one that has
stopped itself (SIGSTOP) and is not continued. One that was stopped from outside waits.
"""

from __future__ import annotations

import os
import time

from . import children
from .private import signal
from .signals import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .process import Pump

SECONDS = 300.0
LINGER = "MLX_LINGER"
"""The variable that sets another number of seconds."""


class Patience:
    """How long a process has been waiting for nothing."""

    __slots__ = ("_pid", "_pump", "_seconds", "_since", "_size")

    def __init__(self, pid: int, pump: Pump) -> None:
        self._pid = pid
        self._pump = pump
        self._since: float | None = None
        self._size = 0
        try:
            self._seconds = float(os.environ.get(LINGER, SECONDS))
        except ValueError:
            self._seconds = SECONDS

    def ends(self) -> str:
        """Return why the process is to be ended now, or nothing."""
        stopped = children.stopped_by(self._pid)
        own = bool(stopped) and OWN + stopped in self._pump.signals
        size = len(self._pump.outcome)
        if not own and not (size and not stopped):
            self._since = None
            return ""
        now = time.monotonic()
        if self._since is None or size != self._size:
            self._since, self._size = now, size
        if now - self._since < self._seconds:
            return ""
        if own:
            return f"it stopped itself and was not continued for {self._seconds:g} s"
        return f"it went on for {self._seconds:g} s after it had returned"

    def status(self) -> int:
        """Return the wait status of the process, which will be ended: killed by the signal it stopped with."""
        return children.stopped_by(self._pid) or int(signal.SIGKILL)
