"""How many runs jobs that still run have stored: each appends a line to a file of its own for each success."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.runtime import layout
from mlx2smk.runtime.segments import Segment
from mlx2smk.runtime.store import SEGMENTS, code_name

if TYPE_CHECKING:
    from pathlib import Path


class StoredSoFar:
    """Counts lines in the store below a folder, each file only as far as it has grown."""

    def __init__(self, folder: Path) -> None:
        self._segments = folder / layout.STORE / SEGMENTS
        self._counted: dict[str, tuple[int, int]] = {}

    def count(self, code: str, record: str) -> int:
        """Return how many runs of that code a job has stored; ``record`` is the path that it will write."""
        name = record.rpartition("/")[2].removesuffix(".json")
        start = self._segments / code_name(code) / name
        return sum(map(self._lines, Segment(str(start)).paths()))

    def _lines(self, path: str) -> int:
        at, lines = self._counted.get(path, (0, 0))
        try:
            with open(path, "rb") as file:  # noqa: PTH123
                file.seek(at)
                data = file.read()
        except OSError:  # it was packed just now
            return lines
        self._counted[path] = at + len(data), lines + data.count(b"\n")
        return self._counted[path][1]
