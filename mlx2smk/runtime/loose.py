"""Reads what earlier versions of the store kept: a file for each run, and others beside it."""

from __future__ import annotations

import os

from . import digests, records
from .errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .store_documents import StoreEntry

LOOSE_VERSION = 1


def entries_of(folder: str, key: str) -> Iterator[StoreEntry]:
    """Yield the entries of a key, the most recent one first; damaged ones are omitted."""
    for path in _paths(folder, key):
        entry = _read_entry(path, key)
        if entry is not None:
            yield entry


def _paths(folder: str, key: str) -> Iterator[str]:
    """Yield the path of the last run, and those of earlier ones that used other files."""
    place = os.path.join(folder, key[:2])
    try:
        names = sorted(os.listdir(place))
    except OSError:
        return
    yield os.path.join(place, f"{key[2:]}.json")
    for name in names:
        if name.startswith(f"{key[2:]}-") and name.endswith(".json"):
            yield os.path.join(place, name)


def _read_entry(path: str, key: str) -> StoreEntry | None:
    try:
        entry: Any = records.read(path)
    except JobError:
        return None
    return entry if _is_entry(entry, key) else None


def _is_entry(entry: Any, key: str) -> bool:
    if not isinstance(entry, dict) or not isinstance(entry.get("observed", {}), dict):
        return False
    if (entry.get("version"), entry.get("key")) != (LOOSE_VERSION, key):
        return False
    return "failed_in" in entry or entry.get("checksum") == digests.of_json(entry.get("run"))
