"""Which files make combinations of a trial, or trials of one order, run one after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.analysis import FunctionAnalysis
    from mlx2smk.analysis.file_uses import FileUse


def shared_write(found: FunctionAnalysis) -> FileUse | None:
    """Return where a trial writes a file that is the same for all of its combinations."""
    return next((use for use in found.files if use.writes), None)


def conflict(first: FunctionAnalysis, then: FunctionAnalysis) -> tuple[FileUse, FileUse] | None:
    """Return a use of a file by each of two trials, one of which writes it; None if there is none."""
    pairs = (
        (one, other)
        for one in first.files
        for other in then.files
        if one.path == other.path and (one.writes or other.writes)
    )
    return next(pairs, None)
