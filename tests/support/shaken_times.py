"""Gives files the times that wrong clocks, copies and checkouts leave: any times, in every direction."""

from __future__ import annotations

import os
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
NO_TIME = -1
"""The time of a folder in which Python finds no module, since it takes it for that of a folder not read yet."""


def shake_times(folder: Path, seed: str) -> None:
    """Change when files and folders below a folder were changed, and nothing else."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    now = time.time()
    back_or_on = [-1, 1]
    kind = chance.choice(["past", "future", "some", "shifted", "results"])
    step = chance.choice(back_or_on) * chance.choice([1, 60, 3600, 400 * DAY])
    for path in sorted(folder.rglob("*")):
        there = path.stat().st_mtime
        anywhere = now + chance.choice(back_or_on) * chance.choice([0.5, 2, 3600, 300 * DAY])
        some = kind == "some" and chance.random() < 0.4
        changed = {
            "past": chance.choice([0, 1, 1e9]),
            "future": now + chance.choice([5, 100, 1000 * DAY]),
            "some": anywhere if some else there,
            "shifted": there + step,
            "results": anywhere if "results" in path.parts else there,
        }[kind]
        if changed == NO_TIME:
            changed -= 1
        os.utime(path, (changed, changed))
