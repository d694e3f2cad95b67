"""The standard streams of the processes that run user code: pipes, which write each line at once."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAMES = ("stdout", "stderr")
_ready: list[Any] = []


def open_missing() -> None:
    """Open the standard streams that were closed when this process started, to nowhere.

    A file or pipe that is opened later would otherwise get a stream's number, and its output.
    """
    for number, name in enumerate(("stdin", *NAMES)):
        if getattr(sys, name) is not None or _is_open(number):
            continue
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)
        mode = "w" if number else "r"
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def write_lines() -> None:
    """Let the streams of this process write each line at once, for the processes that it forks.

    A stream to a file cannot be passed on: it would not notice that it has become a pipe.
    """
    for name in NAMES:
        stream: Any = getattr(sys, name)
        if not stream.seekable():
            stream.reconfigure(line_buffering=True)
            _ready.append(stream)


def become_pipes() -> None:
    """Let the streams know that they are pipes now."""
    for name in NAMES:
        stream: Any = getattr(sys, name)
        if not any(stream is ready for ready in _ready):
            _become_pipe(name, stream)


def _become_pipe(name: str, stream: Any) -> None:
    if stream.seekable():  # it was a file when the worker started
        how = {"encoding": stream.encoding, "errors": stream.errors}
        stream = open(stream.fileno(), "w", closefd=False, **how)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    stream.reconfigure(line_buffering=True)
