"""How a step says that it cannot go on."""

from __future__ import annotations


class JobError(Exception):
    """The job fails, for the reason in the message; nothing is written as its output."""


class CancelledError(Exception):
    """The job was told to stop; `signum` is the signal that did it."""

    def __init__(self, signum: int) -> None:
        super().__init__(f"stopped by signal {signum}")
        self.signum = signum
