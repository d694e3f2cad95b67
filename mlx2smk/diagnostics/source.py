"""The text, path and positions of one Python file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A range of text: lines and columns count from 1, columns in characters; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Located(Protocol):
    """The position attributes of an ``ast`` node: lines from 1, offsets in UTF-8 bytes from 0."""

    @property
    def lineno(self) -> int: ...  # noqa: D102
    @property
    def col_offset(self) -> int: ...  # noqa: D102
    @property
    def end_lineno(self) -> int | None: ...  # noqa: D102
    @property
    def end_col_offset(self) -> int | None: ...  # noqa: D102


@dataclass(frozen=True)
class Source:
    """The decoded text of a file, and its path as the user gave it.

    ``own_decorators`` tells whether a ``decorators.py`` beside the file replaces ours. ``digest`` is the
    SHA-256 of the bytes of the file.
    """

    path: str
    text: str
    own_decorators: bool = False
    digest: str = field(default="", compare=False)

    @property
    def stem(self) -> str:
        """The name of the file without its folder and last suffix, which is the name of the experiment."""
        return PurePath(self.path).stem

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text as Python counts them, without line ends."""
        return tuple(self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

    def line(self, number: int) -> str:
        """Return a line, counted from 1; empty if there is none."""
        lines = self.lines
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def span(self, node: Located) -> Span:
        """Return the position of a node of the file's syntax tree."""
        end_line = node.end_lineno or node.lineno
        end_offset = node.col_offset if node.end_col_offset is None else node.end_col_offset
        return Span(
            node.lineno,
            _column(self.line(node.lineno), node.col_offset),
            end_line,
            _column(self.line(end_line), end_offset),
        )

    def name_span(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Span:
        """Return the position of the name in the definition of a function or class."""
        return _after_keywords(self, self.span(node))


def _column(line: str, offset: int) -> int:
    """Return the column of a UTF-8 byte offset, in characters from 1."""
    if line.isascii():  # Python knows that without a look at the line
        return min(offset, len(line)) + 1
    head = line[:offset].encode("utf-8", "surrogatepass")[:offset]
    return len(head.decode("utf-8", "replace")) + 1


def _after_keywords(source: Source, whole: Span) -> Span:
    """Skip ``async``, ``def`` and ``class``, which may be on separate lines after backslashes."""
    lines = source.lines
    column = whole.column - 1
    for number in range(whole.line, whole.end_line + 1):
        for start, end in _words(lines[number - 1], column):
            if lines[number - 1][start:end] not in {"async", "def", "class"}:
                return Span(number, start + 1, number, end + 1)
        column = 0
    return whole


def _words(line: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each identifier-like word of a line from ``start`` on."""
    while start < len(line):
        end = start
        if line[start].isidentifier():
            while end < len(line) and f"_{line[end]}".isidentifier():
                end += 1
            yield start, end
        start = max(end, start + 1)
