"""The code that functions ran, highlighted, with the numbers of its lines in the user's files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlx2smk.planning.plan import FunctionPlan, Plan

LIGHT, DARK = "default", "github-dark"
"""Styles of Pygments."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of a slice; ``lines`` are numbers with highlighted HTML, or None where lines are left out."""

    path: str
    lines: tuple[tuple[int, str] | None, ...]


def listed_files(directory: Path, plan: Plan, function: FunctionPlan) -> list[ListedFile]:
    """Return the slice of a function: that of the experiment, then those of local modules."""
    folder = directory / layout.experiment_folder(plan.experiment)
    pieces = [(plan.file, function.slice), *((m.path, m.slice) for m in function.modules)]
    return [ListedFile(path, tuple(_lines(_text(folder / piece)))) for path, piece in pieces]


def highlighting_styles() -> tuple[str, str]:
    """Return the style sheets for light and dark pages."""
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415

    def sheet(name: str) -> str:
        return str(HtmlFormatter(style=name).get_style_defs(".source"))  # type: ignore[no-untyped-call]

    return sheet(LIGHT), sheet(DARK)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _lines(text: str) -> Iterator[tuple[int, str] | None]:
    """Yield the lines that are not empty; a single empty line between two others stays."""
    from pygments import highlight  # noqa: PLC0415
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415
    from pygments.lexers import PythonLexer  # noqa: PLC0415

    lexer = PythonLexer(stripnl=False, ensurenl=False)
    plain = text.split("\n")
    html = highlight(text, lexer, HtmlFormatter(nowrap=True)).split("\n")
    last = 0
    for number, (line, shown) in enumerate(zip(plain, html, strict=False), 1):
        if not line.strip():
            continue
        if last and number == last + 2:
            yield last + 1, ""
        elif last and number > last + 2:
            yield None
        yield number, shown
        last = number
