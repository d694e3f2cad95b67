"""What has become of a child that nobody has waited for, so that its id stays taken.

`os.waitid` says it, which Python has on macOS only from 3.13 on. Before, the C library is asked.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WNOHANG, WEXITED, CLD_EXITED = 1, 4, 1
if sys.platform == "darwin":
    WSTOPPED, WNOWAIT, STATUS_AT = 8, 0x20, 20
else:
    WSTOPPED, WNOWAIT, STATUS_AT = 2, 0x1000000, 24
CODE_AT, SIZE = 8, 128
"""Where `siginfo_t` has its integers, and how much memory it fits into."""


def has_ended(pid: int) -> bool:
    """Tell whether a child has ended."""
    return _changed(pid, WEXITED | WNOHANG) is not None


def exits(pid: int) -> bool:
    """Wait until a child ends; tell whether it exits, and no signal ends it."""
    found = _changed(pid, WEXITED)
    return found is None or found[0] == CLD_EXITED


def stopped_by(pid: int) -> int:
    """Return the signal by which a child is stopped, 0 if it is not."""
    try:
        found = _changed(pid, WSTOPPED | WNOHANG)
    except ChildProcessError:
        return 0
    return 0 if found is None else found[1]


def _changed(pid: int, options: int) -> tuple[int, int] | None:
    """Return the code and the status of a change of a child; None if there is none yet.

    ChildProcessError: it is no child, or was waited for.
    """
    if hasattr(os, "waitid"):
        found = os.waitid(os.P_PID, pid, options | WNOWAIT)
        return None if found is None else (found.si_code, found.si_status)
    return _changed_as_the_library_says(pid, options)


def _changed_as_the_library_says(pid: int, options: int) -> tuple[int, int] | None:
    import ctypes

    if not _library:
        _library.append(ctypes.CDLL(None, use_errno=True))
    said = ctypes.create_string_buffer(SIZE)
    while _library[0].waitid(1, pid, said, options | WNOWAIT):
        error = ctypes.get_errno()
        if error != 4:  # EINTR, of which the handler has run
            raise OSError(error, os.strerror(error))
    signum, code, status = (
        int.from_bytes(said.raw[at : at + 4], sys.byteorder) for at in (0, CODE_AT, STATUS_AT)
    )
    return (code, status) if signum else None


_library: list[Any] = []
