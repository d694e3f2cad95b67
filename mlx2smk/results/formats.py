"""Tables and rows as CSV, JSON, Markdown and Parquet."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import MissingPackage
from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.results.columns import LONGEST_CELL
from mlx2smk.results.frames import data_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlx2smk.results.columns import Table
    from mlx2smk.results.rows import Row


LARGE_CELL = 1 << 20
"""Characters; longer texts are written in pieces of this size, since ``csv`` takes seven times as much."""


class _Returned:
    """A file for ``csv`` that gives each line back."""

    def write(self, line: str) -> str:
        return line


def to_csv(table: Table) -> Iterator[str]:
    """Yield the table as CSV, in pieces: nothing for a missing value, ``nan`` and ``inf`` as Python reads them."""
    write = csv.writer(_Returned(), lineterminator="\n").writerow
    for line in (table.names, *table.lines):
        if any(map(_is_large, line)):
            yield from _large_line(line, write)
        else:
            yield write(line)


def _is_large(cell: Any) -> bool:
    return isinstance(cell, str) and len(cell) > LARGE_CELL


def _large_line(line: Sequence[Any], write: Any) -> Iterator[str]:
    """Yield a line as ``write`` gives it back, in pieces."""
    for at, cell in enumerate(line):
        if at:
            yield ","
        if not _is_large(cell):
            yield write((cell, None)).removesuffix(",\n")
            continue
        quote = '"' if any(char in cell for char in ',"\r\n') else ""
        yield quote
        for start in range(0, len(cell), LARGE_CELL):
            yield cell[start : start + LARGE_CELL].replace('"', '""')
        yield quote
    yield "\n"


def to_markdown(table: Table) -> Iterator[str]:
    """Yield the table as lines of Markdown; numbers are aligned to the right."""
    numeric = [_is_numeric(table, at) for at in range(len(table.names))]
    rule = ["---:" if right else "---" for right in numeric]
    lines = [table.names, rule, *([_in_markdown(cell) for cell in line] for line in table.lines)]
    return (f"| {' | '.join(line)} |\n" for line in lines)


def _is_numeric(table: Table, at: int) -> bool:
    values = [line[at] for line in table.lines if line[at] is not None]
    return bool(values) and all(
        isinstance(value, (int, float)) and not isinstance(value, bool) for value in values
    )


def _in_markdown(cell: Any) -> str:
    text = "" if cell is None else shorten(str(cell), LONGEST_CELL)
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def rows_to_json(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the text of rows as a JSON list, one on each line; NaN and infinities as in report.json."""
    return _one_per_line(_row(row) for row in rows)


def table_to_json(table: Table) -> Iterator[str]:
    """Yield the text of a table as a JSON list, with an object for each line."""
    return _one_per_line(dict(zip(table.names, line, strict=True)) for line in table.lines)


def _one_per_line(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    before = "[\n"
    for each in objects:
        yield before + json.dumps(each, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _row(row: Row) -> dict[str, Any]:
    run: Mapping[str, Any] = row.run or {}
    return {
        "trial": row.trial,
        "combination": row.number,
        "params": row.params,
        "status": row.status,
        "result": run.get("result"),
        "error": row.error,
        "duration": run.get("duration"),
        "log": row.log,
    }


def _with_texts(table: Table) -> Table:
    """Return the table with JSON texts in columns of several types, which Parquet does not have."""
    columns = [[line[at] for line in table.lines] for at in range(len(table.names))]
    mixed = [_is_mixed(column) for column in columns]
    if not any(mixed):
        return table
    lines = [
        [_as_text(cell) if is_mixed else cell for cell, is_mixed in zip(line, mixed, strict=True)]
        for line in table.lines
    ]
    return table.with_lines(lines)


def _is_mixed(cells: Sequence[Any]) -> bool:
    kinds = {type(cell) for cell in cells if cell is not None}
    if len(kinds) > 1:
        return kinds != {int, float}
    return kinds == {int} and any(abs(cell) >> 63 for cell in cells if cell is not None)


def _as_text(cell: Any) -> str | None:
    return cell if cell is None or isinstance(cell, str) else json.dumps(cell)


def to_parquet(table: Table) -> bytes:
    """Return the table as Parquet; raise FaultError if pandas or pyarrow is missing."""
    out = io.BytesIO()
    try:
        data_frame(_with_texts(table)).to_parquet(out, index=False, engine="pyarrow")
    except ImportError as error:
        package = "pandas" if getattr(error, "name", "") == "pandas" else "pyarrow"
        what = "--format parquet"
        raise FaultError(MissingPackage.about("mlx results", what=what, package=package)) from None
    return out.getvalue()
