"""Packs of the store: many runs of a trial's code in one file, with a sorted index at its end.

A pack starts with the lines of segments (see `segments`). The index has an entry of fixed size for each:
the start of the key, the position, the length. A look-up reads two or three small parts of the file,
however large it is: keys are digests and hence evenly spread, which tells where to look. The last line
says where the index starts.

A pack is never changed, and no other ever has its name. So readers and writers need no lock.
"""

from __future__ import annotations

import os

from .segments import KEY, is_whole, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import IO

ENDING = ".pack"
FOOTER_START = b"\nmlx2smk-pack 1 "
FOOTER = len(FOOTER_START) + 16 + 1
PREFIX = 16
ENTRY = PREFIX + 8 + 8
WINDOW = 64
"""Entries that are read at once."""

ESTIMATES = 4
"""How often a position is estimated before the rest is halved, as in a damaged index."""

LARGEST = 1 << (8 * PREFIX)


def pack_paths(folder: str) -> list[str]:
    """Return the packs in a folder, the newest one first."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith(ENDING)]
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names, reverse=True)]


def index_entry(line: bytes, position: int) -> bytes:
    """Return the entry of the index for a line at a position."""
    prefix = bytes.fromhex(line[:KEY].decode())[:PREFIX]
    return prefix + position.to_bytes(8, "big") + len(line).to_bytes(8, "big")


def write_index(file: IO[bytes], entries: list[bytes]) -> None:
    """Write the index behind the lines of a pack."""
    start = file.tell()
    entries.sort()
    file.writelines(entries)
    file.write(FOOTER_START + b"%016x\n" % start)


def lines_found(paths: Iterable[str], key: str) -> Iterator[bytes]:
    """Yield the lines of a key in some packs, the newest one of each first; whoever reads them checks them."""
    for path in paths:
        yield from _found(path, key)


def _found(path: str, key: str) -> list[bytes]:
    """Return the lines in one pack; none if the pack is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return []
    try:
        return list(Pack(descriptor).lines(key))
    except ValueError:
        return _found_without_index(path, key)
    except OSError:
        return []
    finally:
        os.close(descriptor)


def _found_without_index(path: str, key: str) -> list[bytes]:
    """Return the lines in a pack that is damaged: each line can still be checked by itself."""
    return [line for line in lines_in(path) if line[:KEY] == key.encode()][::-1]


def is_damaged(path: str) -> bool:
    """Tell whether a pack has no index any more."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        Pack(descriptor)
    except ValueError:
        return True
    finally:
        os.close(descriptor)
    return False


class Pack:
    """An open pack; raises ValueError if it has no index."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        size = os.fstat(descriptor).st_size
        footer = os.pread(descriptor, FOOTER, max(0, size - FOOTER))
        if not footer.startswith(FOOTER_START):
            raise ValueError("no index")
        self.start = int(footer[len(FOOTER_START) :], 16)
        """Where the index starts, and the lines end."""
        self.count, rest = divmod(size - FOOTER - self.start, ENTRY)
        if rest or self.count < 0:
            raise ValueError("the index is not whole")

    def lines(self, key: str) -> Iterator[bytes]:
        """Yield the lines with the key, the newest one first."""
        wanted = bytes.fromhex(key)[:PREFIX]
        at = self._first(wanted)
        found = []
        while at < self.count:
            entry = self._entries(at, 1)
            if entry[:PREFIX] != wanted:
                break
            found.append(entry)
            at += 1
        for entry in reversed(found):
            position, length = (
                int.from_bytes(entry[a : a + 8], "big") for a in (PREFIX, PREFIX + 8)
            )
            if position + length > self.start:
                raise ValueError("the index points elsewhere")
            yield os.pread(self._descriptor, length, position)

    def _first(self, wanted: bytes) -> int:
        """Return the number of the first entry that is not less than the wanted prefix."""
        low, high, below, above = 0, self.count, 0, LARGEST
        target, estimates = int.from_bytes(wanted, "big"), 0
        while high - low > WINDOW:
            share = (target - below) / ((above - below) or 1) if estimates < ESTIMATES else 0.5
            estimates += 1
            middle = low + int((high - low) * min(max(share, 0.0), 1.0))
            at = min(max(middle - WINDOW // 2, low), high - WINDOW)
            window = self._entries(at, WINDOW)
            first, last = window[:PREFIX], window[-ENTRY : PREFIX - ENTRY]
            if last < wanted:
                low, below = at + WINDOW, int.from_bytes(last, "big")
            elif first >= wanted:
                high, above = at, int.from_bytes(first, "big") + 1
            else:
                low, high = at, at + WINDOW
        window = self._entries(low, high - low)
        while low < high and window[:PREFIX] < wanted:
            low, window = low + 1, window[ENTRY:]
        return low

    def _entries(self, at: int, count: int) -> bytes:
        found = os.pread(self._descriptor, count * ENTRY, self.start + at * ENTRY)
        if len(found) < count * ENTRY:
            raise ValueError("the index is cut short")
        return found


def lines_in(path: str) -> Iterator[bytes]:
    """Yield the whole lines of a segment or a pack; its index is none of them."""
    return (line for line, _ in places(path) if is_whole(line))
