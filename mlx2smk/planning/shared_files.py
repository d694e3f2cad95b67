"""Finds the files that force combinations of a trial, or trials of the same order, to run in sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.analysis import FunctionAnalysis
    from mlx2smk.analysis.file_uses import FileUse


def shared_write(trial: FunctionAnalysis) -> FileUse | None:
    """Return a use that writes the same file in all combinations of a trial."""
    return next((use for use in trial.files if use.writes), None)


def conflict(first: FunctionAnalysis, then: FunctionAnalysis) -> tuple[FileUse, FileUse] | None:
    """Return the uses of a file that one of two trials writes and the other one uses; None if there is none."""
    pairs = (
        (one, other)
        for one in first.files
        for other in then.files
        if one.path == other.path and (one.writes or other.writes)
    )
    return next(pairs, None)
