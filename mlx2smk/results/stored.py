"""Reads the records in the store of results, for the commands that manage it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = 400
"""Characters at the start of a record that describe it; the result after them may be large."""

_CODE = re.compile(r'"code": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A stored run: its key, the digest of its code ("" if unknown), and its size in bytes."""

    path: Path
    key: str
    code: str
    size: int


def stored_records(folder: Path) -> Iterator[StoredRecord]:
    """Yield the records of a store."""
    for path in sorted(folder.glob("??/*.json")):
        found = _CODE.search(_head(path))
        key = path.parent.name + path.stem
        yield StoredRecord(path, key, found[1] if found else "", path.stat().st_size)


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(HEAD)
