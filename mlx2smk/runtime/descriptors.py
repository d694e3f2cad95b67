"""Keeps the worker's own descriptors out of reach of programs that close, or write to, all that are open.

In a plain run they would not be open, so these functions answer as if they were not.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

EBADF = 9


_hidden: set[int] = set()


def wrap_functions() -> None:
    """Wrap the functions of `os` that can be told to leave descriptors alone."""
    for name in ("close", "write"):
        _wrap(name, _refusing(getattr(os, name)))
    _wrap("closerange", _sparing(os.closerange))


def hide(descriptors: Iterable[int]) -> None:
    """Make the functions that are wrapped treat these as closed, in this process and its forks."""
    _hidden.update(descriptors)


def _wrap(name: str, wrapped: Any) -> None:
    original = getattr(os, name)
    wrapped.__name__ = wrapped.__qualname__ = name
    wrapped.__doc__ = original.__doc__
    setattr(os, name, wrapped)


def _refusing(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(fd: int, *arguments: Any) -> Any:
        if fd in _hidden:
            raise OSError(EBADF, "Bad file descriptor")
        return original(fd, *arguments)

    return call


def _sparing(original: Callable[[int, int], None]) -> Callable[..., None]:
    def closerange(fd_low: int, fd_high: int, /) -> None:
        low = fd_low
        for fd in sorted(_hidden):
            if low <= fd < fd_high:
                original(low, fd)
                low = fd + 1
        original(low, fd_high)

    return closerange
