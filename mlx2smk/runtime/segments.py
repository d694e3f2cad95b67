"""Segments of the store: files to which jobs append the runs of their combinations, one on each line.

A line consists of the key, a short digest of what was observed of the run, the SHA-256 of the other
parts, and an entry as JSON. So each line can be checked by itself: what was cut short, changed or mixed
up is no entry, wherever it comes from.

A segment has one writer, and needs no lock. It may be removed at any time, once its lines are in a pack
(see `packs`): the writer opens it again for each line, and makes another one if it is gone.
"""

from __future__ import annotations

import errno
import os

from . import digests, jsontext, os_errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .documents import Observation
    from .store_documents import StoreEntry

KEY = 64
OBSERVED = 16
HEAD = KEY + 1 + OBSERVED + 1 + 64 + 1
"""Bytes before the JSON."""

NOTHING = "0" * OBSERVED
GONE = (errno.ENOENT, errno.ESTALE)
APPEND = os.O_WRONLY | os.O_APPEND
CREATE = APPEND | os.O_CREAT | os.O_EXCL


def observed_digest(observation: Observation) -> str:
    """Return what tells apart the runs under one key, which used different files."""
    return digests.of_json(observation)[:OBSERVED] if observation else NOTHING


def line_of(key: str, entry: StoreEntry) -> bytes:
    """Return the line of an entry."""
    head = f"{key} {observed_digest(entry.get('observed', {}))}"
    text = jsontext.dumps(entry)
    return f"{head} {_check(head.encode(), text.encode())} {text}\n".encode()


def is_whole(line: bytes) -> bool:
    """Tell whether a line is as it was written."""
    if len(line) <= HEAD or line[-1:] != b"\n":
        return False
    check = line[KEY + OBSERVED + 2 : HEAD - 1]
    return check == _check(line[: KEY + OBSERVED + 1], line[HEAD:-1]).encode()


def entry_of(line: bytes) -> StoreEntry | None:
    """Return the entry of a line, or None if the line is damaged."""
    if not is_whole(line):
        return None
    try:
        entry: Any = jsontext.loads(line[HEAD:].decode())
    except ValueError:
        return None
    is_entry = isinstance(entry, dict)
    return entry if is_entry else None


def _check(head: bytes, text: bytes) -> str:
    return digests.of_bytes(head + b" " + text)


class Segment:
    """The segments of one job: those that are there, and the one that this process writes.

    `start` is their path without their numbers.
    """

    def __init__(self, start: str) -> None:
        self._start = start
        self._path: str | None = None

    def paths(self) -> Iterator[str]:
        """Yield the paths of the segments that are there, the oldest one first."""
        number = 0
        while os.path.exists(f"{self._start}.{number}"):
            yield f"{self._start}.{number}"
            number += 1

    def append(self, lines: bytes) -> None:
        """Append lines; raise OSError if they cannot be written whole, as on a full disk."""
        path, self._path = self._path, None  # nothing can follow a line that was cut short
        if path is None or not _append(path, lines):
            path = self._new(lines)
        self._path = path

    def _new(self, lines: bytes) -> str:
        number = 0
        while True:
            path = f"{self._start}.{number}"
            try:
                descriptor = os.open(path, CREATE, 0o666)
            except FileExistsError:
                number += 1
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            else:
                _write(descriptor, lines, path)
                return path


def _append(path: str, lines: bytes) -> bool:
    """Append lines to a file; tell whether it was there."""
    try:
        _write(os.open(path, APPEND), lines, path)
    except OSError as error:
        if error.errno in GONE:
            return False
        raise
    return True


def _write(descriptor: int, lines: bytes, path: str) -> None:
    try:
        while lines:
            lines = lines[os.write(descriptor, lines) :]
    except OSError as error:
        os_errors.name_file(error, path)
        raise
    finally:
        os.close(descriptor)


def places(path: str, end: int | None = None) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of a file, whole or not, and where they start; raise OSError if it cannot be read."""
    with open(path, "rb") as file:
        at = 0
        for line in file:
            if end is not None and at >= end:
                return
            yield line, at
            at += len(line)


def line_at(path: str, at: int) -> bytes:
    """Return the line at a position in a file; empty if it cannot be read."""
    try:
        with open(path, "rb") as file:
            file.seek(at)
            return file.readline()
    except OSError:
        return b""


def all_segments(folder: str) -> list[str]:
    """Return the segments in a folder, those that were written last at the end."""
    try:
        with os.scandir(folder) as found:
            times = {(each.stat().st_mtime_ns, each.path) for each in found}
    except OSError:  # none, or they are being packed
        return []
    return [path for _, path in sorted(times)]
