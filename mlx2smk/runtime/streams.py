"""The standard streams of the processes that run user code: pipes, which write each line at once."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAMES = ("stdout", "stderr")


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

    These have pipes in their place. A stream finds out whether its descriptor is one when it is made, and
    to make it again in each process would take a fourth of the time of a small one.
    """
    for name in NAMES:
        stream: Any = getattr(sys, name)
        if stream.seekable():  # it is a file
            stream = _made_for_a_pipe(stream)
            setattr(sys, name, stream)
            setattr(sys, f"__{name}__", stream)
        stream.reconfigure(line_buffering=True)


def _made_for_a_pipe(stream: Any) -> Any:
    """Return a stream like this one, made while a pipe had its descriptor."""
    stream.flush()
    descriptor = stream.fileno()
    file, pipe = os.dup(descriptor), os.pipe()
    os.dup2(pipe[1], descriptor)
    try:
        how = {"encoding": stream.encoding, "errors": stream.errors}
        return open(descriptor, "w", closefd=False, **how)
    finally:
        os.dup2(file, descriptor)
        for each in (file, *pipe):
            os.close(each)
