"""Snakemake in a process of its own, and what it tells while it runs."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

LAUNCHER = Path(__file__).with_name("launcher.py")
LOGGER = ("--logger", "mlx", "--logger-mlx-fd")
READ_SIZE = 1 << 16
LONGEST_SILENCE = 0.5
"""Seconds after which `lines` yields nothing, so that the caller can look at the clock."""

EVENT, FROM_STDOUT, FROM_STDERR = "events", "stdout", "stderr"


class SnakemakeProcess:
    """Snakemake and its jobs, in a session of their own.

    A first Ctrl-C reaches them all, as it would on the terminal, and Snakemake cleans up; a second one kills
    them. Their output is read here.
    """

    def __init__(self, words: Sequence[str], folder: Path) -> None:
        reading, writing = os.pipe()
        command = [sys.executable, str(LAUNCHER), str(os.getpid()), *words, *LOGGER, str(writing)]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[writing],
            start_new_session=True,
        )
        os.close(writing)
        self._files = {reading: EVENT, _fd(self._process.stdout): FROM_STDOUT}
        self._files[_fd(self._process.stderr)] = FROM_STDERR
        self.interrupts = 0
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._forward)

    def _forward(self, signum: int, _frame: FrameType | None) -> None:
        self.interrupts += 1
        again = self.interrupts > 1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL if again else signum)

    def lines(self) -> Iterator[tuple[str, bytes] | None]:
        """Yield each line with its kind (EVENT, FROM_STDOUT or FROM_STDERR), and None now and then, and last."""
        looked = 0.0
        for line in self._all_lines():
            if line is not None:
                yield line
            elif time.monotonic() - looked >= LONGEST_SILENCE:
                looked = time.monotonic()
                yield None
        yield None

    def _all_lines(self) -> Iterator[tuple[str, bytes] | None]:
        """Yield each line, and None after each look at the pipes."""
        rest = dict.fromkeys(self._files, b"")
        with selectors.DefaultSelector() as selector:
            for fd in self._files:
                selector.register(fd, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(LONGEST_SILENCE)
                if not ready and self._process.poll() is not None:
                    return  # something that a job left behind has its output open
                for key, _ in ready:
                    data = os.read(key.fd, READ_SIZE)
                    *whole, rest[key.fd] = (rest[key.fd] + data).split(b"\n")
                    if not data:
                        selector.unregister(key.fd)
                        whole += filter(None, [rest[key.fd]])
                    yield from ((self._files[key.fd], line) for line in whole)
                yield None

    def wait(self) -> int:
        """Return the exit status of Snakemake, as a shell would."""
        status = self._process.wait()
        return 128 - status if status < 0 else status


def _fd(file: IO[bytes] | None) -> int:
    assert file is not None  # noqa: S101 - it was asked for
    return file.fileno()


def event_of(line: bytes) -> dict[str, Any]:
    """Return an event; one of no kind if the line is cut off."""
    try:
        event: dict[str, Any] = json.loads(line)
    except ValueError:
        return {"event": ""}
    return event
