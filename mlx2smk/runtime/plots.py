"""The figures of a trial's results as one SVG image, for Snakemake's report.

They show means over all runs, never single runs, so that the image stays small however many there are.
"""

from __future__ import annotations

import math

from . import svg
from .axes import (
    BOTTOM,
    FIGURE_HEIGHT,
    FIGURE_WIDTH,
    LEFT,
    RIGHT,
    TOP,
    ParamAxis,
    frame,
    legend,
    spelled_value,
)
from .first_figures import FigureChoice, chosen_figures, measured_columns
from .trial_columns import MOST_DRAWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .trial_columns import ParamColumn, TrialColumns

MORE_METRICS = 3
"""Numbers that are drawn besides the first."""

MOST_CELLS = 30
"""Values of each parameter in a heat map."""

NARROWEST_WRITTEN = 34
"""Pixels of a cell in a heat map that has its number written in it."""

BINS = 24

SHADES = ((239, 8), (246, 64), (255, 129))
"""Red, green and blue of the smallest and of the largest number."""

STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.t{font-size:14px;font-weight:600;fill:#111}"
    ".g{stroke:#e4e4e4}.a{stroke:#888}"
)

NOTHING_TO_DRAW = "There is nothing to draw: no number in the results varies with a parameter."


class Mean:
    """The mean and the standard deviation of numbers."""

    __slots__ = ("count", "mean", "squares")

    def __init__(self) -> None:
        self.count = 0
        self.mean = 0.0
        self.squares = 0.0

    def add(self, number: float) -> None:
        """Add a number (Welford's method)."""
        self.count += 1
        difference = number - self.mean
        self.mean += difference / self.count
        self.squares += difference * (number - self.mean)

    @property
    def deviation(self) -> float:
        """The standard deviation; 0 for one number."""
        return math.sqrt(self.squares / (self.count - 1)) if self.count > 1 else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """One standard deviation to each side of the mean."""
        return self.mean - self.deviation, self.mean + self.deviation


