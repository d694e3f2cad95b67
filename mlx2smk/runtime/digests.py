"""Digests of files, and the check that local modules are those that were compiled."""

from __future__ import annotations

import hashlib
import os

from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CHUNK = 1 << 20


def of_file(path: str) -> str:
    """Return the SHA-256 of the file's bytes, in hexadecimal."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check_modules(function: dict[str, Any], folder: str) -> None:
    """Raise JobError if a local module of the function is not what it was at compile time."""
    for module in function["modules"]:
        path = os.path.join(folder, module["path"])
        try:
            unchanged = of_file(path) == module["file_digest"]
        except OSError:
            unchanged = False
        if not unchanged:
            raise JobError(f"{module['path']} changed since compile: run mlx compile again")
