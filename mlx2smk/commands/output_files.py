"""Files that people ask for with ``-o``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlx2smk.runtime import records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def write_output(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file as a whole or not at all; raise OSError that names it.

    What is no file, such as a device or a pipe, is written to, and so is a file whose folder is read-only.
    """
    target = str(path.resolve() if path.is_symlink() else path)
    try:
        if _can_be_replaced(path):
            records.replace(target, "wb", lambda file: file.writelines(pieces))
        else:
            with path.open("wb") as file:
                file.writelines(pieces)
    except OSError as error:
        if error.filename in {None, target}:
            error.filename = str(path)
        raise


def _can_be_replaced(path: Path) -> bool:
    if path.absolute().is_relative_to("/dev") or path.absolute().is_relative_to("/proc"):
        return False  # what these lead to is open already
    target = path.resolve()
    return not target.exists() or (target.is_file() and os.access(target.parent, os.W_OK))
