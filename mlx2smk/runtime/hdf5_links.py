"""Follows the files that an HDF5 file refers to: by external links, or as parts of a dataset."""

from __future__ import annotations

import os
import sys

from .paths import signature
from .wrapping import put_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Callable

OPENING_OBJECTS = {"h5py.h5o": "open"}
"""The functions that open an object of a file, which may be in another file, by module."""


class Hdf5Links:
    """Records the files in which the objects are that h5py opens."""

    def __init__(self, reads: Callable[[Iterable[str]], None]) -> None:
        self._reads = reads
        self._seen: set[bytes] = set()

    def wrap(self, module: Any) -> None:
        """Look at each object that is opened."""
        put_around(module, OPENING_OBJECTS[module.__name__], self._open)

    def _open(self, make: Callable[..., Any], given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        opened = make(*given, **named)
        try:
            self._look_at(opened)
        except Exception:  # noqa: BLE001 - another version of h5py; the user's code must not notice
            return opened
        return opened

    def _look_at(self, opened: Any) -> None:
        file: bytes = sys.modules["h5py.h5f"].get_name(opened)
        if file not in self._seen:
            self._seen.add(file)
            self._reads([os.fsdecode(file)])
        if hasattr(opened, "get_create_plist"):
            parts = _parts(opened.get_create_plist(), sys.modules["h5py.h5d"].VIRTUAL)
            self._reads(_found_from(os.fsdecode(file), os.fsdecode(part)) for part in parts)


def _parts(plist: Any, virtual: int) -> Iterator[str | bytes]:
    """Yield the names of the files that hold parts of a dataset, given its properties."""
    if plist.get_layout() == virtual:
        names = {plist.get_virtual_filename(at) for at in range(plist.get_virtual_count())}
        yield from sorted(names - {os.curdir})
    else:
        yield from (plist.get_external(at)[0] for at in range(plist.get_external_count()))


def _found_from(file: str, part: str) -> str:
    """Return the path of a part, which HDF5 looks for beside the file and in the working directory."""
    beside = os.path.join(os.path.dirname(file), part)
    return part if signature(beside) == "-" else beside
