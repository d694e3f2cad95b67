# Syntax of today: future annotations, match, walrus, dataclasses, generators, async, typing.
from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Optional

from decorators import setup, trial

if TYPE_CHECKING:
    from nowhere import Nothing

Vector = list[float]


@dataclass(frozen=True)
class Config:
    lr: float = 0.1
    layers: list[int] = field(default_factory=lambda: [1, 2])

    @property
    def depth(self) -> int:
        return len(self.layers)


class Pair(NamedTuple):
    x: int
    y: Optional[int] = None


def numbers(n: int):
    yield from range(n)
    yield -1


async def later(n: int) -> int:
    await asyncio.sleep(0)
    return n + 1


def kind(value) -> str:
    match value:
        case {"name": str(name), **rest}:
            return f"{name} {sorted(rest)}"
        case [first, *_]:
            return f"list of {first}"
        case int() | float() as number if number > 0:
            return f"positive {number}"
        case _:
            return "other"


@setup()
def init() -> dict[str, Nothing]:
    return {"n": 1}


@trial(1, {"value": [{"name": "a", "z": 1}, [5, 6], 2, -1]})
def go(value: Nothing | None, missing: Undefined = None) -> Vector:
    config = Config(lr=0.5)
    if (n := config.depth) > 1:
        n *= 10
    return [
        kind(value), n, asdict(config), Pair(1), list(numbers(3)), asyncio.run(later(1)),
        f"{value!r:>10}", {**{"a": 1}}, [*range(2)],
    ]
