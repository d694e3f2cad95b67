"""Installed packages and their versions, from the names of the folders that installers create."""

from __future__ import annotations

import os
import sys

from .paths import PLACES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ENDINGS = (".dist-info", ".egg-info")
_there: dict[str, tuple[int, list[str], dict[str, str]]] = {}
_owners: dict[tuple[str, str], str] = {}


def versions(place: str) -> dict[str, str]:
    """Return the versions of the distributions installed in a folder, by their normalized names (PEP 503)."""
    return _contents(place)[2]


def _entries(place: str) -> list[str]:
    return _contents(place)[1]


def _contents(place: str) -> tuple[int, list[str], dict[str, str]]:
    """Return the time of a folder's last change, the names in it, and its distributions."""
    try:
        modified = os.stat(place).st_mtime_ns
    except OSError:
        return 0, [], {}
    known = _there.get(place)
    if known is None or known[0] != modified:
        entries = os.listdir(place)
        known = modified, entries, dict(map(_distribution, filter(_is_metadata, entries)))
        _there[place] = known
    return known


def _is_metadata(entry: str) -> bool:
    return entry.endswith(ENDINGS)


def _distribution(entry: str) -> tuple[str, str]:
    name, _, version = entry.rpartition(".")[0].partition("-")
    return normal(name), version.partition("-py3")[0]


class Installed:
    """The packages that an interpreter finds in its folders for installed packages."""

    def __init__(self, places: Iterable[str]) -> None:
        self._places = list(places)

    def versions(self) -> dict[str, str]:
        """Return the distributions by name; if one is in several folders, the first that Python finds."""
        found: dict[str, str] = {}
        for place in self._places:
            for name, version in versions(place).items():
                found.setdefault(name, version)
        return found

    def has_module(self, name: str) -> bool:
        """Tell whether there is a top-level module of this name, or a distribution named like it."""
        return normal(name) in self.versions() or any(
            entry.partition(".")[0] == name for place in self._places for entry in _entries(place)
        )


def is_beside(folder: str, name: str) -> bool:
    """Tell whether a folder itself contains a module of this name."""
    path = os.path.join(folder, name)
    return os.path.isdir(path) or os.path.isfile(f"{path}.py")


def here() -> Installed:
    """Return the packages that this interpreter can import."""
    return Installed(place for place in sys.path if place.endswith(PLACES))


def distribution_of(module: str, place: str) -> tuple[str, str] | None:
    """Return name and version of the distribution to which a module in a folder belongs."""
    there = versions(place)
    name = normal(module)
    if name not in there:
        if (module, place) not in _owners:
            _owners[module, place] = _owner(module, place)
        name = _owners[module, place]
    return (name, there[name]) if name in there else None


def normal(name: str) -> str:
    """Return the normalized form of a distribution's name (PEP 503)."""
    return name.lower().replace("_", "-").replace(".", "-")


def _owner(module: str, place: str) -> str:
    """Return the distribution whose list of files contains the module; empty if there is none."""
    for entry in sorted(os.listdir(place)):
        if entry.endswith(ENDINGS):
            for listing in ("top_level.txt", "RECORD"):
                if _lists(os.path.join(place, entry, listing), module):
                    return normal(entry.rpartition(".")[0].partition("-")[0])
    return ""


def _lists(path: str, module: str) -> bool:
    starts = (f"{module}/", f"{module}.py", f"{module}\n")
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return any(line.startswith(starts) for line in file)
    except OSError:
        return False
