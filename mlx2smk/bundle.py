"""What is written: path -> text, and the one place that writes it to disk.

A manifest in the bundle lists what was written with its digests, so that a later compile knows its own
files from the user's, and its own text from what the user made of it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MANIFEST = "workflow/.mlx2smk.json"
FORMAT = "mlx2smk-manifest"


class Conflict(Enum):
    """Why a file cannot be written."""

    FOREIGN = "it was not written by mlx2smk"
    EDITED = "it was changed by hand since it was written"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Texts by their path in the folder that is compiled into.

    ``adjustable`` paths are the user's to change: once changed, they are left as they are. What is in
    the ``archive`` is named by what it holds: written once, and kept when nothing current needs it.
    """

    files: Mapping[str, str]
    adjustable: frozenset[str] = frozenset()
    archive: Mapping[str, str] = field(default_factory=dict)

    def conflicts(self, directory: Path) -> dict[str, Conflict]:
        """Return the files that stand in the way of a write, and why."""
        known = _read_manifest(directory)
        paths = (*self.files, *self.archive)
        blocked = {_blocking(directory, path): Conflict.FOREIGN for path in paths}
        return {path: why for path, why in blocked.items() if path} or {
            path: Conflict.EDITED if path in known else Conflict.FOREIGN
            for path in self.files
            if path not in self.adjustable and self._taken(directory, path, known)
        }

    def kept(self, directory: Path) -> dict[str, str]:
        """Return the adjustable files that the user changed, with what is in them."""
        known = _read_manifest(directory)
        taken = [path for path in self.adjustable if self._taken(directory, path, known)]
        files = {path: directory / path for path in sorted(taken)}
        return {
            p: file.read_text("utf-8", "replace") for p, file in files.items() if file.is_file()
        }

    def write(self, directory: Path) -> None:
        """Write all files, or none if a text cannot be written; remove what earlier ones left over.

        Files that would not change keep their times. Call it when there are no ``conflicts``.
        """
        known = _read_manifest(directory)
        wanted = {
            path: text
            for path, text in self.files.items()
            if path not in self.adjustable or not self._taken(directory, path, known)
        }
        kept = {p: known[p] for p in self.adjustable & known.keys() - wanted.keys()}
        manifest = {path: _digest(text) for path, text in wanted.items()} | kept
        new = {p: text for p, text in self.archive.items() if not (directory / p).exists()}
        _write_all(directory, new | wanted | {MANIFEST: _manifest_text(manifest)})
        for path in known.keys() - manifest.keys():
            if _digest_on_disk(directory / path) == known[path]:
                _remove(directory, path)

    def _taken(self, directory: Path, path: str, known: Mapping[str, str]) -> bool:
        """Tell whether the file holds something other than what was, or will be, written."""
        there = _digest_on_disk(directory / path)
        return there is not None and there not in {known.get(path), _digest(self.files[path])}


def _blocking(directory: Path, path: str) -> str:
    """Return what stands where a folder of the path must be, empty if nothing does."""
    for folder in reversed(PurePosixPath(path).parents):
        there = directory / folder
        if not there.is_dir() and os.path.lexists(there):
            return str(folder)
    return ""


def _read_manifest(directory: Path) -> dict[str, str]:
    try:
        content = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return {}
    files = content.get("files")
    return files if isinstance(files, dict) else {}


def _manifest_text(digests: Mapping[str, str]) -> str:
    files = dict(sorted(digests.items()))
    return json.dumps({"format": FORMAT, "files": files}, indent=1, ensure_ascii=False) + "\n"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _digest_on_disk(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError:
        return "unreadable"


def _write_all(directory: Path, files: Mapping[str, str]) -> None:
    """Write beside, then rename: no reader ever sees half a file, no failure leaves half a bundle."""
    pending: list[tuple[Path, Path]] = []
    try:
        for name, text in files.items():
            path = directory / name
            if _digest_on_disk(path) == _digest(text):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.{os.getpid()}.new")
            pending.append((beside, path))
            beside.write_bytes(text.encode("utf-8"))
        for beside, path in pending:
            beside.replace(path)
    finally:
        for beside, _ in pending:
            beside.unlink(missing_ok=True)


def _remove(directory: Path, name: str) -> None:
    """Remove a file, and the folders that it leaves empty."""
    path = directory / name
    path.unlink()
    for folder in path.relative_to(directory).parents:
        if any((directory / folder).iterdir()):
            return
        (directory / folder).rmdir()
