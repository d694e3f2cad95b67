"""What a process that was killed in the middle of writing a file has left beside it (`records.replace`)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

UNFINISHED = ".tmp"


def remove_unfinished(folders: Iterable[str]) -> None:
    """Remove the unfinished files below these folders whose writers, on this machine, have ended."""
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                if name.endswith(UNFINISHED) and _has_no_writer(name):
                    _remove(os.path.join(folder, name))


def _has_no_writer(name: str) -> bool:
    """Tell whether a name is one of an unfinished file, and its process does not exist."""
    _, point, writer = name[: -len(UNFINISHED)].rpartition(".")
    return bool(point) and writer.isdecimal() and not _exists(int(writer))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # of another user
        return True
    return True


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:  # somebody else was faster, or may not be written to
        return
