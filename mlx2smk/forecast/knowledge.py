"""What is known of SETUP before a run: some values for certain, and who may change which keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlx2smk.planning.plan import Keys


@dataclass(frozen=True, slots=True)
class Doubt:
    """A function that will run, or may, and the keys that it may change; None stands for any key."""

    source: str
    keys: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Keys with their values, and doubts, which are about keys that are not among them."""

    known: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether all of it is known."""
        return not self.doubts

    def updated(self, values: Mapping[str, Any]) -> Knowledge:
        """Merge values that are known: what was in doubt is so no longer."""
        if not values:
            return self
        doubts = (_without(doubt, values) for doubt in self.doubts)
        return Knowledge({**self.known, **values}, tuple(d for d in doubts if d is not None))

    def doubted(self, source: str, keys: frozenset[str] | None) -> Knowledge:
        """Merge values that are not known: of these keys, by that function."""
        if keys is not None and not keys:
            return self
        known = {} if keys is None else {k: v for k, v in self.known.items() if k not in keys}
        return Knowledge(known, _added(self.doubts, Doubt(source, keys)))

    def merged(self, later: Knowledge) -> Knowledge:
        """Merge what a trial makes of it."""
        result = self
        for doubt in later.doubts:
            result = result.doubted(doubt.source, doubt.keys)
        return result.updated(later.known)

    def projected(self, reads: Keys) -> Knowledge:
        """Return the part that a function may read."""
        if reads is None:
            return self
        known = {key: self.known[key] for key in reads if key in self.known}
        rest = frozenset(reads) - known.keys()
        doubts = (
            Doubt(doubt.source, rest if doubt.keys is None else rest & doubt.keys)
            for doubt in self.doubts
        )
        return Knowledge(known, tuple(doubt for doubt in doubts if doubt.keys))


def _without(doubt: Doubt, values: Mapping[str, Any]) -> Doubt | None:
    if doubt.keys is None:
        return doubt
    left = doubt.keys - values.keys()
    return Doubt(doubt.source, left) if left else None


def _added(doubts: tuple[Doubt, ...], new: Doubt) -> tuple[Doubt, ...]:
    """Add a doubt, in one with others about the same function."""
    same = [doubt.keys for doubt in doubts if doubt.source == new.source]
    keys: frozenset[str] | None = new.keys
    for other in same:
        keys = None if keys is None or other is None else keys | other
    return (*(doubt for doubt in doubts if doubt.source != new.source), Doubt(new.source, keys))
