"""Reads what is in the store of results, for the commands that manage it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.runtime.packing import repack
from mlx2smk.runtime.packs import lines_in
from mlx2smk.runtime.segments import KEY
from mlx2smk.runtime.store import PACKS, SEGMENTS, code_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

HEAD_OF_FILE = 400
"""Characters at the start of a loose record that describe it; the result after them may be large."""

_CODE = re.compile(r'"code": "([0-9a-f]{64})"')


@dataclass(frozen=True, slots=True)
class StoredCode:
    """The files with the runs of one code; ``name`` is the start of the code's digest."""

    store: Path
    name: str
    files: tuple[Path, ...]

    def sizes(self) -> dict[str, int]:
        """Return the keys of the runs, with the bytes that those of each take."""
        found: dict[str, int] = {}
        for path in self.files:
            for line in lines_in(str(path)):
                key = line[:KEY].decode()
                found[key] = found.get(key, 0) + len(line)
        return found

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete the runs with other keys."""
        repack(str(self.store), self.name, keys)


def stored_codes(folder: Path) -> Iterator[StoredCode]:
    """Yield what a store has, by code."""
    names = {path.name for kind in (PACKS, SEGMENTS) for path in (folder / kind).glob("*")}
    for name in sorted(names):
        files = (*sorted((folder / PACKS / name).glob("*.pack")), *_segments(folder, name))
        if files:
            yield StoredCode(folder, name, files)


def _segments(folder: Path, name: str) -> list[Path]:
    return sorted(path for path in (folder / SEGMENTS / name).glob("*") if path.is_file())


def unfinished_files(folder: Path) -> list[Path]:
    """Return what processes left that were killed while they wrote a file."""
    return sorted(
        path for pattern in ("??/*.tmp", f"{PACKS}/*/*.tmp") for path in folder.glob(pattern)
    )


def compact(folder: Path) -> None:
    """Put the runs of each code in one file, without those that later ones replace."""
    for stored in stored_codes(folder):
        repack(str(folder), stored.name)


def has_runs(folder: Path, code: str) -> bool:
    """Tell whether a store has any runs of the code with that digest."""
    places = (folder / kind / code_name(code) for kind in (PACKS, SEGMENTS))
    if any(path.exists() for path in places):
        return True
    return any(record.code == code for record in loose_records(folder))


@dataclass(frozen=True, slots=True)
class LooseRecord:
    """A run in a file of its own, as earlier versions stored it: its key, and its code ("" if unknown)."""

    path: Path
    key: str
    code: str


def loose_records(folder: Path) -> Iterator[LooseRecord]:
    """Yield the runs that earlier versions stored."""
    for path in sorted(folder.glob("??/*.json")):
        found = _CODE.search(_head(path))
        key = path.parent.name + path.stem
        yield LooseRecord(path, key, found[1] if found else "")


def _head(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(HEAD_OF_FILE)
