"""What is written: path -> text, and the one place that writes it to disk, as a whole.

A manifest in the bundle lists what was written with its digests, so that a later compile knows its own
files from the user's, and its own text from what the user made of it. While files are being replaced it
lists the earlier ones too, under ``replaces``: Snakemake refuses such a bundle, and the next compile
finishes what was begun.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

MANIFEST_FORMAT = "mlx2smk-manifest"

BESIDE = ".mlx2smk-new"
"""The ending of files that will be renamed to take another's place."""


class Conflict(Enum):
    """Why a file cannot be written."""

    FOREIGN = "it was not written by mlx2smk"
    EDITED = "it was changed by hand since it was written"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was written into a folder: the digest of each file, and of the bundle as a whole.

    ``replaces`` is None, unless a write is going on or was cut short: then it has the digests of
    what each file may still hold.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    bundle: str = ""
    replaces: Mapping[str, Collection[str]] | None = None

    @property
    def known(self) -> dict[str, set[str]]:
        """All that mlx wrote where each of the files is."""
        earlier = self.replaces or {}
        return {
            path: {*earlier.get(path, ()), *filter(None, [self.files.get(path)])}
            for path in self.files | earlier.keys()
        }

    def __str__(self) -> str:
        """Return the manifest as JSON, the same for the same content."""
        content: dict[str, object] = {"format": MANIFEST_FORMAT, "bundle": self.bundle}
        content["files"] = dict(sorted(self.files.items()))
        if self.replaces is not None:
            content["replaces"] = {p: sorted(them) for p, them in sorted(self.replaces.items())}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_manifest(directory: Path) -> Manifest:
    """Return the manifest of a folder, an empty one if nothing was compiled into it."""
    try:
        content = json.loads((directory / layout.MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Manifest()
    if not isinstance(content, dict) or content.get("format") != MANIFEST_FORMAT:
        return Manifest()
    files, replaces = content.get("files"), content.get("replaces")
    if not isinstance(files, dict) or not isinstance(replaces, (dict, type(None))):
        return Manifest()
    return Manifest(files, str(content.get("bundle", "")), replaces)


def is_begun(directory: Path) -> bool:
    """Tell whether a write into the folder was cut short, or is going on."""
    return read_manifest(directory).replaces is not None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Texts by their path in the folder that is compiled into.

    ``adjustable`` paths are the user's to change: once changed, they are left as they are. What is in
    the ``archive`` is named by what it holds: written once, and kept when nothing current needs it;
    ``dropped`` is kept too, in its last version. ``digest`` stands for the whole.
    """

    files: Mapping[str, str]
    adjustable: frozenset[str] = frozenset()
    archive: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def conflicts(self, directory: Path) -> dict[str, Conflict]:
        """Return the files that stand in the way of a write, and why."""
        known = read_manifest(directory).known
        paths = (*self.files, *self.archive, *self.dropped)
        blocked = {_blocking(directory, path): Conflict.FOREIGN for path in paths}
        return {path: why for path, why in blocked.items() if path} or {
            path: Conflict.EDITED if path in known else Conflict.FOREIGN
            for path in self.files
            if path not in self.adjustable and self._taken(directory, path, known)
        }

    def kept(self, directory: Path) -> dict[str, str]:
        """Return the adjustable files that the user changed, with what is in them."""
        known = read_manifest(directory).known
        taken = [path for path in self.adjustable if self._taken(directory, path, known)]
        files = {path: directory / path for path in sorted(taken)}
        return {
            p: file.read_text("utf-8", "replace") for p, file in files.items() if file.is_file()
        }

    def is_written(self, directory: Path) -> bool:
        """Tell whether a write would change nothing, the archive aside."""
        manifest, wanted = self._target(directory)
        texts = {**wanted, layout.MANIFEST: str(manifest)}
        return all(_digest_on_disk(directory / p) == _digest(t) for p, t in texts.items())

    def write(self, directory: Path) -> None:
        """Write all files, or none if a text cannot be written; remove what earlier ones left over.

        Files that would not change keep their times. Call it when there are no ``conflicts`` and
        nobody else writes or runs. Killed at any moment it leaves the earlier bundle, or one that
        says that it is neither, until ``finish`` makes it the new one.
        """
        manifest, wanted = self._target(directory)
        begun = Manifest(manifest.files, manifest.bundle, read_manifest(directory).known)
        _remove_leftovers(directory)
        self.write_archive(directory)
        pending = _write_beside(directory, wanted)
        if pending or manifest.files.keys() != begun.known.keys():
            _replace_all(directory, {layout.MANIFEST: str(begun)})
        for path in pending:
            _take_place(directory, path)
        _close(directory, begun)

    def write_archive(self, directory: Path) -> None:
        """Write what is kept beside the bundle, and disturbs nobody."""
        new = {p: text for p, text in self.archive.items() if not (directory / p).exists()}
        _replace_all(directory, {**new, **self.dropped})

    def _target(self, directory: Path) -> tuple[Manifest, dict[str, str]]:
        """Return the manifest and the texts that there will be."""
        before = read_manifest(directory)
        wanted = {
            path: text
            for path, text in self.files.items()
            if path not in self.adjustable or not self._taken(directory, path, before.known)
        }
        kept = {p: before.files[p] for p in self.adjustable & before.files.keys() - wanted.keys()}
        return Manifest({p: _digest(t) for p, t in wanted.items()} | kept, self.digest), wanted

    def _taken(self, directory: Path, path: str, known: Mapping[str, Collection[str]]) -> bool:
        """Tell whether the file holds something other than what was, or will be, written."""
        there = _digest_on_disk(directory / path)
        return there is not None and there not in {*known.get(path, ()), _digest(self.files[path])}


def finish(directory: Path) -> None:
    """Finish a write that was cut short. What the user did to the files since stays."""
    begun = read_manifest(directory)
    if begun.replaces is None:
        return
    for path, digest in begun.files.items():
        there = _digest_on_disk(directory / path)
        if (there is None or there in begun.known[path]) and _digest_on_disk(
            _beside(directory / path)
        ) == digest:
            _take_place(directory, path)
    _close(directory, begun)
    _remove_leftovers(directory)


def _close(directory: Path, begun: Manifest) -> None:
    """Remove what is no longer part of the bundle, and say that it is whole."""
    for path, digests in begun.known.items():
        if path not in begun.files and _digest_on_disk(directory / path) in digests:
            _remove(directory, path)
    _replace_all(directory, {layout.MANIFEST: str(Manifest(begun.files, begun.bundle))})


def _blocking(directory: Path, path: str) -> str:
    """Return what stands where a folder of the path must be, empty if nothing does."""
    for folder in reversed(PurePosixPath(path).parents):
        there = directory / folder
        if not there.is_dir() and os.path.lexists(there):
            return str(folder)
    return ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _digest_on_disk(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return None
    except OSError:
        return "unreadable"


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}{BESIDE}")


def _write_beside(directory: Path, files: Mapping[str, str]) -> list[str]:
    """Write what differs from what is there, and return its paths; nothing if any cannot be written."""
    changed = [p for p, text in files.items() if _digest_on_disk(directory / p) != _digest(text)]
    try:
        for path in changed:
            file = directory / path
            file.parent.mkdir(parents=True, exist_ok=True)
            _beside(file).write_bytes(files[path].encode("utf-8"))
    except BaseException:
        _remove_files(_beside(directory / path) for path in changed)
        raise
    return changed


def _take_place(directory: Path, path: str) -> None:
    """Rename what was written beside: no reader ever sees half a file."""
    _beside(directory / path).replace(directory / path)


def _replace_all(directory: Path, files: Mapping[str, str]) -> None:
    for path in _write_beside(directory, files):
        _take_place(directory, path)


def _remove_leftovers(directory: Path) -> None:
    """Remove what a compile that was killed had written beside."""
    _remove_files((directory / layout.BUNDLE).rglob(f".*{BESIDE}"))
    _remove_files((directory / layout.PRIVATE).glob(f"*/.*{BESIDE}"))


def _remove_files(paths: Iterable[Path]) -> None:
    for path in list(paths):
        with suppress(OSError):
            path.unlink()


def _remove(directory: Path, name: str) -> None:
    """Remove a file, and the folders that it leaves empty."""
    path = directory / name
    path.unlink()
    for folder in path.relative_to(directory).parents:
        if any((directory / folder).iterdir()):
            return
        (directory / folder).rmdir()
