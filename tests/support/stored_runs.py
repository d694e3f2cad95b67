"""What is in a store of results, read without the code under test; and stores as earlier versions wrote them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LINE = re.compile(rb"^([0-9a-f]{64}) ([0-9a-f]{16}) ([0-9a-f]{64}) (\{.*\})\n", re.MULTILINE)


@dataclass(frozen=True)
class StoredLine:
    """A line of a file in a store: where it is, its key, and what it says."""

    path: Path
    start: int
    end: int
    key: str
    entry: dict[str, Any]

    def change(self, old: str, new: str) -> None:
        """Replace a text in the line, and leave the rest of the file as it is."""
        data = self.path.read_bytes()
        line = data[self.start : self.end]
        assert old.encode() in line
        line = line.replace(old.encode(), new.encode())
        self.path.write_bytes(data[: self.start] + line + data[self.end :])


def files_of_runs(store: Path) -> list[Path]:
    """Return the files with stored runs: those of jobs, and packs."""
    return sorted([*store.glob("jobs/*/*"), *store.glob("runs/*/*.pack")])


def stored_lines(store: Path) -> list[StoredLine]:
    """Return all lines that are stored, those of each file in their order."""
    return [line for path in files_of_runs(store) for line in _lines(path)]


def _lines(path: Path) -> Iterator[StoredLine]:
    for found in LINE.finditer(path.read_bytes()):
        key = found[1].decode()
        yield StoredLine(path, found.start(), found.end(), key, json.loads(found[4]))


def stored_line(key: str, entry: dict[str, Any]) -> bytes:
    """Return a line as a job stores it of a run that used no files."""
    text = json.dumps(entry)
    check = hashlib.sha256(f"{key} {'0' * 16} {text}".encode()).hexdigest()
    return f"{key} {'0' * 16} {check} {text}\n".encode()


def in_earlier_format(store: Path) -> None:
    """Write what is stored as earlier versions did, a file for each run, in place of what is there."""
    for line in stored_lines(store):
        run = line.entry.get("run")
        text = json.dumps(run, sort_keys=True, separators=(",", ":"))
        entry = {"version": 1, "key": line.key, **line.entry}
        if run is not None:
            entry["checksum"] = hashlib.sha256(text.encode()).hexdigest()
        path = store / line.key[:2] / f"{line.key[2:]}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(entry))
    for path in files_of_runs(store):
        path.unlink()
