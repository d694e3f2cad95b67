"""Standard streams that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def open_missing() -> None:
    """Open the streams that were closed when the process started, to nowhere.

    Otherwise a file that is opened later would get a stream's number, and its output.
    """
    for number, (name, mode) in enumerate(_MODES.items()):
        if getattr(sys, name) is not None:
            continue
        with suppress(OSError):
            os.fstat(number)
            continue
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)
        setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def give_up() -> None:
    """Drop what is still to be written to standard output, which Python would try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_about_output(error: OSError) -> bool:
    """Tell whether an error is about writing to standard output: all other writing names its file."""
    return error.filename is None and error.errno in _OF_WRITING
