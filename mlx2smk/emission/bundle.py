"""The files of a workflow (path -> text), and the only code that writes them to disk, as a whole.

A manifest in the bundle lists the digests of the written files, so that a later compile can tell its own
files from the user's, and detect edits. While files are being replaced it also lists the digests of their
earlier versions, under ``replaces``. Snakemake refuses such a bundle, and the next compile completes the
write.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout
from mlx2smk.runtime.os_errors import name_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

MANIFEST_FORMAT = "mlx2smk-manifest"

BESIDE = ".mlx2smk-new"
"""The suffix of temporary files that will be renamed to replace the originals."""


class Conflict(Enum):
    """The reason why a file cannot be written."""

    FOREIGN = "it was not written by mlx2smk"
    EDITED = "it was changed by hand since it was written"


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files written into a folder, with the digest of each, and the digest of the whole bundle.

    ``replaces`` is None unless a write is in progress or was interrupted. In that case it has the digests
    that each file may still have.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    bundle: str = ""
    replaces: Mapping[str, Collection[str]] | None = None

    @property
    def known(self) -> dict[str, set[str]]:
        """The digests of everything that mlx has written, for each path."""
        earlier = self.replaces or {}
        return {
            path: {*earlier.get(path, ()), *filter(None, [self.files.get(path)])}
            for path in self.files | earlier.keys()
        }

    def __str__(self) -> str:
        """Return the manifest as JSON; the text depends only on the content."""
        content: dict[str, object] = {"format": MANIFEST_FORMAT, "bundle": self.bundle}
        content["files"] = dict(sorted(self.files.items()))
        if self.replaces is not None:
            content["replaces"] = {p: sorted(them) for p, them in sorted(self.replaces.items())}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_manifest(directory: Path) -> Manifest:
    """Return the manifest of a folder; an empty one if nothing was compiled into it."""
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
    """Tell whether a write into the folder is in progress or was interrupted."""
    return read_manifest(directory).replaces is not None


@dataclass(frozen=True, slots=True)
class Bundle:
    """The texts to write, by path below the folder that is compiled into.

    Users may edit ``adjustable`` paths; edited files are not overwritten. Files in the ``archive`` are
    named by their content, written once, and kept even if nothing current needs them. ``dropped`` files
    are also kept, in their latest version. ``digest`` identifies the whole bundle.
    """

    files: Mapping[str, str]
    adjustable: frozenset[str] = frozenset()
    archive: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    def conflicts(self, directory: Path) -> dict[str, Conflict]:
        """Return the files that prevent a write, and why."""
        known = read_manifest(directory).known
        paths = (*self.files, *self.archive, *self.dropped)
        blocked = {_blocking(directory, path): Conflict.FOREIGN for path in paths}
        return {path: why for path, why in blocked.items() if path} or {
            path: Conflict.EDITED if path in known else Conflict.FOREIGN
            for path in self.files
            if path not in self.adjustable and self._taken(directory, path, known)
        }

    def kept(self, directory: Path) -> dict[str, str]:
        """Return the content of the adjustable files that the user has edited."""
        known = read_manifest(directory).known
        taken = [path for path in self.adjustable if self._taken(directory, path, known)]
        files = {path: directory / path for path in sorted(taken)}
        return {
            p: file.read_text("utf-8", "replace") for p, file in files.items() if file.is_file()
        }

    def is_written(self, directory: Path) -> bool:
        """Tell whether a write would change nothing, apart from the archive."""
        manifest, wanted = self._target(directory)
        texts = {**wanted, layout.MANIFEST: str(manifest)}
        return all(_digest_on_disk(directory / p) == _digest(t) for p, t in texts.items())

    def write(self, directory: Path) -> None:
        """Write all files, or none if one cannot be written; remove files that are no longer needed.

        Unchanged files keep their times. Call this only if there are no ``conflicts`` and nobody else
        writes or runs. If the process is killed, the folder contains either the earlier bundle, or one
        that is marked as incomplete until ``finish`` completes it.
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
        """Write the files that are kept beside the bundle, which no running workflow reads."""
        new = {p: text for p, text in self.archive.items() if not (directory / p).exists()}
        _replace_all(directory, {**new, **self.dropped})

    def _target(self, directory: Path) -> tuple[Manifest, dict[str, str]]:
        """Return the new manifest and the texts to write."""
        before = read_manifest(directory)
        wanted = {
            path: text
            for path, text in self.files.items()
            if path not in self.adjustable or not self._taken(directory, path, before.known)
        }
        kept = {p: before.files[p] for p in self.adjustable & before.files.keys() - wanted.keys()}
        return Manifest({p: _digest(t) for p, t in wanted.items()} | kept, self.digest), wanted

    def _taken(self, directory: Path, path: str, known: Mapping[str, Collection[str]]) -> bool:
        """Tell whether the file has content that was neither written before nor will be written now."""
        there = _digest_on_disk(directory / path)
        return there is not None and there not in {*known.get(path, ()), _digest(self.files[path])}


def finish(directory: Path) -> None:
    """Complete an interrupted write. Files that the user has changed since are kept."""
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
    """Remove files that are no longer part of the bundle, and mark the bundle as complete."""
    for path, digests in begun.known.items():
        if path not in begun.files and _digest_on_disk(directory / path) in digests:
            _remove(directory, path)
    _replace_all(directory, {layout.MANIFEST: str(Manifest(begun.files, begun.bundle))})


def _blocking(directory: Path, path: str) -> str:
    """Return the file in place of a parent folder of the path; empty if there is none."""
    above = ["/".join([os.pardir] * up) for up in range(len(directory.parts), 0, -1)]
    for folder in (*above, *map(str, reversed(PurePosixPath(path).parents))):
        there = Path(os.path.normpath(directory / folder))
        if not there.is_dir() and os.path.lexists(there):
            return folder
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
    """Write changed files under temporary names and return their paths; write none if one fails."""
    changed = [p for p, text in files.items() if _digest_on_disk(directory / p) != _digest(text)]
    try:
        for path in changed:
            file = directory / path
            file.parent.mkdir(parents=True, exist_ok=True)
            _beside(file).write_bytes(files[path].encode("utf-8"))
    except BaseException as error:
        _remove_files(_beside(directory / path) for path in changed)
        if isinstance(error, OSError):
            name_file(error, str(file), str(_beside(file)))
        raise
    return changed


def _take_place(directory: Path, path: str) -> None:
    """Rename the temporary file, so that readers see either the old or the new file."""
    _beside(directory / path).replace(directory / path)


def _replace_all(directory: Path, files: Mapping[str, str]) -> None:
    for path in _write_beside(directory, files):
        _take_place(directory, path)


def _remove_leftovers(directory: Path) -> None:
    """Remove the temporary files of a compile that was killed."""
    _remove_files((directory / layout.BUNDLE).rglob(f".*{BESIDE}"))
    _remove_files((directory / layout.PRIVATE).glob(f"*/.*{BESIDE}"))


def _remove_files(paths: Iterable[Path]) -> None:
    for path in list(paths):
        with suppress(OSError):
            path.unlink()


def _remove(directory: Path, name: str) -> None:
    """Remove a file, and the folders that become empty."""
    path = directory / name
    path.unlink()
    for folder in path.relative_to(directory).parents:
        if any((directory / folder).iterdir()):
            return
        (directory / folder).rmdir()