def plots_of(columns: TrialColumns, name: str) -> Iterator[str]:
    """Yield the image of a trial's figures, in pieces; it says so if there is nothing to draw."""
    figures = [pieces for pieces in map(list, _figures(columns)) if pieces]
    across = 2 if len(figures) > 1 else 1
    width = across * FIGURE_WIDTH if figures else 560
    height = -(-len(figures) // across) * FIGURE_HEIGHT if figures else 80
    left_out = columns.count > MOST_DRAWN
    height += 24 if left_out else 0
    yield _image_start(width, height, name)
    for at, pieces in enumerate(figures):
        place = f"{at % across * FIGURE_WIDTH},{at // across * FIGURE_HEIGHT}"
        yield f'<g transform="translate({place})">\n' + "\n".join(pieces) + "\n</g>\n"
    if not figures:
        yield svg.text_at(20, 44, NOTHING_TO_DRAW) + "\n"
    if left_out:
        said = f"drawn: the first {MOST_DRAWN} of {columns.count} combinations"
        yield svg.text_at(20, height - 10, said) + "\n"
    yield "</svg>\n"


def image_of(text: str) -> str:
    """Return an image that only says something."""
    said = svg.text_at(20, 44, svg.label(text, 80))
    return f"{_image_start(560, 80, text)}{said}\n</svg>\n"


def _image_start(width: int, height: int, name: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img">\n<title>{svg.label(name, 200)}</title>\n'
        f'<style>{STYLE}</style>\n<rect width="100%" height="100%" fill="#fff"/>\n'
    )


def _figures(columns: TrialColumns) -> Iterator[Iterator[str]]:
    """Yield the figures that a report begins with, and lines of more numbers over the same axis."""
    facts = columns.facts()
    chosen = chosen_figures(facts)
    for figure in chosen:
        if figure.kind == "lines":
            yield _lines(columns, figure)
        elif figure.kind == "heat":
            yield _heat(columns, figure)
        elif figure.kind == "distribution":
            yield _distribution(columns, figure)
    for column in measured_columns(facts)[1 : 1 + MORE_METRICS] if chosen else ():
        yield _lines(columns, FigureChoice("lines", column.name, chosen[0].x, chosen[0].colour))


def _means(
    numbers: Sequence[float],
    first: tuple[ParamColumn, Sequence[int]],
    second: tuple[ParamColumn, Sequence[int]] | None,
) -> dict[tuple[int, int], Mean]:
    """Return the means of numbers by the groups of one parameter, and the places or groups of another."""
    found: dict[tuple[int, int], Mean] = {}
    column, groups = first
    others = second[0].places if second else bytes(len(column.places))
    other_groups = second[1] if second else [0]
    for number, place, other in zip(numbers, column.places, others):
        if math.isfinite(number):
            key = other_groups[other], groups[place]
            mean = found.get(key)
            if mean is None:
                mean = found[key] = Mean()
            mean.add(number)
    return found


def _lines(columns: TrialColumns, figure: FigureChoice) -> Iterator[str]:
    x = columns.params[figure.x]
    colour = columns.params.get(figure.colour)
    axis = ParamAxis(x, LEFT, RIGHT)
    lines = (colour, range(len(colour.values))) if colour is not None else None
    means = _means(columns.numbers()[figure.y].numbers, (x, axis.groups), lines)
    if not means:
        return
    up = svg.Scale([end for mean in means.values() for end in mean.ends], BOTTOM - 8, TOP + 8)
    many = any(mean.count > 1 for mean in means.values())
    note = "" if colour is not None or not many else "mean ± one standard deviation"
    title = f"{figure.y} by {figure.x}" + (" (mean ± std)" if many and not note else "")
    yield from frame(title, note, (figure.x, figure.y), axis.ticks, up.ticks())
    names = []
    for at, line in enumerate(sorted({line for line, _ in means})):
        tint = svg.COLOURS[at % len(svg.COLOURS)]
        if colour is not None:
            names.append((tint, f"{figure.colour}={spelled_value(colour.values[line])}"))
        groups = sorted((g for i, g in means if i == line), key=lambda g: axis.pixels[g])
        points = [(axis.pixels[g], means[line, g]) for g in groups]
        yield from _line(points, up, tint, joined=axis.is_number)
    yield from legend(names)


def _line(
    points: Sequence[tuple[float, Mean]], up: svg.Scale, tint: str, *, joined: bool
) -> Iterator[str]:
    """Yield a line with a band over numbers, or points with bars over categories."""
    middle = [(x, up.at(mean.mean)) for x, mean in points]
    low = [(x, up.at(mean.ends[0])) for x, mean in points]
    high = [(x, up.at(mean.ends[1])) for x, mean in points]
    if joined and len(points) > 1:
        if low != high:
            yield svg.area_between([*high, *reversed(low)], f'fill="{tint}" opacity="0.15"')
        yield svg.line_through(middle, f'stroke="{tint}" stroke-width="2"')
    else:
        yield from (
            svg.line_through(ends, f'stroke="{tint}"')
            for ends in zip(low, high)
            if ends[0] != ends[1]
        )
    if len(points) <= BINS or not joined:
        yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{tint}"/>' for x, y in middle)


def _heat(columns: TrialColumns, figure: FigureChoice) -> Iterator[str]:
    x, y = columns.params[figure.x], columns.params[figure.colour]
    if max(len(x.values), len(y.values)) > MOST_CELLS:
        return
    across = ParamAxis(x, LEFT, RIGHT, even=True)
    up = ParamAxis(y, BOTTOM, TOP, even=True)
    means = _means(columns.numbers()[figure.y].numbers, (x, across.groups), (y, up.groups))
    if not means:
        return
    scale = svg.Scale([mean.mean for mean in means.values()], 0.04, 0.96)
    title = f"mean {figure.y}"
    yield from frame(title, "darker is larger", (figure.x, figure.colour), across.ticks, [])
    for pixel, text in up.ticks:
        yield svg.text_at(LEFT - 6, pixel + 4, text, 'text-anchor="end"')
    for (row, column), mean in sorted(means.items()):
        yield from _cell(
            (across.pixels[column], up.pixels[row]),
            (across.step, up.step),
            mean,
            scale.at(mean.mean),
        )


def _cell(
    middle: tuple[float, float], size: tuple[float, float], mean: Mean, share: float
) -> Iterator[str]:
    (x, y), (width, height) = middle, size
    red, green, blue = (round(end + (start - end) * (1 - share)) for start, end in SHADES)
    place = f'x="{x - width / 2:.1f}" y="{y - height / 2:.1f}"'
    span = f'width="{width - 1:.1f}" height="{height - 1:.1f}"'
    text = svg.drawn_number(mean.mean)
    yield (f'<rect {place} {span} fill="rgb({red},{green},{blue})"><title>{text}</title></rect>')
    if width >= NARROWEST_WRITTEN and height >= 14:
        tint = "#fff" if share > 0.55 else "#111"
        yield svg.text_at(x, y + 4, text, f'text-anchor="middle" style="fill:{tint}"')


def _distribution(columns: TrialColumns, figure: FigureChoice) -> Iterator[str]:
    numbers = [n for n in columns.numbers()[figure.y].numbers if math.isfinite(n)]
    low, high = min(numbers), max(numbers)
    width = (high - low) / BINS or 1.0  # of numbers that differ by next to nothing
    counts = [0] * BINS
    for number in numbers:
        counts[min(BINS - 1, int((number - low) / width))] += 1
    across = svg.Scale([low, high], LEFT, RIGHT, linear=True)
    up = svg.Scale([0, max(counts)], BOTTOM, TOP, linear=True)
    title, note = f"distribution of {figure.y}", f"{len(numbers)} combinations"
    yield from frame(title, note, (figure.y, "combinations"), across.ticks(), up.ticks())
    step = (RIGHT - LEFT) / BINS
    for at, count in enumerate(counts):
        if count:
            top = up.at(count)
            place = f'x="{LEFT + at * step:.1f}" y="{top:.1f}"'
            size = f'width="{step - 1:.1f}" height="{BOTTOM - top:.1f}"'
            yield f'<rect {place} {size} fill="{svg.COLOURS[0]}"/>'
