"""Errors that fail a job, and how the user's process reports them to the worker."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

LONGEST = 4000
_complaints: list[int] = []


class JobError(Exception):
    """The job fails for the reason in the message and writes no output."""


class CancelledError(Exception):
    """The job was told to stop by the signal `signum`."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum


class ContextGuardError(BaseException):
    """The job did something that the analysis did not foresee."""


def complain_to(fd: int) -> None:
    """Send the complaints of this process to this descriptor."""
    _complaints[:] = [fd]


def complain(message: str) -> NoReturn:
    """Fail the job with this message, even if user code catches all exceptions, and leave that code."""
    for fd in _complaints:
        os.write(fd, message.encode("utf-8", "backslashreplace")[:LONGEST] + b"\0")
    raise ContextGuardError(message)
