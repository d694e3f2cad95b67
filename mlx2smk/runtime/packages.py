"""Installed packages and their versions, from the names of the folders that installers leave."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PLACES = ("site-packages", "dist-packages")
ENDINGS = (".dist-info", ".egg-info")
_there: dict[str, tuple[int, dict[str, str]]] = {}
_owners: dict[tuple[str, str], str] = {}


def versions(place: str) -> dict[str, str]:
    """Return the distributions that are installed in a folder, by their names as PEP 503 has them."""
    try:
        modified = os.stat(place).st_mtime_ns
    except OSError:
        return {}
    known = _there.get(place)
    if known is None or known[0] != modified:
        found = {}
        for entry in os.listdir(place):
            if entry.endswith(ENDINGS):
                name, _, version = entry.rpartition(".")[0].partition("-")
                found[normal(name)] = version.partition("-py3")[0]
        known = modified, found
        _there[place] = known
    return known[1]


def all_versions(places: Iterable[str]) -> dict[str, str]:
    """Return the distributions in several folders; of one in more than one, what Python finds first."""
    found: dict[str, str] = {}
    for place in places:
        for name, version in versions(place).items():
            found.setdefault(name, version)
    return found


def here() -> dict[str, str]:
    """Return the distributions that this interpreter can import."""
    return all_versions(place for place in sys.path if place.endswith(PLACES))


def distribution_of(module: str, place: str) -> tuple[str, str] | None:
    """Return name and version of the distribution that a module in a folder belongs to."""
    there = versions(place)
    name = normal(module)
    if name not in there:
        if (module, place) not in _owners:
            _owners[module, place] = _owner(module, place)
        name = _owners[module, place]
    return (name, there[name]) if name in there else None


def normal(name: str) -> str:
    """Return a distribution's name in the form in which names are compared."""
    return name.lower().replace("_", "-").replace(".", "-")


def _owner(module: str, place: str) -> str:
    """Find the distribution whose list of files has the module; empty if none has."""
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
