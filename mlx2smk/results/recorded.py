"""Reads the results of a run from the folder that was compiled into; they may be incomplete."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.planning.plan import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Results:
    """The paths of the results of one experiment below ``directory``."""

    directory: Path
    stem: str

    def run_path(self, trial: str, job: str) -> Path:
        """Return the path of the runs of a trial's job."""
        return self._path("runs", trial, f"{job}.json")

    def collected_paths(self, trial: str) -> tuple[Path, Path]:
        """Return the paths of all runs of a trial, and of their context updates."""
        return self._path("trials", f"{trial}.json"), self._path("updates", f"{trial}.json")

    @property
    def report_path(self) -> Path:
        """Return the path of the report."""
        return self._path("report.json")

    def log_folder(self, trial: str) -> Path:
        """Return the folder of the logs of a trial's jobs."""
        return self.directory / "logs" / self.stem / "runs" / trial

    def setup_path(self, setup: str) -> Path:
        """Return the path of the values that a setup returned."""
        return self._path("setup", f"{setup}.json")

    def context_path(self, function: str) -> Path:
        """Return the path of the part of SETUP that a function may read."""
        return self._path("context", f"{function}.json")

    def verdict_path(self, verification: str) -> Path:
        """Return the path of a verification's verdict."""
        return self._path("verify", f"{verification}.json")

    def _path(self, *parts: str) -> Path:
        return self.directory.joinpath("results", self.stem, *parts)


def read_record(path: Path) -> dict[str, Any] | None:
    """Return the record of a job; None if it is missing or incomplete."""
    record = read_json(path)
    return record if isinstance(record, dict) else None


def read_json(path: Path) -> Any:
    """Return the JSON value in a file; None if it is missing or incomplete."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def compiled_plans(directory: Path) -> Iterator[Plan]:
    """Yield the plans compiled into a folder, by name; raise ValueError for a plan of another version."""
    for path in sorted(directory.glob("workflow/experiments/*/plan.json")):
        yield from_json(path.read_text(encoding="utf-8"))
