"""Runs user code in its own process: start it, forward its output, wait for its end."""

from __future__ import annotations

import os
import select
import time

from . import children, lineage
from .errors import CancelledError, ContextGuardError, complain, complain_to
from .os_errors import os_error_line
from .private import signal
from .signals import STOPPING, note_received

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

    from .limits import Limits
    from .lingering import Patience
    from .output import Echo, Log

TICK = 0.5
PROMPT = 1.0
"""Seconds after which a process may be one that never ends; most have ended before that is looked at."""

LOOK = 0.25
"""Seconds between two checks of the ancestors; each check takes a tenth of the time of a small job."""

PIPE_CHUNK = 1 << 16
_close = os.close  # not what `descriptors` gives to the user's code


class Ended:
    """How a process ended: its wait status, the data it wrote, and the seconds that it took.

    `limits` are those that it exceeded, if it was ended for that. `peak` is the most memory that it used at
    a time, in bytes, if a signal ended it.
    """

    __slots__ = ("complaints", "limits", "outcome", "peak", "seconds", "signals", "status")

    def __init__(self, status: int, said: Pump, seconds: float) -> None:
        self.status = status
        self.outcome = bytes(said.outcome)
        self.complaints = bytes(said.complaints)
        self.signals = bytes(said.signals)
        self.seconds = seconds
        self.limits: Limits | None = None
        self.peak = 0


class Channels:
    """Both ends of the pipes from a job's process; they are closed on `exec`."""

    __slots__ = ("complaints", "outcome", "signals", "stderr", "stdout")

    def __init__(self) -> None:
        self.stdout = os.pipe()
        self.stderr = os.pipe()
        self.outcome = os.pipe()
        self.complaints = os.pipe()
        self.signals = os.pipe()

    def all(self) -> list[tuple[int, int]]:
        """Return the pairs of read and write ends."""
        return [self.stdout, self.stderr, self.outcome, self.complaints, self.signals]

    def close(self, end: int) -> None:
        """Close one end of each pipe: 0 to read, 1 to write."""
        for pair in self.all():
            _close(pair[end])


