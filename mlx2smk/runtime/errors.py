"""Errors that fail a job, and how the user's process reports them to the worker."""

from __future__ import annotations

import os

from . import jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from .documents import Surprise

_write, _getpid, _kill = os.write, os.getpid, os.kill
LONGEST = 4000
_SIGKILL = 9
REMEDY = "or run mlx compile again, which knows it now"
COMPLAINT = b"C\0"
"""Starts a complaint among the events that another interpreter of a job records."""

_complaints: list[tuple[int, bytes, bytes, int]] = []
"""Where complaints of this process go: a descriptor, what stands around each, and the job's process."""


class JobError(Exception):
    """The job fails for the reason in the message and writes no output."""


class CancelledError(Exception):
    """The job was told to stop by the signal `signum`."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum


class ContextGuardError(BaseException):
    """The job did something that the analysis did not foresee; `surprise` says what, if that is known."""

    def __init__(self, message: str, surprise: Surprise | None = None) -> None:
        super().__init__(message)
        self.surprise = surprise


def complain_to(fd: int) -> None:
    """Send the complaints of this process, which is the job's, and of its forks to this descriptor."""
    _complaints[:] = [(fd, b"", b"", os.getpid())]


def complain_among_events(fd: int, job: int = 0) -> None:
    """Send the complaints of this process to the file of events; `job` is the process to end, if any."""
    _complaints[:] = [(fd, COMPLAINT, b"\n", job)]


def complain(message: str, surprise: Surprise | None = None) -> NoReturn:
    """Fail the job with this message, even if user code catches all exceptions, and leave that code.

    The job records the surprise for the next compile.
    """
    if surprise is not None and "missed" not in surprise:
        message = f"{message}, {REMEDY}"
    text = message.encode("utf-8", "backslashreplace")[:LONGEST]
    noted = jsontext.dumps(surprise).encode() if surprise else b""
    for fd, before, after, job in _complaints:
        _write(fd, before + text + b"\0" + noted + b"\0" + after)
        if job and _getpid() != job:
            # A pool would wait forever for the result of this process.
            _kill(job, _SIGKILL)
    raise ContextGuardError(message, surprise)


def complaint(data: bytes) -> tuple[str, Surprise | None]:
    """Return the first message that `complain` wrote, and what to record for the next compile."""
    message, _, rest = data.partition(b"\0")
    surprise, end, _ = rest.partition(b"\0")
    return message.decode(), jsontext.loads(surprise.decode()) if surprise and end else None
