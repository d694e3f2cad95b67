"""What an entry of the history holds, for type checkers only, as in `documents`."""

from __future__ import annotations

from typing import TypedDict

from .documents import Provenance  # noqa: TC001 - its own readers resolve the annotations


class _PerhapsVariants(TypedDict, total=False):
    codes: list[str]


class HistoryTrial(_PerhapsVariants):
    """A trial in an entry of the history: `results` is the digest of the file of its runs.

    `context` has what it saw of SETUP: short values as JSON, digests of others. `codes` are the digests of
    its variants, if not all of its combinations run the same code.
    """

    results: str
    combinations: int
    failed: int
    context: dict[str, str]


class HistoryEntry(TypedDict):
    """What a finished run came to; `code` has the digests of functions by kind and name."""

    format: str
    version: int
    number: int
    experiment: str
    source: str
    provenance: Provenance
    report: str
    status: str
    verdicts: dict[str, str]
    code: dict[str, dict[str, str]]
    context: dict[str, str]
    trials: dict[str, HistoryTrial]
