"""How errors of the operating system are worded: in one line, with the path and what to do."""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NO_SPACE = "free some space and run the command again"
_READ_ONLY = "make it writable, or choose another folder"
_NOT_ALLOWED = "make it readable and writable for you, or choose another folder"
_IN_THE_WAY = "move away what is in its place, or choose another folder"
_BROKEN = "the disk or its connection failed; run the command again when it works"

REMEDIES = {
    errno.ENOSPC: _NO_SPACE,
    errno.EDQUOT: _NO_SPACE,
    errno.EFBIG: "raise the limit on the size of files (ulimit -f) and run the command again",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EISDIR: _IN_THE_WAY,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.ENAMETOOLONG: "choose a folder with a shorter path, or shorter names",
    errno.EMFILE: "raise the limit on open files (ulimit -n) and run the command again",
    errno.ENFILE: "end other programs, which have too many files open, and run the command again",
    errno.EAGAIN: "too many processes run; end some, or raise their limit (ulimit -u)",
    errno.ENOMEM: "end other programs, or run fewer jobs at once (-j)",
    errno.EIO: _BROKEN,
    errno.ESTALE: _BROKEN,
}
"""What to do about an error, by its number."""


def os_error_line(error: OSError) -> str:
    """Return what has happened to which file, and what to do, if that is known."""
    path = error.filename2 or error.filename
    place = f"{printable_path(path)}: " if path is not None else ""
    why = error.strerror or str(error) or type(error).__name__
    remedy = REMEDIES.get(error.errno or 0)
    return f"{place}{why} ({remedy})" if remedy else f"{place}{why}"


def name_file(error: OSError, path: str, *temporary: str) -> None:
    """Say which file an error is about if the system does not, as when writing fails.

    An error about one of the `temporary` files is about the file whose place they take.
    """
    if error.filename is None or error.filename in temporary:
        error.filename, error.filename2 = path, None


def printable_path(path: Any) -> str:
    """Return a path in one line, whatever characters it contains."""
    text = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else str(path)
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
