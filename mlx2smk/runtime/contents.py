"""Digests of files by content, cached for as long as a file is unchanged."""

from __future__ import annotations

import os
import time

from . import digests, jsontext
from .paths import signature as signature_of
from .private import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

REMEMBERED_FROM = 1 << 18
"""Bytes; digests of files of at least this size are also cached on disk, for other jobs and later runs."""

LARGE = 4 << 30
"""Bytes; by default, files of at least this size are compared by parts (config `mlx_large_file`)."""

PART = 1 << 20
SAMPLES = 16

SETTLED = 2.0
"""Seconds; a more recent change may be followed by another one with the same time stamps, so its digest
is not cached."""


class Contents:
    """Digests of files, cached in memory and, for larger files, in a folder (if given).

    A file counts as unchanged while its size, times and inode are the same. The times include the inode's
    change time, which programs cannot set back. For a file of at least `large` bytes, the digest covers
    its size and sixteen parts of one mebibyte each.
    """

    def __init__(self, folder: str | None = None, large: int | None = None) -> None:
        self._folder = folder
        self._large = LARGE if large is None else large
        self._known: dict[str, tuple[str, str]] = {}

    def digest(self, path: str, signature: str | None = None) -> str | None:
        """Return the digest of a file's content, or None if there is no file."""
        now = signature or signature_of(path)
        if ":" not in now:
            return None
        known = self._known.get(path)
        if known is None or known[0] != now:
            try:
                known = now, self._kept(path, now) or self._find(path, now)
            except OSError:
                return None
            self._known[path] = known
        return known[1]

    def _find(self, path: str, signature: str) -> str:
        size = int(signature.partition(":")[0])
        found = of_parts(path, size) if size >= self._large else digests.of_file(path)
        if size >= REMEMBERED_FROM and self._folder is not None:
            self._keep(path, signature, found)
        return found

    def _kept(self, path: str, signature: str) -> str | None:
        """Return the digest that is cached on disk for this state of the file, or None."""
        if self._folder is None or int(signature.partition(":")[0]) < REMEMBERED_FROM:
            return None
        try:
            with open(self._place(path), encoding="utf-8") as file:
                record: Any = jsontext.loads(file.read())
        except (OSError, ValueError):
            return None
        wanted = [path, signature, self._large]
        same = isinstance(record, dict) and record.get("of") == wanted
        return str(record["digest"]) if same else None

    def _keep(self, path: str, signature: str, digest: str) -> None:
        from . import records

        changed = int(signature.split(":")[2]) / 1e9
        if abs(time.time() - changed) > SETTLED:
            try:
                value = {"of": [path, signature, self._large], "digest": digest}
                records.write(self._place(path), value)
            except OSError:  # a full disk, a read-only folder: it is computed again next time
                return

    def _place(self, path: str) -> str:
        name = digests.of_bytes(os.fsencode(path))[:32]
        return os.path.join(str(self._folder), f"{name}.json")


def of_parts(path: str, size: int) -> str:
    """Return the digest of a very large file's size and of parts spread over it, including both ends."""
    digest = sha256(b"%d:" % size)
    with open(path, "rb") as file:
        for at in range(SAMPLES):
            file.seek(max(0, size - PART) * at // (SAMPLES - 1))
            digest.update(file.read(PART))
    return f"parts:{digest.hexdigest()}"
