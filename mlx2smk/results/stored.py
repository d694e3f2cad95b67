"""The records in the store of results, as the commands see them that look after it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD = 400
"""Characters in which a record says what it is; a result behind them may be large."""

_CODE = re.compile(r'"code": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A stored run: its key, the digest of the code that made it ("" if it does not say), its bytes."""

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
