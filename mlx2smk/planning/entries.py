"""Objects of a JSON document whose values are asked for by type, so that what is wrong shows at once.

This only tells that a document is wrong. Where, and what should be there, its JSON Schema says
(``mlx2smk.results.validation``), which takes longer to load than all of a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    ReadValue = TypeVar("ReadValue")


class EntryError(ValueError):
    """A part of a document is missing, or not what it should be."""


class Entry:
    """An object of a document; EntryError for a key that is missing, or has another type."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise EntryError(f"not an object: {value!r:.40}")
        self._values = value

    def only(self, keys: Iterable[str]) -> None:
        """Refuse any other keys."""
        more = self._values.keys() - set(keys)
        if more:
            raise EntryError(f"unknown keys: {', '.join(sorted(map(str, more)))}")

    def text(self, key: str) -> str:
        """Return a text."""
        return as_text(self._value(key))

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts."""
        return tuple(map(as_text, self.items(key)))

    def number(self, key: str) -> int:
        """Return a whole number."""
        return _number(self._value(key))

    def numbers(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers."""
        return tuple(map(_number, self.items(key)))

    def amount(self, key: str) -> int | float:
        """Return a number."""
        value = self._value(key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise EntryError(f"{key} is no number: {value!r:.40}")
        return value

    def flag(self, key: str) -> bool:
        """Return true or false."""
        value = self._value(key)
        if not isinstance(value, bool):
            raise EntryError(f"{key} is neither true nor false: {value!r:.40}")
        return value

    def items(self, key: str) -> list[object]:
        """Return a list of anything."""
        return as_list(self._value(key))

    def entries(self, key: str) -> list[Entry]:
        """Return a list of objects."""
        return [Entry(item) for item in self.items(key)]

    def nullable(self, read: Callable[[str], ReadValue], key: str) -> ReadValue | None:
        """Return null as None, all else as a method of this entry reads it."""
        return None if self._value(key) is None else read(key)

    def optional(self, read: Callable[[str], ReadValue], key: str) -> ReadValue | None:
        """Return None where the key is missing, too."""
        return self.nullable(read, key) if key in self._values else None

    def _value(self, key: str) -> object:
        if key not in self._values:
            raise EntryError(f"no {key}")
        return self._values[key]


def as_list(value: object, length: int | None = None) -> list[object]:
    """Return a list, of that length if one is given; EntryError if it is none."""
    if not isinstance(value, list) or length not in (None, len(value)):
        raise EntryError(f"not a list as it should be: {value!r:.40}")
    return value


def as_text(value: object) -> str:
    """Return a text; EntryError if it is none."""
    if not isinstance(value, str):
        raise EntryError(f"not a text: {value!r:.40}")
    return value


def as_texts(value: object) -> tuple[str, ...]:
    """Return a list of texts; EntryError if it is none."""
    return tuple(map(as_text, as_list(value)))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise EntryError(f"not a whole number: {value!r:.40}")
    return value
