"""Compares the part of SETUP that a function saw with what it will see."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.outlook import Uncertainty
from mlx2smk.forecast.reasons import KeyChanged
from mlx2smk.runtime import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlx2smk.forecast.knowledge import Knowledge

LONGEST_VALUE = 60


def digests_of(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the digests by which keys are compared."""
    return {key: digests.of_json(value) for key, value in values.items()}


def changed_keys(was: Mapping[str, str], will: Mapping[str, str], seen: Knowledge) -> list[str]:
    """Return the keys that certainly differ; ``will`` has the digests of the known part of ``seen``."""
    doubtful = [key for key in was if key not in will and _in_doubt(key, seen)]
    keys = sorted({*was, *will}.difference(doubtful))
    return [key for key in keys if was.get(key) != will.get(key)]


def key_changes(
    keys: Iterable[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[KeyChanged]:
    """Yield the changes of keys, with their values."""
    for key in keys:
        yield KeyChanged(key, _text(old, key), _text(new, key))


def uncertainty(seen: Knowledge, last: Mapping[str, Any]) -> Uncertainty | None:
    """Return which functions may change which of the keys that a function saw last."""
    if seen.certain:
        return None
    sources = tuple(doubt.source for doubt in seen.doubts)
    return Uncertainty(sources, tuple(key for key in sorted(last) if _in_doubt(key, seen)))


def _in_doubt(key: str, seen: Knowledge) -> bool:
    return key not in seen.known and any(key in doubt.keys for doubt in seen.doubts)


def _text(values: Mapping[str, Any], key: str) -> str | None:
    if key not in values:
        return None
    text = json.dumps(values[key], ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
