"""Tables for people: columns that are aligned and fit the terminal.

Tables of 100,000 rows are written in a second, which libraries for terminals do not do: they measure and
wrap every cell.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.diagnostic import cells, shorten
from mlx2smk.results.columns import LONGEST_CELL
from mlx2smk.results.rows import FAILED_STATUS, MISSING_STATUS
from mlx2smk.runtime.result_fields import DURATION, ERROR, STATUS
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.results.columns import Table

GAP = "  "
NARROWEST = 10
"""Columns of text are not cut below this many characters."""

DIGITS = 6
"""Significant digits of numbers that are shown."""

_BOLD, _RED, _DIM, _PLAIN = "\033[1m", "\033[31m", "\033[2m", "\033[0m"


def table_lines(table: Table, width: int | None, *, colour: bool) -> Iterator[str]:
    """Yield the lines of a table; with a width, it fits in: texts are cut, and columns left out.

    The last lines say what was left out.
    """
    right = [_is_numeric(table.lines, at) for at in range(len(table.names))]
    texts = [
        [_text(name), *_column(name, [line[at] for line in table.lines])]
        for at, name in enumerate(table.names)
    ]
    widths = [_widest(column) for column in texts]
    places, widths = _fitted(table.names, right, widths, width)
    if not places:
        return
    columns = [
        list(_padded(texts[at], widths[at], right=right[at], last=at == places[-1]))
        for at in places
    ]
    status = table.names.index(STATUS) if STATUS in table.names else None
    for number, parts in enumerate(zip(*columns, strict=True)):
        text = GAP.join(parts).rstrip()
        if not number:
            yield f"{_BOLD}{text}{_PLAIN}" if colour else text
        else:
            state = None if status is None else table.lines[number - 1][status]
            yield _tinted(text, state) if colour else text
    left_out = [name for at, name in enumerate(table.names) if at not in places]
    if left_out:
        count = counted(len(left_out), "column")
        yield f"({count} not shown: {', '.join(left_out)}; --columns chooses)"


def _tinted(text: str, state: str | None) -> str:
    tint = {FAILED_STATUS: _RED, MISSING_STATUS: _DIM}.get(state or "")
    return f"{tint}{text}{_PLAIN}" if tint else text


def _fitted(
    names: Sequence[str], right: Sequence[bool], widths: list[int], width: int | None
) -> tuple[list[int], list[int]]:
    """Return the places of the columns that are shown, and the widths of all.

    Errors are cut first, then other texts; then columns are left out from the right, but for the error.
    """
    places = list(range(len(names)))
    widths = list(widths)
    if width is None:
        return places, widths

    def excess() -> int:
        return sum(widths[at] + len(GAP) for at in places) - len(GAP) - width

    texts = [at for at in places if not right[at]]
    for at in sorted(texts, key=lambda at: (names[at] != ERROR, -widths[at])):
        over = excess()
        if over > 0:
            widths[at] = min(widths[at], max(widths[at] - over, NARROWEST, len(names[at])))
    while excess() > 0 and len(places) > 1:
        droppable = [at for at in places if names[at] not in {ERROR, STATUS}] or places
        places.remove(droppable[-1])
    return places, widths


def _widest(column: Sequence[str]) -> int:
    return max(map(len if all(map(str.isascii, column)) else _cells, column))


def _padded(column: Sequence[str], width: int, *, right: bool, last: bool) -> Iterable[str]:
    if all(map(str.isascii, column)) and max(map(len, column)) <= width:
        if last and not right:
            return column
        return (text.rjust(width) if right else text.ljust(width) for text in column)
    return (_fit(text, width, right=right) for text in column)


def _fit(text: str, width: int, *, right: bool) -> str:
    size = _cells(text)
    if size > width:
        text, size = _cut(text, width)
    space = " " * (width - size)
    return space + text if right else text + space


def _cut(text: str, width: int) -> tuple[str, int]:
    while _cells(text) > width - 1:
        text = text[: max(width - 1, 0)] if len(text) > width else text[:-1]
    return f"{text}…", _cells(text) + 1


def _is_numeric(lines: Sequence[Sequence[Any]], at: int) -> bool:
    return {type(line[at]) for line in lines} <= {int, float, type(None)}


def _column(name: str, values: Sequence[Any]) -> Iterable[str]:
    if name == DURATION:
        return ("" if value is None else f"{value:.3g}" for value in values)
    return map(_shown, values)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, str):
        return _text(value)
    return "" if value is None else shorten(str(value), LONGEST_CELL)


def number_text(value: float) -> str:
    """Return a number with six significant digits, as it is written in Python."""
    text = f"{value:.{DIGITS}g}"
    return text if "." in text or "e" in text or "n" in text else f"{text}.0"


def _text(value: str) -> str:
    """Return a text on one line, not too long, without characters that could control a terminal."""
    value = shorten(value, LONGEST_CELL)
    if value.isprintable():
        return value
    return "".join(
        "�" if unicodedata.category(char) in {"Cc", "Cs"} else char
        for char in value.replace("\n", "⏎").replace("\t", " ")
    )


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cells(text)
