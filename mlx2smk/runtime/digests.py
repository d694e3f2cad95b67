"""Digests of files, and whether local modules are those that were compiled."""

from __future__ import annotations

import hashlib
import os

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


def changed_module(function: dict[str, Any], folder: str) -> str | None:
    """Return the path of a local module of the function that is not what it was at compile time."""
    for module in function["modules"]:
        try:
            unchanged = of_file(os.path.join(folder, module["path"])) == module["file_digest"]
        except OSError:
            unchanged = False
        if not unchanged:
            path: str = module["path"]
            return path
    return None
