"""What is kept of the order that shared files require, for type checkers only, as in `documents`."""

from __future__ import annotations

from typing import TypedDict


class SharedFileEntry(TypedDict):
    """A file that passes between combinations of a trial."""

    file: str
    combinations: list[str]


class SharedPairEntry(TypedDict):
    """A file that passes between two trials."""

    first: str
    then: str
    file: str


class OrderDocument(TypedDict):
    """What runs showed of files that make trials run in order."""

    format: str
    version: int
    trials: dict[str, SharedFileEntry]
    pairs: list[SharedPairEntry]
