"""The output of one combination, cut out of the log of its job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlx2smk.runtime.failures import sendable

if TYPE_CHECKING:
    from mlx2smk.runtime.grid import Grid

_HEAD = re.compile(rb"^mlx: combination (\d+): ?(.*)$", re.MULTILINE)


def output_of(log: bytes, grid: Grid, number: int) -> bytes | None:
    """Return what a combination wrote into its job's log; None if the log is of other combinations.

    The log of a job with several combinations has a line before each. A log without such lines is that
    of a single combination.
    """
    heads = [found for found in _HEAD.finditer(log) if _is_head(found, grid)]
    if not heads:
        return log
    for at, head in enumerate(heads):
        if int(head[1]) == number:
            end = heads[at + 1].start() if at + 1 < len(heads) else len(log)
            return log[head.end() + 1 : end]
    return None


def _is_head(found: re.Match[bytes], grid: Grid) -> bool:
    """Tell whether the line is the worker's, and not one that a program prints."""
    size = 1
    for _, texts in grid.parameters:
        size *= len(texts)
    number = int(found[1])
    if number >= size:
        return False
    return found[2].decode("utf-8", "replace").rstrip("\r") == sendable(grid.label(number))
