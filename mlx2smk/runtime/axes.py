"""The axes of a figure: where the values of a parameter are, the frame, the ticks and the legend."""

from __future__ import annotations

from . import svg
from .first_figures import NUMBER
from .result_fields import cell_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from .trial_columns import ParamColumn

FIGURE_WIDTH, FIGURE_HEIGHT = 440, 320
"""Pixels of one figure."""

LEFT, RIGHT, TOP, BOTTOM = 68, 424, 62, 270
"""Pixels of the axes in it."""

MOST_PLACES = 200
"""Places on an axis; the values of a parameter that has more are put together."""

MOST_NAMES = 8
"""Texts below an axis of categories."""

ROOM_BELOW, ROOM_BESIDE = 54, 9
"""Characters of all these texts below an axis, and of one beside it."""

LEGEND_GAP = 34
"""Pixels between the names in a legend, for the line before each."""

Ticks = list[tuple[float, str]]


def spelled_value(value: Any) -> str:
    """Return a value of a parameter as people read it."""
    return str(cell_of(value))


class ParamAxis:
    """The values of a parameter from left to right, or from below upwards.

    `groups` has the group of each value, and `pixels` the place of each group.
    """

    def __init__(
        self, column: ParamColumn, start: float, end: float, *, even: bool = False
    ) -> None:
        self.is_number = column.kind == NUMBER and not even
        order = _order(column)
        size = -(-len(order) // MOST_PLACES)
        self.groups = [0] * len(order)
        for at, place in enumerate(order):
            self.groups[place] = at // size
        if self.is_number:
            middles = [column.values[order[at]] for at in range(size // 2, len(order), size)]
            middles += [column.values[order[-1]]] * (self.groups[order[-1]] + 1 - len(middles))
            scale = svg.Scale(middles, start + _inset(start, end), end - _inset(start, end))
            self.pixels = [scale.at(value) for value in middles]
            self.ticks = scale.ticks()
        else:
            step = (end - start) / (self.groups[order[-1]] + 1)
            self.pixels = [start + (at + 0.5) * step for at in range(self.groups[order[-1]] + 1)]
            room = ROOM_BELOW if end > start else ROOM_BESIDE
            values = [column.values[place] for place in order[::size]]
            self.ticks = _names(self.pixels, values, room)
        self.step = abs(end - start) / len(self.pixels)


def _inset(start: float, end: float) -> float:
    return 12.0 if end > start else -12.0


def _order(column: ParamColumn) -> list[int]:
    places = range(len(column.values))
    if column.kind == NUMBER:
        return sorted(places, key=lambda place: column.values[place])
    return list(places)


def _names(pixels: Sequence[float], values: Sequence[Any], room: int) -> Ticks:
    """Return the values as ticks; `room` is that of all texts below an axis, or of each beside one."""
    every = -(-len(pixels) // MOST_NAMES)
    longest = room if room == ROOM_BESIDE else max(4, room // -(-len(pixels) // every))
    texts = [svg.label(spelled_value(value), longest) for value in values]
    return list(zip(pixels, texts))[::every]


def frame(
    title: str, note: str, names: tuple[str, str], below: Ticks, left: Ticks
) -> Iterator[str]:
    """Yield the frame of a figure: its title, what it shows, the names of its axes, and ticks."""
    yield svg.text_at(16, 24, svg.label(title, 54), 'class="t"')
    if note:
        yield svg.text_at(16, 42, svg.label(note, 70))
    for x, text in below:
        yield svg.text_at(x, BOTTOM + 17, text, 'text-anchor="middle"')
    for y, text in left:
        yield f'<line class="g" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield svg.text_at(LEFT - 6, y + 4, text, 'text-anchor="end"')
    yield f'<path class="a" fill="none" d="M{LEFT},{TOP}V{BOTTOM}H{RIGHT}"/>'
    yield svg.text_at(
        (LEFT + RIGHT) / 2, BOTTOM + 34, svg.label(names[0], 40), 'text-anchor="middle"'
    )
    middle = (TOP + BOTTOM) / 2
    turned = f'text-anchor="middle" transform="rotate(-90 14 {middle})"'
    yield svg.text_at(14, middle, svg.label(names[1], 32), turned)


def legend(names: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the names of lines with their colours, above the axes, as far as there is room."""
    x = float(LEFT)
    for colour, name in names:
        text = svg.label(name, 18)
        width = LEGEND_GAP + 6.6 * len(text)
        if x + width > FIGURE_WIDTH:
            yield svg.text_at(x, TOP - 5, "…")
            return
        yield f'<rect x="{x:.1f}" y="{TOP - 13}" width="10" height="10" fill="{colour}"/>'
        yield svg.text_at(x + 14, TOP - 4, text)
        x += width
