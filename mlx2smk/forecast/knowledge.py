"""What is known about SETUP before a run: certain values, and which functions may change which keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mlx2smk.language.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Doubt:
    """A function that will or may run, and the keys that it may change."""

    source: str
    keys: Keys


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Known keys with their values, and doubts about other keys."""

    known: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether there are no doubts."""
        return not self.doubts

    def updated(self, values: Mapping[str, Any]) -> Knowledge:
        """Merge known values, which settles doubts about their keys."""
        if not values:
            return self
        doubts = (Doubt(doubt.source, doubt.keys.without(values)) for doubt in self.doubts)
        return Knowledge({**self.known, **values}, tuple(doubt for doubt in doubts if doubt.keys))

    def doubted(self, source: str, keys: Keys) -> Knowledge:
        """Merge unknown values of these keys, written by that function."""
        if not keys:
            return self
        known = {key: value for key, value in self.known.items() if key not in keys}
        return Knowledge(known, _added(self.doubts, Doubt(source, keys)))

    def merged(self, later: Knowledge) -> Knowledge:
        """Merge the updates of a trial."""
        result = self
        for doubt in later.doubts:
            result = result.doubted(doubt.source, doubt.keys)
        return result.updated(later.known)

    def projected(self, reads: Keys) -> Knowledge:
        """Return the part that a function may read."""
        unknown = reads.without(self.known)
        doubts = (Doubt(doubt.source, doubt.keys & unknown) for doubt in self.doubts)
        return Knowledge(reads.project(self.known), tuple(doubt for doubt in doubts if doubt.keys))


def _added(doubts: tuple[Doubt, ...], new: Doubt) -> tuple[Doubt, ...]:
    """Add a doubt, combined with others about the same function."""
    same = [doubt.keys for doubt in doubts if doubt.source == new.source]
    others = (doubt for doubt in doubts if doubt.source != new.source)
    return (*others, Doubt(new.source, Keys.union((new.keys, *same))))
