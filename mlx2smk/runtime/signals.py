"""Decides who sent a signal: one from the program itself is a result, one from outside is not.

A job's process writes notes to a pipe, one byte each: `OWN` + n before the program sends signal n to its
own process (`OWN` alone if the signal is unknown), n when a handler in the program receives signal n, and
`RETURNED` when the outcome is known.
"""

from __future__ import annotations

import os
import sys

from .private import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .observing import Handler

_write = os.write
RETURNED = b"\0"
OWN = 128


def _numbers(*names: str) -> frozenset[int]:
    """Return the numbers of these signals, as far as the system has them."""
    return frozenset(int(getattr(signal, name)) for name in names if hasattr(signal, name))


STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ASKING = _numbers("SIGUSR1", "SIGUSR2", "SIGXCPU", "SIGQUIT")
"""Signals that clusters send before a limit; programs also use them for other purposes."""

FAULTS = _numbers(
    *("SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS", "SIGPIPE"),
    *("SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXFSZ"),
)
"""Signals that the system sends because of what the program does or requested."""


def from_outside(notes: bytes, status: int, *, returned: bool, failed: bool) -> int:
    """Return the signal from outside that ended the run, or asked it to end; 0 if there was none.

    `status` is the process's wait status. A handler of the signal may have cut the run short, whatever the
    run then returned, so only signals after the outcome is known are ignored.
    """
    if returned:
        notes = notes.partition(RETURNED)[0]
    telling = {*STOPPING, *(ASKING if failed else ())}
    own: dict[int, int] = {}
    for note in notes:
        if note >= OWN:
            own[note - OWN] = own.get(note - OWN, 0) + 1
        elif own.get(note):
            own[note] -= 1
        elif note in telling and not own.get(0):
            return note
    return 0 if returned else _deadly(status, own)


def _deadly(status: int, own: dict[int, int]) -> int:
    if not os.WIFSIGNALED(status):
        return 0
    number = os.WTERMSIG(status)
    return 0 if number in FAULTS or own.get(number) or own.get(0) else number


def note_received(fd: int) -> None:
    """Make the interpreter write a note for each signal that a handler in this process receives."""
    os.set_blocking(fd, False)
    signal.set_wakeup_fd(fd, warn_on_full_buffer=False)


class Notes:
    """Writes notes about the signals that the program is about to send to its own process.

    Forks of the process do the same, but do not write notes about signals that they receive. It may be made
    in another process than the one that takes it; until then, it does nothing.
    """

    __slots__ = ("_fd", "_pid")

    def __init__(self) -> None:
        self._fd = -1
        self._pid = 0
        self._wrap("_signal", "raise_signal", 0)
        self._wrap("_signal", "pidfd_send_signal", 1)
        self._wrap("_thread", "interrupt_main", 0)

    def take(self, fd: int) -> None:
        """Write notes about this process to the descriptor."""
        self._fd = fd
        self._pid = os.getpid()
        os.register_at_fork(after_in_child=self._stop_receiving)

    def returned(self) -> None:
        """Write a note that the outcome is known."""
        self._write(RETURNED)

    def handlers(self) -> dict[str, Handler]:
        """Return the handler for each audit event."""
        return {
            "os.kill": self._kill,
            "os.killpg": self._kill,
            "signal.pthread_kill": lambda args: self._raise(args[1]),
            "os.system": self._command,
            "os.exec": self._command,
            "os.posix_spawn": self._command,
            "subprocess.Popen": self._command,
            "ctypes.dlsym": self._symbol,
            "resource.setrlimit": lambda _: self._limit(),
            "resource.prlimit": lambda _: self._limit(),
        }

    def _kill(self, args: tuple[Any, ...]) -> None:
        target, signum = args
        if target == 0:
            target = os.getpgrp()
        if target in (self._pid, -self._pid, -1):
            self._note(signum)

    def _raise(self, signum: int) -> None:
        if os.getpid() == self._pid:
            self._note(signum)

    def _command(self, args: tuple[Any, ...]) -> None:
        """Write a note if a command (the first two arguments) appears to kill this process."""
        text = repr(args[:2])
        if "kill" in text and (str(self._pid) in text or "ppid" in text.lower()):
            self._write(bytes([OWN]))

    def _symbol(self, args: tuple[Any, ...]) -> None:
        if args[1] in ("kill", "killpg", "raise", "pthread_kill", "tgkill"):
            self._write(bytes([OWN]))

    def _limit(self) -> None:
        """Write notes for the signals of a CPU time limit: SIGXCPU first, SIGKILL finally."""
        for number in _numbers("SIGXCPU", "SIGKILL"):
            self._note(number)

    def _note(self, signum: int) -> None:
        if 0 < signum < OWN:  # 0 only asks whether the process exists
            self._write(bytes([OWN + signum]))

    def _write(self, note: bytes) -> None:
        try:
            _write(self._fd, note)
        except OSError:  # closed or full: the program must not notice
            return

    def _wrap(self, module: str, name: str, position: int) -> None:
        """Wrap a function that has no audit event, to write a note before it sends a signal."""
        send = getattr(sys.modules.get(module), name, None)
        if send is None:
            return

        def sending(*arguments: Any) -> Any:
            self._raise(arguments[position] if len(arguments) > position else signal.SIGINT)
            return send(*arguments)

        sending.__name__ = sending.__qualname__ = name
        for holder in (module, module.lstrip("_")):
            if getattr(sys.modules.get(holder), name, None) is send:
                setattr(sys.modules[holder], name, sending)

    def _stop_receiving(self) -> None:
        """Stop writing notes in a fork; keep a wakeup descriptor that the user has set."""
        try:
            fd = signal.set_wakeup_fd(-1)
            if fd not in (-1, self._fd):
                signal.set_wakeup_fd(fd)
        except (OSError, ValueError):
            return
