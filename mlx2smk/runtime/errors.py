"""Errors that fail a job, and how the user's process reports them to the worker."""

from __future__ import annotations

import os

from . import jsontext

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from .documents import Surprise

LONGEST = 4000
REMEDY = "or run mlx compile again, which knows it now"
_complaints: list[int] = []


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
    """Send the complaints of this process to this descriptor."""
    _complaints[:] = [fd]


def complain(message: str, surprise: Surprise | None = None) -> NoReturn:
    """Fail the job with this message, even if user code catches all exceptions, and leave that code.

    The job records the surprise for the next compile.
    """
    if surprise is not None and "missed" not in surprise:
        message = f"{message}, {REMEDY}"
    for fd in _complaints:
        text = message.encode("utf-8", "backslashreplace")[:LONGEST]
        os.write(
            fd, text + b"\0" + (jsontext.dumps(surprise).encode() if surprise else b"") + b"\0"
        )
    raise ContextGuardError(message, surprise)


def complaint(data: bytes) -> tuple[str, Surprise | None]:
    """Return the first message that `complain` wrote, and what to record for the next compile."""
    message, _, rest = data.partition(b"\0")
    surprise, end, _ = rest.partition(b"\0")
    return message.decode(), jsontext.loads(surprise.decode()) if surprise and end else None
