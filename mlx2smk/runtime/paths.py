"""Which file an audit event is about where its path alone does not say, and which are Python's own."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Name = Union[str, bytes, os.PathLike[str], None]

NO_FOLDER = -1
"""What audit events say where a path is not relative to a folder's descriptor."""


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
