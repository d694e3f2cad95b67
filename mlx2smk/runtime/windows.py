"""Collects what is used while something is computed, even if it was recorded before."""

from __future__ import annotations


class Windows:
    """Sets of events, of those that happen while they are open."""

    def __init__(self) -> None:
        self._opened: list[set[tuple[str, ...]]] = []

    def add(self, fields: tuple[str, ...]) -> None:
        """Add an event to those that are open."""
        for window in self._opened:
            window.add(fields)

    def begun(self) -> set[tuple[str, ...]]:
        """Return a set that is open from now on."""
        self._opened.append(set())
        return self._opened[-1]

    def end(self, window: set[tuple[str, ...]]) -> None:
        """Close a set."""
        self._opened = [each for each in self._opened if each is not window]
