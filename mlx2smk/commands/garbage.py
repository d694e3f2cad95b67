"""How often Python searches for garbage while a command runs."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECTS = 100_000
"""Syntax trees are hundreds of thousands of objects that all stay; the default of 700 looks at them often."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Search for garbage only after so many new objects."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
