"""Symbolic links in a folder's results, logs and store: what they lead to outside is never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def linked_out(directory: Path, paths: Iterable[Path]) -> list[Path]:
    """Return the paths to which a link leads out of the folder; a path may be a link itself."""
    root = directory.resolve()
    out: dict[Path, bool] = {}
    found = []
    for path in paths:
        if path.parent not in out:
            out[path.parent] = not path.parent.resolve().is_relative_to(root)
        if out[path.parent]:
            found.append(path)
    return found
