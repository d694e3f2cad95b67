"""What a run left in the folder that was compiled into.

All that reads a document here raises FaultError if it is not what it should be, but for hints.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.planning.plan_reading import from_json
from mlx2smk.results.validation import COMPILE, reading
from mlx2smk.runtime import layout
from mlx2smk.runtime.records import RECORD_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.runtime.documents import (
        Context,
        JobRecord,
        RunDict,
        SetupRecord,
        VerdictRecord,
    )


@dataclass(frozen=True, slots=True)
class Results:
    """The paths of the results of one experiment below ``directory``."""

    directory: Path
    stem: str

    def run_path(self, trial: str, job: str) -> Path:
        """Return the path of the runs of a trial's job."""
        return self._path(layout.run_path(trial, job))

    def collected_paths(self, trial: str) -> tuple[Path, Path]:
        """Return the paths of all runs of a trial, and of their context updates."""
        return self._path(layout.collected_path(trial)), self._path(layout.updates_path(trial))

    def shown_paths(self, trial: str) -> tuple[Path, Path]:
        """Return the paths of the table and of the figures of a trial that Snakemake's report shows."""
        return self._path(layout.table_path(trial)), self._path(layout.plots_path(trial))

    def packing_path(self, trial: str) -> Path:
        """Return the path of what was decided about the jobs of a trial's tail."""
        return self._path(layout.packing_path(trial))

    @property
    def report_path(self) -> Path:
        """Return the path of the report."""
        return self._path(layout.REPORT)

    def log_path(self, trial: str, job: str) -> Path:
        """Return the log of a job of a trial."""
        return self.directory / layout.logs_of(self.stem) / layout.run_log_path(trial, job)

    def setup_path(self, setup: str) -> Path:
        """Return the path of the values that a setup returned."""
        return self._path(layout.setup_path(setup))

    def context_path(self, function: str) -> Path:
        """Return the path of the part of SETUP that a function may read."""
        return self._path(layout.context_path(function))

    def verdict_path(self, verification: str) -> Path:
        """Return the path of a verification's verdict."""
        return self._path(layout.verdict_path(verification))

    def _path(self, path: str) -> Path:
        return self.directory / layout.results_of(self.stem) / path


def read_job(path: Path, *, whole: bool = False) -> JobRecord | None:
    """Return the record of a trial's job; None if there is none. Its runs lack nothing if `whole` is asked for."""
    found: JobRecord | None = _read(path, "job", _check_whole_job if whole else _check_job)
    return found


def read_setup(path: Path) -> SetupRecord | None:
    """Return the record of a setup; None if there is none."""
    found: SetupRecord | None = _read(path, "setup", _check_setup)
    return found


def read_verdict(path: Path, *, whole: bool = False) -> VerdictRecord | None:
    """Return the record of a verification; None if there is none. It lacks nothing if `whole` is asked for."""
    check = _check_whole_verdict if whole else _check_verdict
    found: VerdictRecord | None = _read(path, "judgement", check)
    return found


def read_context(path: Path) -> Context | None:
    """Return what a function saw of SETUP; None if there is no such file."""
    found: Context | None = _read(path, "context", lambda _: None)
    return found


def read_runs(path: Path) -> list[RunDict] | None:
    """Return all runs of a trial; None if they were not put together yet."""
    text = _text(path, "runs")
    if text is None:
        return None
    with reading(path, "runs"):
        runs: list[RunDict] = json.loads(text)
        _check_runs(runs)
        return runs


