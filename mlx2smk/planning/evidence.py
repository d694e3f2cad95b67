"""Reads which files combinations or trials passed to each other in earlier runs.

The worker records this in ``.mlx/order/<experiment>.json`` when it observes what no analysis can see.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlx2smk.planning.surprises import Surprises, read_surprises
from mlx2smk.runtime import layout
from mlx2smk.runtime.conflicts import ORDER_FORMAT, ORDER_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mlx2smk.runtime.order_documents import OrderDocument


@dataclass(frozen=True, slots=True)
class Shared:
    """A file that one combination of a trial wrote and another one used, and these combinations."""

    file: str
    combinations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A file that one trial wrote and another one of the same order used."""

    first: str
    then: str
    file: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was observed in earlier runs; ``path`` is the file that records uses of files.

    ``surprises`` are uses of SETUP and of results that the analysis had not foreseen, by function.
    """

    path: str = ""
    trials: Mapping[str, Shared] = field(default_factory=dict)
    pairs: tuple[Pair, ...] = ()
    surprises: Mapping[str, Surprises] = field(default_factory=dict)

    def pair(self, first: str, then: str) -> Pair | None:
        """Return the file that was observed to pass from one trial to another."""
        wanted = first, then
        return next((pair for pair in self.pairs if (pair.first, pair.then) == wanted), None)

    def is_paired(self, trial: str) -> bool:
        """Whether a trial was observed to share a file with another one."""
        return any(trial in (pair.first, pair.then) for pair in self.pairs)


def read_evidence(directory: Path, stem: str) -> Evidence:
    """Return what runs of an experiment in the folder left; nothing if that cannot be read."""
    return replace(
        _read_order(directory / layout.order_path(stem)), surprises=read_surprises(directory, stem)
    )


def _read_order(path: Path) -> Evidence:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if (data["format"], data["version"]) != (ORDER_FORMAT, ORDER_VERSION):
            return Evidence()
        return _evidence(str(path), data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Evidence()


def _evidence(path: str, data: OrderDocument) -> Evidence:
    trials = {
        name: Shared(str(entry["file"]), tuple(map(str, entry["combinations"])))
        for name, entry in data["trials"].items()
    }
    pairs = tuple(
        Pair(str(entry["first"]), str(entry["then"]), str(entry["file"])) for entry in data["pairs"]
    )
    return Evidence(path, trials, pairs)
