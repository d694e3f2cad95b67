"""Standard streams that are closed, full, or that nobody reads any more."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

_OF_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def give_up() -> None:
    """Drop what is still to be written to standard output, which Python would try again at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_about_output(error: OSError) -> bool:
    """Tell whether an error is about writing to standard output: all other writing names its file."""
    return error.filename is None and error.errno in _OF_WRITING