def read_hint(path: Path) -> Any:
    """Return a JSON value that one can do without; None if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None


def read_plan(path: Path, remedy: str = COMPILE) -> Plan:
    """Return a plan."""
    with reading(path, "plan", remedy):
        return from_json(path.read_text(encoding="utf-8"))


def compiled_plans(directory: Path) -> Iterator[Plan]:
    """Yield the plans that were compiled into a folder, by name."""
    for path in sorted(directory.glob(layout.plan_path("*"))):
        yield read_plan(path)


def _read(path: Path, name: str, check: Callable[[Any], None]) -> Any:
    text = _text(path, name)
    if text is None:
        return None
    with reading(path, name):
        record = _of_type(json.loads(text), dict)
        check(record)
        return record


def _text(path: Path, name: str) -> str | None:
    try:
        with reading(path, name):
            return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


# The types of what the commands use, where it is there: earlier versions left less.


def _check_job(record: Any) -> None:
    _check_record(record)
    for key in _of_type(record.get("keys", []), list):
        _of_type(key, str, NONE_TYPE)
    _check_runs(record.get("runs", []))


def _check_setup(record: Any) -> None:
    _check_record(record)
    _of_type(record.get("returned", {}), dict)


def _check_whole_job(record: Any) -> None:
    _check_job(record)
    _check_parts(record.get("runs", []))


def _check_verdict(record: Any) -> None:
    _check_record(record)
    _of_type(record.get("verdict", ""), str)
    _check_texts(record)


def _check_whole_verdict(record: Any) -> None:
    _check_verdict(record)
    _check_has(record, {"verdict", "log"})


def _check_record(record: Any) -> None:
    if record.get("version", RECORD_VERSION) != RECORD_VERSION:
        raise ValueError(
            f"of version {record['version']!r:.40}, and this mlx reads {RECORD_VERSION}"
        )
    _of_type(record.get("duration", 0), int, float)
    _of_type(record.get("digest", ""), str)
    _check_made_from(_of_type(record.get("made_from", {}), dict))
    for observation, numbers in _of_type(record.get("observed", []), list):
        for touched in _of_type(observation, dict).values():
            _check_touched(touched)
        for number in _of_type(numbers, list):
            _of_type(number, int)
    for made_by, numbers in _of_type(record.get("provenance", []), list):
        _of_type(made_by, dict)
        _of_type(numbers, list)


def _check_made_from(made: Any) -> None:
    _of_type(made.get("code", ""), str)
    _of_type(made.get("previous"), str, NONE_TYPE)
    _of_type(made.get("environment", []), list)
    for key in ("context", "trials"):
        for digest in _of_type(made.get(key, {}), dict).values():
            _of_type(digest, str, NONE_TYPE)
    _of_type(made.get("inputs", {}), dict)
    for code, positions in _of_type(made.get("codes", []), list):
        _of_type(code, str)
        for position in _of_type(positions, list):
            _of_type(position, int)


def _check_touched(touched: Any) -> None:
    """Check one part of an observation: names, or names with a text or some texts for each."""
    _of_type(touched, dict, list)
    for value in touched.values() if isinstance(touched, dict) else touched:
        for text in value if isinstance(value, list) else (value,):
            _of_type(text, str, NONE_TYPE)


def _check_runs(runs: Any) -> None:
    for run in _of_type(runs, list):
        _of_type(_of_type(run, dict)["success"], bool)
        _of_type(run.get("params", {}), dict)
        _of_type(run.get("duration", 0), int, float)
        _of_type(run.get("return_code", 0), int)
        _check_texts(run)


def _check_parts(runs: Any) -> None:
    for run in runs:
        _check_has(run, _PARTS | ({"result"} if run["success"] else _PARTS_OF_FAILURES))


_PARTS = {"params", "duration", "log"}
_PARTS_OF_FAILURES = {"return_code", "error", "type"}


def _check_has(record: Any, parts: set[str]) -> None:
    if not parts <= record.keys():
        raise KeyError(*(parts - record.keys()))


def _check_texts(record: Any) -> None:
    for part in ("log", "error", "type", "traceback"):
        _of_type(record.get(part, ""), str)


NONE_TYPE = type(None)


def _of_type(value: Any, *types: type) -> Any:
    if not isinstance(value, types):
        raise TypeError(f"{value!r:.40} is a {type(value).__name__}")
    return value
