"""File systems that take `a` and `A` for one name, and functions whose files would be one file there."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that differs only by case from an earlier one, after that one."""
    first: dict[str, str] = {}
    for name in names:
        earlier = first.setdefault(name.casefold(), name)
        if earlier != name:
            yield earlier, name


def is_ignored_in(folder: str) -> bool:
    """Tell whether a folder's file system ignores the case of names, from what is in it or above it.

    False if nothing there has letters. The folder need not exist.
    """
    place, device = os.path.abspath(folder), None
    while True:
        try:
            now = os.stat(place).st_dev
            if device not in (None, now):
                return False
            device, names = now, set(os.listdir(place))
        except OSError:  # not there yet, or closed
            names = set()
        for name in names:
            other = name.swapcase()
            if name.isascii() and other != name:
                return other not in names and os.path.lexists(os.path.join(place, other))
        if place == os.path.dirname(place):
            return False
        place = os.path.dirname(place)
