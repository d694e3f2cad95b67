"""The declared outputs of a trial: found after a run, kept in the store, and restored from it."""

from __future__ import annotations

import os

from . import digests, records
from .origin import MAGIC, is_pattern, matches

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


def is_declared(folder: str, declared: Iterable[str], name: str) -> bool:
    """Tell whether a path, relative to `folder`, is one that these declared paths refer to.

    What they lead through may be symbolic links, which are the user's, up to a pattern's first wildcard or
    to the end of a path. A link below that must not lead out.
    """
    target = _unlinked(os.path.join(folder, name))
    return any(_covers(folder, each, target) for each in declared)


def _unlinked(path: str) -> str:
    """Return where a path is, without following a link that it is itself."""
    head, name = os.path.split(path)
    if name in ("", os.curdir, os.pardir):
        return os.path.realpath(path)
    return os.path.join(os.path.realpath(head), name)


def _covers(folder: str, pattern: str, target: str) -> bool:
    path = os.path.normpath(os.path.join(folder, pattern))
    if target == _unlinked(path) or _names_below(path, target):
        return True
    parts = os.path.normpath(pattern).split(os.sep)
    first = next((at for at, part in enumerate(parts) if _is_wild(part)), len(parts))
    above = os.path.join(folder, os.sep.join(parts[:first]) or os.sep) if first else folder
    names = _names_below(above, target)
    return first < len(parts) and bool(names) and _fits(parts[first:], names)


def _is_wild(part: str) -> bool:
    return any(sign in part for sign in MAGIC)


def _names_below(folder: str, target: str) -> list[str]:
    """Return the names that lead from a folder to a target; none if it is not below it."""
    start = os.path.join(os.path.realpath(folder), "")
    return target[len(start) :].split(os.sep) if target.startswith(start) else []


def _fits(parts: list[str], names: list[str]) -> bool:
    """Tell whether a pattern fits these names, or those of a folder that they lead through."""
    if not parts:
        return True
    if not names:
        return parts == ["**"]
    from fnmatch import fnmatchcase

    hidden = names[0].startswith(".")
    if parts[0] == "**":
        return _fits(parts[1:], names) or (not hidden and _fits(parts, names[1:]))
    if hidden and not parts[0].startswith("."):
        return False
    return fnmatchcase(names[0], parts[0]) and _fits(parts[1:], names[1:])


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
        return digest.rpartition(":")[2].isalnum() and os.path.isfile(self._place(digest))

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
