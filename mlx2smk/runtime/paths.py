"""What a path says: which file an audit event is about, whether it has changed, which are Python's own."""

from __future__ import annotations

import os
import stat as modes
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Name = Union[str, bytes, os.PathLike[str], None]

PLACES = ("site-packages", "dist-packages")
"""The names of the folders that packages are installed in."""

INSTALLED = tuple(f"/{name}/" for name in PLACES)
"""What is in the paths of their files."""

NO_FOLDER = -1
"""What audit events say where a path is not relative to a folder's descriptor."""


_raw_stat = os.stat  # which `watching` wraps


def signature(path: Name) -> str:
    """Return what tells a file from what it was before; `d` for a folder, `-` where nothing is."""
    try:
        found = _raw_stat(path or ".")
    except (OSError, ValueError):
        return "-"
    if modes.S_ISREG(found.st_mode):
        times = f"{found.st_mtime_ns}:{found.st_ctime_ns}"
        return f"{found.st_size}:{times}:{found.st_ino}"
    return "d" if modes.S_ISDIR(found.st_mode) else "o"


def folder_of(name: Name, descriptor: int) -> str | None:
    """Return the folder that a path starts from: that of a descriptor, as `shutil.rmtree` uses them.

    None if it cannot be told: to take the path for one in the working directory would be wrong.
    """
    if descriptor == NO_FOLDER or os.path.isabs(os.fsdecode(name or ".")):
        return os.curdir
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None


def source_of(path: str) -> str | None:
    """Return the source file of a compiled one in `__pycache__`; None for all else in there."""
    folder, _, name = path.rpartition("/__pycache__/")
    return os.path.join(folder, name.split(".")[0] + ".py") if name.endswith(".pyc") else None


def installation() -> list[str]:
    """Return the folders of this Python, which no program changes."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.__file__)}
    return [path for path in prefixes if len(path) > 1]
