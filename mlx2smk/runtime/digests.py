"""Digests of bytes, files and JSON values, and the check that local modules are those that were compiled."""

from __future__ import annotations

import os

from .private import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .documents import FunctionEntry

CHUNK = 1 << 20


def of_bytes(data: bytes) -> str:
    """Return the SHA-256 of the bytes, in hexadecimal."""
    return str(sha256(data).hexdigest())


def of_json(value: Any) -> str:
    """Return the SHA-256 of the value's canonical JSON."""
    from . import jsontext

    return of_bytes(jsontext.dumps(value, sort_keys=True, tight=True).encode())


def of_file(path: str) -> str:
    """Return the SHA-256 of the file's bytes, in hexadecimal."""
    with open(path, "rb") as file:
        data = file.read(CHUNK)
        if len(data) < CHUNK:
            return of_bytes(data)
        import hashlib

        digest = hashlib.sha256(data)
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.hexdigest()


def changed_module(function: FunctionEntry, folder: str) -> str | None:
    """Return the path of a local module of the function that has changed since compile time, or None."""
    for module in function["modules"]:
        try:
            unchanged = of_file(os.path.join(folder, module["path"])) == module["file_digest"]
        except OSError:
            unchanged = False
        if not unchanged:
            path: str = module["path"]
            return path
    return None
