"""The base class of all messages, and how they are collected and printed."""

from __future__ import annotations

import difflib
import json
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from mlx2smk.diagnostics.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from mlx2smk.diagnostics.source import Located

TAB = "    "  # printed for a tab, so that the carets are aligned on every terminal
WIDEST = 120  # columns of a source line that are shown
LONGEST_MESSAGE = 500  # characters; a name in a message can have any length
INDENT = "    "
_CONTEXT = 40  # characters of a source line that are shown before a place far to the right

BOLD, RED, YELLOW, CYAN, PLAIN = "\033[1m", "\033[1;31m", "\033[1;33m", "\033[36m", "\033[0m"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message about one place in a file; each kind is a subclass with its own code.

    The docstring of a subclass is its long explanation. ``span`` is None if the message is not about a
    source line; ``excerpt`` is the source line on which the span starts, and ``replacement`` what to write
    in place of the span, if that is certain.
    """

    code: ClassVar[str]
    severity: ClassVar[Literal["error", "warning", "note"]] = "error"
    template: ClassVar[str]  # of the message
    advice: ClassVar[str]  # template of the hint

    path: str
    span: Span | None
    message: str
    hint: str
    excerpt: str = ""
    replacement: str | None = None

    @classmethod
    def at(cls, source: Source, span: Span, **fields: object) -> Self:
        """Return a message about a place in a file; ``fields`` fill the templates."""
        message, hint = cls.template.format(**fields), cls.advice.format(**fields)
        return cls(source.path, span, message, hint, source.line(span.line))

    @classmethod
    def about(cls, path: str, **fields: object) -> Self:
        """Return a message about a whole file or folder; ``fields`` fill the templates."""
        return cls(path, None, cls.template.format(**fields), cls.advice.format(**fields))


@dataclass(slots=True)
class Findings:
    """Collects the messages about one file."""

    source: Source
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, kind: type[Diagnostic], place: Span | Located, **fields: object) -> None:
        """Add a message about a place in the file."""
        span = place if isinstance(place, Span) else self.source.span(place)
        self.found.append(kind.at(self.source, span, **fields))

    def add_whole(self, kind: type[Diagnostic], **fields: object) -> None:
        """Add a message about the whole file."""
        self.found.append(kind.about(self.source.path, **fields))

    def text(self, node: Located) -> str:
        """Return the source text of a node for a message, on one line and shortened."""
        span = self.source.span(node)
        line = self.source.line(span.line)
        if span.end_line != span.line:
            return shorten(line[span.column - 1 :].rstrip() + " …")
        return shorten(line[span.column - 1 : span.end_column - 1])

    @property
    def errors(self) -> int:
        """The number of errors found so far."""
        return sum(diagnostic.severity == "error" for diagnostic in self.found)

    def ordered(self) -> tuple[Diagnostic, ...]:
        """Return all messages by their place in the file, those about the whole file first."""
        return tuple(sorted(self.found, key=_place))


def _place(diagnostic: Diagnostic) -> tuple[int, int, str, str]:
    span = diagnostic.span or Span(0, 0, 0, 0)
    return span.line, span.column, diagnostic.code, diagnostic.message


def shorten(text: str, width: int = 60) -> str:
    """Return the text, cut to ``width`` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return a hint with the known name most similar to ``name``, or ``otherwise`` if there is none."""
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


def render(diagnostic: Diagnostic, *, colour: bool = False) -> str:
    """Return a message for people: place, code and message; the source line with carets; the hint."""
    parts = [_headline(diagnostic, colour=colour)]
    if diagnostic.span is not None:
        parts += _underlined(diagnostic.excerpt, diagnostic.span, _tint(diagnostic, colour))
    if diagnostic.hint:
        parts.append(f"{_paint('hint:', CYAN if colour else '')} {_printable(diagnostic.hint)}")
    return "\n".join(parts) + "\n"


def to_json(diagnostics: Iterable[Diagnostic]) -> str:
    """Return messages for programs: a JSON list of objects; positions are null without a place."""
    return json.dumps([_as_dict(diagnostic) for diagnostic in diagnostics], indent=2) + "\n"


def _as_dict(diagnostic: Diagnostic) -> dict[str, object]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "path": diagnostic.path,
        "line": span and span.line,
        "column": span and span.column,
        "end_line": span and span.end_line,
        "end_column": span and span.end_column,
        "replacement": diagnostic.replacement,
    }


def _headline(diagnostic: Diagnostic, *, colour: bool) -> str:
    place, span = _printable(diagnostic.path), diagnostic.span
    if span is not None:
        place += f":{span.line}:{span.column}"
    code = _paint(diagnostic.code, _tint(diagnostic, colour))
    mark = "" if diagnostic.severity == "error" else f"{diagnostic.severity}: "
    message = shorten(_printable(diagnostic.message), LONGEST_MESSAGE)
    return f"{_paint(place, BOLD if colour else '')}: {code} {mark}{message}"


def _tint(diagnostic: Diagnostic, colour: bool) -> str:
    if not colour:
        return ""
    return {"error": RED, "warning": YELLOW, "note": CYAN}[diagnostic.severity]


def _paint(text: str, colour: str) -> str:
    return f"{colour}{text}{PLAIN}" if colour else text


def _underlined(line: str, span: Span, colour: str) -> list[str]:
    """Return the source line, and a line of carets below the part that the span covers.

    A line may have millions of characters: no more of it is made printable, or measured, than is shown.
    """
    line = line.rstrip()
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    before = line[:start]
    if _cells_up_to(before, WIDEST // 2 + 1) > WIDEST // 2:
        before = "…" + _printable(before[-_CONTEXT:])[-_CONTEXT:]
    else:
        before = _printable(before)
    shown = shorten(before + _printable(line[start : start + WIDEST + 1]), WIDEST)
    carets = "^" * max(1, _cells_up_to(line[start:end], WIDEST - cells(before)))
    return [INDENT + shown, INDENT + " " * cells(before) + _paint(carets, colour)]


def _cells_up_to(text: str, most: int) -> int:
    """Return the number of columns that a text takes when it is made printable, but at most so many."""
    count = 0
    for char in text:
        count += cells(_printable(char))
        if count >= most:
            return most
    return count


def _printable(text: str) -> str:
    """Replace tabs by spaces, and control characters, which could control a terminal, by U+FFFD."""
    return "".join(
        TAB if char == "\t" else "\ufffd" if unicodedata.category(char) in {"Cc", "Cs"} else char
        for char in text
    )


def cells(text: str) -> int:
    """Return the number of columns that a text takes on a terminal."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
