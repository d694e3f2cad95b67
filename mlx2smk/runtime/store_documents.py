"""What an entry of the store holds, for type checkers only, as in `documents`."""

from __future__ import annotations

from typing import Any, TypedDict

from .documents import Context, Observation, Provenance, RunDict  # noqa: TC001 - as in `history_documents`


class StoreEntry(TypedDict, total=False):
    """A run in the store of results, or where the record of one that failed is."""

    code: str
    forced: str
    observed: Observation
    outputs: dict[str, str]
    run: RunDict
    failed_in: str
    output: str
    provenance: Provenance


class KeyParts(TypedDict, total=False):
    """What a key of the store is the digest of; `Store` looks up what has the same."""

    protocol: int
    source: str
    trial: str
    inputs: list[Any]
    environment: list[Any]
    python: list[Any]
    in_order: bool
    outputs: list[str]
    parameters: list[tuple[str, str]]
    repeats: list[int]
    context: Context
