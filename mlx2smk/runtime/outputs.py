"""The declared outputs of a trial: found after a run, kept in the store, and restored from it."""

from __future__ import annotations

import os

from . import digests, records
from .origin import is_pattern, matches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO, Any

LARGEST_KEPT = 10_000_000
"""Bytes; by default, the store keeps declared outputs up to this size (config `mlx_keep_outputs`)."""


def patterns(outputs: Iterable[str], values: dict[str, Any]) -> list[str]:
    """Return the declared paths of one combination; `{name}` is replaced by the parameter's value."""
    found = []
    for pattern in outputs:
        path = pattern
        for name, value in values.items():
            path = path.replace("{" + name + "}", str(value))
        found.append(path)
    return found


def files_of(folder: str, pattern: str) -> list[str]:
    """Return the absolute paths of the files that a declared path refers to, all files for a folder."""
    path = os.path.normpath(os.path.join(folder, pattern))
    if is_pattern(folder, pattern):
        found = matches(folder, pattern)
    else:
        found = [path] if os.path.lexists(path) else []
    return list(dict.fromkeys(file for match in found for file in _files_below(match)))


def _files_below(path: str) -> Iterator[str]:
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders.sort()
        yield from (os.path.join(folder, name) for name in sorted(names))


class Keeper:
    """Copies of files in a folder, named by the digests of their contents."""

    def __init__(self, folder: str, limit: int | None = None) -> None:
        self._folder = folder
        self._limit = LARGEST_KEPT if limit is None else limit

    def keep(self, path: str, digest: str) -> bool:
        """Keep a copy of a file, if it is small enough; tell whether there is one."""
        try:
            if os.path.getsize(path) > self._limit:
                return False
            if not self.has(digest):
                _copy(path, self._place(digest))
        except OSError:  # a full disk: the run counts without a copy
            return False
        return True

    def restore(self, digest: str, path: str) -> None:
        """Restore a file from its copy, which must exist."""
        _copy(self._place(digest), path)

    def has(self, digest: str) -> bool:
        """Tell whether there is a copy of a file."""
        return os.path.exists(self._place(digest))

    def _place(self, digest: str) -> str:
        name = digest.rpartition(":")[2]
        return os.path.join(self._folder, name[:2], name[2:])


def _copy(source: str, target: str) -> None:
    """Copy a file's content and permissions."""

    def write(new: IO[bytes]) -> None:
        with open(source, "rb") as old:
            os.fchmod(new.fileno(), os.fstat(old.fileno()).st_mode & 0o777)
            while data := old.read(digests.CHUNK):
                new.write(data)

    records.replace(target, "wb", write)
