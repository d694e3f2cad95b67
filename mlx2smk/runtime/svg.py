"""Pieces of SVG, and the scales of figures."""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_LABEL = 28
"""Characters of a text in a figure."""

COLOURS = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#7a5195", "#b8860b", "#56b4e9", "#7f7f7f"),
    *("#8c2d04", "#33691e"),
)
"""Of lines: most can be told apart by those who see colours otherwise (Okabe and Ito's first)."""

NARROWEST_SHARE = 1e-9
TINY = 1e-250
"""Below that, numbers are the same on a scale."""

SPREAD = 30
"""Positive numbers are on a logarithmic scale if the largest is so many times the smallest."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def escaped_text(text: str) -> str:
    """Return a text for XML and HTML, with a sign in place of each character that these cannot have."""
    return "".join(c if _is_carried(c) else "\ufffd" for c in text).translate(_ESCAPES)


def _is_carried(char: str) -> bool:
    return (char >= " " and not "\ud800" <= char <= "\udfff" and char < "\ufffe") or (
        char in "\t\n" or char > "\uffff"
    )


def label(text: str, longest: int = LONGEST_LABEL) -> str:
    """Return a text for XML that is not longer than so many characters."""
    line = " ".join(text.split())
    return escaped_text(line if len(line) <= longest else f"{line[: longest - 1]}…")


def drawn_number(value: float) -> str:
    """Return a number with as many digits as people read in a figure."""
    return f"{value:.3g}" if abs(value) < 1e6 else f"{value:.2g}"


def text_at(x: float, y: float, text: str, more: str = "") -> str:
    """Return a text at a place; it is already that of XML."""
    return f'<text x="{x:.1f}" y="{y:.1f}"{" " + more if more else ""}>{text}</text>'


def line_through(points: Sequence[tuple[float, float]], more: str) -> str:
    """Return a line through points."""
    return f'<polyline points="{_places(points)}" fill="none" {more}/>'


def area_between(points: Sequence[tuple[float, float]], more: str) -> str:
    """Return the area between points."""
    return f'<polygon points="{_places(points)}" {more}/>'


def _places(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


class Scale:
    """Numbers from `low` to `high` on a line of pixels from `start` to `end`."""

    def __init__(
        self, numbers: Sequence[float], start: float, end: float, *, linear: bool = False
    ) -> None:
        low, high = min(numbers), max(numbers)
        self._least_step = 1.0 if all(type(each) is int for each in numbers) else 0.0
        self.is_log = not linear and low > TINY and high / low >= SPREAD
        self._start = start
        self._end = end
        if self.is_log:
            low, high = math.log10(low), math.log10(high)
        if high - low <= NARROWEST_SHARE * max(abs(low), abs(high), TINY):
            half = abs(low) / 2 if abs(low) > TINY else 0.5
            low, high = low - half, high + half
        self._low = low
        self._high = high

    def at(self, number: float) -> float:
        """Return the pixel of a number."""
        value = math.log10(number) if self.is_log else number
        share = (value - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> list[tuple[float, str]]:
        """Return some round numbers on the scale, as pixels and texts."""
        if self.is_log:
            return [(self.at(number), drawn_number(number)) for number in self._powers()]
        step = max(self._least_step, _round_step((self._high - self._low) / 4))
        first, last = math.ceil(self._low / step - 1e-9), math.floor(self._high / step + 1e-9)
        numbers = [count * step for count in range(first, last + 1)]
        return [(self.at(number), drawn_number(number)) for number in numbers]

    def _powers(self) -> list[float]:
        """Return powers of ten in the range, and twice and five times these if it is small."""
        first, last = math.ceil(self._low - 1e-9), math.floor(self._high + 1e-9)
        if last - first > 2:
            return [10.0**power for power in range(first, last + 1, max(1, (last - first) // 4))]
        digits = (1, 2, 5) if last - first < 2 else (1, 3)
        numbers = [digit * 10.0**power for power in range(first - 1, last + 1) for digit in digits]
        low, high = self._low - 1e-9, self._high + 1e-9
        return [number for number in numbers if low <= math.log10(number) <= high]


def _round_step(rough: float) -> float:
    """Return 1, 2 or 5 times a power of ten that is at least `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= rough * (1 - 1e-9))
