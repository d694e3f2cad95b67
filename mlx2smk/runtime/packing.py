"""Puts the segments of a store together in packs, when no job is waiting for it.

Segments of one code become one pack, together with earlier packs that are not much larger, so that there
are few packs and no run is copied often. Of the runs that have the same key and used the same files, only
the last one is kept.

There is no lock: locks are not reliable on network file systems. A file is removed only once a pack that
contains all of its lines is in place. So if two processes pack at the same time, or one is killed, runs are
in two packs for a while, and nothing is lost.
"""

from __future__ import annotations

import os
from array import array

from . import records
from .packs import ENDING, index_entry, is_damaged, pack_paths, write_index
from .segments import KEY, OBSERVED, all_segments, is_whole, places
from .store import PACKS, SEGMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from typing import IO

    Wanted = Callable[[bytes], bool]

LARGE_PACK = 64 << 20
"""Bytes; packs of this size are put together with others only if somebody cleans up."""

PLACE = 8
FILE = 44
"""Bits of a place that are the position in the file."""


def pack_all(store: str) -> None:
    """Pack what jobs have stored; without effect if the disk is full or cannot be written."""
    folder = os.path.join(store, SEGMENTS)
    for name in _names(folder):
        _try_pack(store, name)


def _try_pack(store: str, name: str) -> None:
    try:
        pack_code(store, name)
    except (OSError, ValueError):  # the segments are still there, for the next time
        return


def has_segments(store: str) -> bool:
    """Tell whether there is something to pack."""
    return bool(_names(os.path.join(store, SEGMENTS)))


def _names(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def pack_code(store: str, name: str) -> None:
    """Put the segments of one code together, given the name of its folders."""
    segments = all_segments(os.path.join(store, SEGMENTS, name))
    packs = pack_paths(os.path.join(store, PACKS, name))
    if segments:
        size = sum(map(_size, segments))
        replace_files(store, name, [*reversed(list(_small(packs, size))), *segments])
    _remove_folder(os.path.join(store, SEGMENTS, name))


def repack(store: str, name: str, keys: Container[str] | None = None) -> None:
    """Put everything of one code in one pack; only the runs with these keys, if given."""
    segments = all_segments(os.path.join(store, SEGMENTS, name))
    packs = pack_paths(os.path.join(store, PACKS, name))
    wanted = None if keys is None else (lambda line: line[:KEY].decode("latin-1") in keys)
    if segments or len(packs) > 1 or any(map(is_damaged, packs)) or wanted is not None:
        replace_files(store, name, [*reversed(packs), *segments], wanted)
    _remove_folder(os.path.join(store, SEGMENTS, name))


def _small(packs: list[str], size: int) -> Iterator[str]:
    """Yield packs, newest first, that are not much larger than what they are put together with."""
    for path in packs:
        its_size = _size(path)
        if its_size > min(2 * size, LARGE_PACK):
            return
        size += its_size
        yield path


def replace_files(store: str, name: str, paths: list[str], wanted: Wanted | None = None) -> None:
    """Have a new pack take the place of segments and packs, which are given oldest first.

    Raises OSError if it cannot be written; then everything is as it was.
    """
    sizes = [_size(path) for path in paths]
    chosen = _last_ones(paths, sizes, wanted)
    if chosen:
        folder = os.path.join(store, PACKS, name)
        target = os.path.join(folder, _new_name(folder))
        records.replace(target, "wb", lambda file: _write_pack(file, paths, sizes, chosen))
    for path, size in zip(paths, sizes):
        if _size_now(path) == size:  # otherwise its writer has added to it
            _remove(path)


def _last_ones(paths: list[str], sizes: list[int], wanted: Wanted | None) -> array[int]:
    """Return the places of the lines that no later line replaces, in their order."""
    found = [
        _identity(line) + place.to_bytes(PLACE, "big")
        for line, place in _lines(paths, sizes)
        if is_whole(line) and (wanted is None or wanted(line))
    ]
    found.sort()
    last = array("Q")
    for number, entry in enumerate(found, 1):
        if number == len(found) or found[number][:-PLACE] != entry[:-PLACE]:
            last.append(int.from_bytes(entry[-PLACE:], "big"))
    return array("Q", sorted(last))


def _identity(line: bytes) -> bytes:
    """Return what is the same for runs of which one replaces the other, as compact as for a million."""
    return bytes.fromhex(line[:KEY].decode() + line[KEY + 1 : KEY + 1 + OBSERVED].decode())


def _lines(paths: list[str], sizes: list[int]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of files with their places: the number of the file, and the position in it."""
    for number, (path, size) in enumerate(zip(paths, sizes)):
        if os.path.exists(path):  # otherwise another process has packed it
            yield from ((line, number << FILE | at) for line, at in places(path, size))


def _write_pack(file: IO[bytes], paths: list[str], sizes: list[int], chosen: array[int]) -> None:
    entries = []
    at = next_one = 0
    for line, place in _lines(paths, sizes):
        while next_one < len(chosen) and chosen[next_one] < place:
            next_one += 1
        if next_one < len(chosen) and chosen[next_one] == place:
            entries.append(index_entry(line, at))
            file.write(line)
            at += len(line)
    write_index(file, entries)
    file.flush()
    os.fsync(file.fileno())  # before what it replaces is removed


def _new_name(folder: str) -> str:
    """Return a name that sorts behind those that are there, and that no other process gives."""
    there = [os.path.basename(path).partition("-")[0] for path in pack_paths(folder)]
    number = 1 + max((int(each) for each in there if each.isdigit()), default=0)
    return f"{number:08d}-{os.urandom(8).hex()}{ENDING}"


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _size_now(path: str) -> int | None:
    """Return a file's size; opening it asks a network file system, whose answers may be old otherwise."""
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size
    except OSError:
        return None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _remove_folder(folder: str) -> None:
    """Remove a folder unless somebody has stored something in it again."""
    try:
        os.rmdir(folder)
    except OSError:
        return
