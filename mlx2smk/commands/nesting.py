"""Room for code that is nested deeply, as long sums, chains of `else` and generated tables are."""

from __future__ import annotations

import resource
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAMES = 30_000
"""Python compiles code about 3000 levels deep; walking it takes several calls for each level."""

STACK = 1 << 27
"""Bytes for these calls, of which the system takes none before they are needed."""


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Allow deeper recursion, if the system allows a larger stack."""
    before = sys.getrecursionlimit()
    size = resource.getrlimit(resource.RLIMIT_STACK)
    if _set_stack(STACK, size[1]):
        sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
        _set_stack(*size)


def _set_stack(soft: int, hard: int) -> bool:
    """Set the limits of the stack; tell whether the system accepts them."""
    try:
        resource.setrlimit(resource.RLIMIT_STACK, (soft, hard))
    except (ValueError, OSError):
        return False
    return True