class Supervisor:
    """Runs one process at a time and leaves none behind.

    `run` raises CancelledError when this process is told to stop, or when its ancestors have ended. By then
    no process that it started is running any more.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._signum = 0
        self._previous = {signum: signal.getsignal(signum) for signum in STOPPING}
        lineage.adopt_orphans()
        _leave_a_guard()
        lineage.adopt_orphans()
        self._ancestors = lineage.Ancestors()
        lineage.offer_to_the_system()
        self._next_look = 0.0
        _on_stop(self._stop)

    def run(
        self,
        body: Callable[[int, int, int], NoReturn],
        echoes: tuple[Echo, Echo] | None,
        trial: Any = None,
    ) -> Ended:
        """Run `body(outcome, complaints, signals)`, with pipes to write to, in a new process.

        The process is ended if it exceeds limits of `trial`, an entry of the plan. Raises CancelledError if
        this process is to stop.
        """
        self.check()
        channels = Channels()
        began = time.monotonic()
        parent = os.getpid()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        pid = os.fork()
        if not pid:
            self._enter_child_or_complain(parent, channels)
            body(channels.outcome[1], channels.complaints[1], channels.signals[1])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
        channels.close(1)
        try:
            pump = Pump(channels, self._log, echoes)
            limits = _limits(trial, pid, pump, began) if trial else None
            return self._watch(pid, pump, began, limits)
        finally:
            lineage.kill_descendants()
            channels.close(0)

    def check(self) -> None:
        """Raise CancelledError if this process is to stop."""
        now = time.monotonic()
        if not self._signum and now >= self._next_look:
            self._next_look = now + LOOK
            if self._ancestors.gone():
                self._signum = signal.SIGHUP
        if self._signum:
            raise CancelledError(self._signum)

    def _stop(self, signum: int, _frame: object) -> None:
        self._signum = signum

    def _enter_child_or_complain(self, parent: int, channels: Channels) -> None:
        """Enter the new process; if the system refuses that, as without free descriptors, it is no result."""
        try:
            self._enter_child(parent, channels)
        except OSError as error:
            complain_to(channels.complaints[1])
            try:
                complain(os_error_line(error))
            except ContextGuardError:
                os._exit(1)

    def _enter_child(self, parent: int, channels: Channels) -> None:
        """Make the new process the leader of its own session, with its own standard streams."""
        os.setsid()
        lineage.die_with(parent)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(channels.stdout[1], 1)
        os.dup2(channels.stderr[1], 2)
        for fd in (null, channels.stdout[1], channels.stderr[1]):
            _close(fd)
        channels.close(0)
        for signum, previous in self._previous.items():
            signal.signal(signum, previous)
        note_received(channels.signals[1])
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

    def _watch(self, pid: int, pump: Pump, began: float, limits: Limits | None) -> Ended:
        handle = _process_handle(pid, pump)
        try:
            status = self._wait(pid, pump, began, limits, TICK if handle is not None else 0.01)
            seconds = time.monotonic() - began
            lineage.kill_group(pid)
            own, peak = _reaped(pid)
        finally:
            if handle is not None:
                _close(handle)
        lineage.kill_descendants()
        pump.drain()
        ended = Ended(status or own, pump, seconds)
        ended.limits = limits if limits is not None and limits.exceeded else None
        ended.peak = peak
        return ended

    def _wait(self, pid: int, pump: Pump, began: float, limits: Limits | None, tick: float) -> int:
        """Wait until a process has ended, or is to be ended; return its wait status in the latter case."""
        patience: Patience | None = None
        while not children.has_ended(pid):
            self.check()
            pump.move(tick if limits is None else limits.wait(tick))
            if patience is None and time.monotonic() - began > PROMPT:
                patience = _patience(pid, pump)
            for watch in (limits, patience):
                why = watch.ends() if watch is not None else ""
                if watch is not None and why:
                    self._log.note(f"the process is ended: {why}")
                    return watch.status()
        return 0


class Pump:
    """Forwards the output of a process to its destinations."""

    def __init__(self, channels: Channels, log: Log, echoes: tuple[Echo, Echo] | None) -> None:
        self.outcome = bytearray()
        self.complaints = bytearray()
        self.signals = bytearray()
        self._echoes = echoes or ()
        self._poll = select.poll()
        self._sinks: dict[int, list[Callable[[bytes], None]]] = {
            channels.stdout[0]: [log.write],
            channels.stderr[0]: [log.write],
            channels.outcome[0]: [self.outcome.extend],
            channels.complaints[0]: [self.complaints.extend],
        }
        if echoes:
            self._sinks[channels.stdout[0]].append(echoes[0].write)
            self._sinks[channels.stderr[0]].append(echoes[1].write)
        for fd in self._sinks:
            os.set_blocking(fd, False)
            self._poll.register(fd, select.POLLIN)
        # Nobody waits for notes on signals. To wake up for each would slow down short runs.
        self._signals_fd = channels.signals[0]
        os.set_blocking(self._signals_fd, False)
        self._sinks[self._signals_fd] = [self.signals.extend]

    def also_wake_for(self, fd: int) -> None:
        """Let `move` return when there is an event on `fd`."""
        self._poll.register(fd, select.POLLIN)

    def move(self, seconds: float) -> bool:
        """Forward available output, waiting up to `seconds` for it; tell whether there was any."""
        ready = self._poll.poll(seconds * 1000)
        if not ready:
            for echo in self._echoes:
                echo.flush()
        moved = self._move_from(self._signals_fd)
        for fd, _ in ready:
            moved = self._move_from(fd) or moved
        return moved

    def drain(self) -> None:
        """Forward the remaining output, without waiting for other processes that hold the pipes open."""
        while self.move(0):
            pass
        for echo in self._echoes:
            echo.end()

    def _move_from(self, fd: int) -> bool:
        if fd not in self._sinks:
            return False
        try:
            data = os.read(fd, PIPE_CHUNK)
        except BlockingIOError:
            return False
        if not data:
            if fd != self._signals_fd:
                self._poll.unregister(fd)
            del self._sinks[fd]
        for sink in self._sinks.get(fd, ()):
            sink(data)
        return bool(data)


def _leave_a_guard() -> None:
    """Fork, continue in the child, and keep this process as a guard.

    The guard ends what the child started if the child is killed.
    """
    guard = os.getpid()
    pid = os.fork()
    if not pid:
        lineage.die_with(guard, signal.SIGTERM)
        return
    _on_stop(lambda signum, _frame: os.kill(pid, signum))
    _, status = os.waitpid(pid, 0)
    lineage.kill_descendants()
    if os.WIFSIGNALED(status):
        os.write(
            2, b"mlx: the worker was killed, which may be for lack of memory: run snakemake again\n"
        )
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def _on_stop(handler: Callable[[int, Any], None]) -> None:
    """Call the handler when this process is told to stop, unless it was started to ignore the signal."""
    for signum in STOPPING:
        if signal.getsignal(signum) != signal.SIG_IGN:
            signal.signal(signum, handler)


def _process_handle(pid: int, pump: Pump) -> int | None:
    """Return a descriptor that wakes the pump when the process ends, if the system has those."""
    if not hasattr(os, "pidfd_open"):
        return None
    try:
        handle: int = os.pidfd_open(pid)
    except OSError:
        return None
    pump.also_wake_for(handle)
    return handle


def _limits(trial: Any, pid: int, pump: Pump, began: float) -> Limits | None:
    """Return the limits of a process of a trial, if there are any."""
    if not trial.get("timeout") and not trial.get("memory"):
        return None
    from . import limits

    return limits.Limits(trial, pid, pump, began)


def _patience(pid: int, pump: Pump) -> Patience:
    from . import lingering

    return lingering.Patience(pid, pump)


def _reaped(pid: int) -> tuple[int, int]:
    """Return the wait status of a process, and the most memory that it used if a signal ended it, in bytes.

    To ask for the memory makes the interpreter touch, and after a fork copy, much of its own.
    """
    if children.exits(pid):
        return os.waitpid(pid, 0)[1], 0
    _, status, used = os.wait4(pid, 0)
    return status, used.ru_maxrss * (1024 if lineage.LINUX else 1)
