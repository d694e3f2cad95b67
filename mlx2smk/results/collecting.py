"""How often Python searches for cyclic garbage while many objects are made that all stay."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECTS = 1_000_000
"""Syntax trees and rows of results are as many objects; Python looks after each 700 new ones."""


@contextmanager
def rare_collections() -> Iterator[None]:
    """Search for garbage only after so many new objects, here or while a function runs that this decorates.

    What runs for hours must not keep all of its garbage, so it is not never. Commands do all of their work so.
    """
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
