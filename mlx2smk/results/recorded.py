"""What a run left in the folder that was compiled into, read without trusting it to be whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.planning.plan import from_json
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Results:
    """The results of one experiment below ``directory``."""

    directory: Path
    stem: str

    def run_path(self, trial: str, job: str) -> Path:
        """Where a job of a trial leaves its runs."""
        return self._path(layout.run(trial, job))

    def collected_paths(self, trial: str) -> tuple[Path, Path]:
        """Where all runs of a trial stand, and the context updates that come of them."""
        return self._path(layout.collected(trial)), self._path(layout.updates(trial))

    @property
    def report_path(self) -> Path:
        """Where the report stands."""
        return self._path(layout.REPORT)

    def log_path(self, trial: str, job: str) -> Path:
        """Where a job of a trial writes its log."""
        return self.directory / layout.logs_of(self.stem) / layout.run_log(trial, job)

    def setup_path(self, setup: str) -> Path:
        """Where a setup leaves what it returned."""
        return self._path(layout.setup(setup))

    def context_path(self, function: str) -> Path:
        """Where the part of SETUP that a function may read stands."""
        return self._path(layout.context(function))

    def verdict_path(self, verification: str) -> Path:
        """Where a verification leaves its verdict."""
        return self._path(layout.verdict(verification))

    def _path(self, path: str) -> Path:
        return self.directory / layout.results_of(self.stem) / path


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the record of a job; None if there is none, or only a part of one."""
    record = read_json(path)
    return record if isinstance(record, dict) else None


def read_json(path: Path) -> Any:
    """Return the JSON value in a file; None if there is none, or only a part of one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def compiled_plans(directory: Path) -> Iterator[Plan]:
    """Yield the plans that were compiled into a folder, by name; raise ValueError for other versions'."""
    for path in sorted(directory.glob(layout.plan("*"))):
        yield from_json(path.read_text(encoding="utf-8"))
