"""Sets of keys that may be unbounded: what code reads or writes of SETUP when not every key is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MappedValue = TypeVar("MappedValue")

SETUP: Final = "SETUP"
"""The name of the context in every module of an experiment."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of a dictionary: either the listed ones, or any key at all."""

    names: frozenset[str] = frozenset()
    is_any: bool = False

    @staticmethod
    def of(*names: str) -> Keys:
        """Return exactly these keys."""
        return Keys(frozenset(names))

    @staticmethod
    def union(parts: Iterable[Keys]) -> Keys:
        """Return the keys that are in any of the parts."""
        names: set[str] = set()
        for part in parts:
            if part.is_any:
                return ANY
            names |= part.names
        return Keys(frozenset(names))

    def __bool__(self) -> bool:
        return self.is_any or bool(self.names)

    def __contains__(self, key: str) -> bool:
        return self.is_any or key in self.names

    def __or__(self, other: Keys) -> Keys:
        return ANY if self.is_any or other.is_any else Keys(self.names | other.names)

    def __and__(self, other: Keys) -> Keys:
        if self.is_any:
            return other
        return self if other.is_any else Keys(self.names & other.names)

    @property
    def single(self) -> str | None:
        """The key, if there is exactly one."""
        return next(iter(self.names)) if len(self.names) == 1 else None

    def meets(self, other: Keys) -> bool:
        """Whether some key may be in both."""
        return bool(self & other)

    def without(self, keys: Iterable[str]) -> Keys:
        """Return the other keys; any key but finitely many is still any key."""
        return self if self.is_any else Keys(self.names.difference(keys))

    def project(self, mapping: Mapping[str, MappedValue]) -> dict[str, MappedValue]:
        """Return the part of a mapping that has these keys."""
        return {key: value for key, value in mapping.items() if key in self}

    def listed(self) -> list[str] | None:
        """Return the keys as in plan.json: sorted, or None for any key."""
        return None if self.is_any else sorted(self.names)

    @staticmethod
    def from_list(names: Iterable[str] | None) -> Keys:
        """Return the keys that ``listed`` has written."""
        return ANY if names is None else Keys(frozenset(names))


NO_KEYS: Final = Keys()
ANY: Final = Keys(is_any=True)
