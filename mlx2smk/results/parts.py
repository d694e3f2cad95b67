"""The folders of partial runs (``mlx run --only``) of experiments that are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.emission.locks import is_locked
from mlx2smk.results.recorded import compiled_plans
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def parts_left(directory: Path) -> Iterator[Path]:
    """Yield the folders of partial runs in which no experiment has a file any more, and nothing runs."""
    for folder in sorted((directory / layout.PARTS).glob("*")):
        if folder.is_symlink() or is_locked(folder):
            continue
        try:
            sources = [plan.file_in(folder) for plan in compiled_plans(folder)]
        except FaultError:  # a plan of another version, which may be of any experiment
            continue
        if sources and not any(source.is_file() for source in sources):
            yield folder


def files_in(folder: Path) -> tuple[Path, ...]:
    """Return the files below a folder, and the links, which are not followed."""
    return tuple(path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file())
