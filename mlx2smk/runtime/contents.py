"""Digests of files by their content, each found once for as long as the file is what it was."""

from __future__ import annotations

import os
import time

from . import digests, jsontext
from .paths import signature as signature_of
from .private import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

KEPT = 1 << 18
"""Bytes from which on a file's digest is kept on disk too, for other jobs and later runs."""

LARGE = 4 << 30
"""Bytes from which on only parts of a file are looked at, unless the setting says another number."""

PART = 1 << 20
PARTS = 16

SETTLED = 2.0
"""Seconds after its last change from which on a file's times tell it from what it will be: before,
another change may leave the same times."""


class Contents:
    """Digests of files, remembered in this process and, of larger files, below a folder (if given).

    A file counts as unchanged while its size, its times and its inode are the same; the time of the
    inode's change is among them, which no program can set back. A file of at least `large` bytes goes
    by its size, and by sixteen parts of it of a mebibyte each.
    """

    def __init__(self, folder: str | None = None, large: int | None = None) -> None:
        self._folder = folder
        self._large = LARGE if large is None else large
        self._known: dict[str, tuple[str, str]] = {}

    def digest(self, path: str, signature: str | None = None) -> str | None:
        """Return the digest of a file's content; None where there is no file."""
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
        if size >= KEPT and self._folder is not None:
            self._keep(path, signature, found)
        return found

    def _kept(self, path: str, signature: str) -> str | None:
        """Return the digest that is kept on disk for this state of the file."""
        if self._folder is None or int(signature.partition(":")[0]) < KEPT:
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
            except OSError:  # a full disk, a read-only folder: it is found again next time
                return

    def _place(self, path: str) -> str:
        name = digests.of_bytes(os.fsencode(path))[:32]
        return os.path.join(str(self._folder), f"{name}.json")


def of_parts(path: str, size: int) -> str:
    """Return the digest of a very large file's size and of parts spread over it, both ends included."""
    digest = sha256(b"%d:" % size)
    with open(path, "rb") as file:
        for at in range(PARTS):
            file.seek(max(0, size - PART) * at // (PARTS - 1))
            digest.update(file.read(PART))
    return f"parts:{digest.hexdigest()}"
