"""What earlier runs did that the analysis had not foreseen; from then on, it counts as foreseen."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlx2smk.analysis.sites import Site
from mlx2smk.language.keys import NO_KEYS, Keys
from mlx2smk.runtime import layout
from mlx2smk.runtime.unforeseen import FORMAT, VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlx2smk.analysis import Analysis, FunctionAnalysis

WHY = "in an earlier run"


@dataclass(frozen=True, slots=True)
class Surprises:
    """The keys of SETUP that a function read and updated, and the trials whose results it read.

    ``folder`` is the folder of the records that say so.
    """

    folder: str
    reads: Keys = NO_KEYS
    writes: Keys = NO_KEYS
    results: Keys = NO_KEYS

    def __or__(self, other: Surprises) -> Surprises:
        reads, writes = self.reads | other.reads, self.writes | other.writes
        return Surprises(self.folder, reads, writes, self.results | other.results)


def read_surprises(directory: Path, stem: str) -> Mapping[str, Surprises]:
    """Return what runs of an experiment did, by function; records that cannot be read do not count."""
    found: dict[str, Surprises] = {}
    folder = directory / layout.unforeseen_folder(stem)
    for path in sorted(folder.glob("*.json")):
        for function, surprises in _read(path):
            found[function] = found.get(function, Surprises(str(folder))) | surprises
    return found


def _read(path: Path) -> Iterator[tuple[str, Surprises]]:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if (record["format"], record["version"]) == (FORMAT, VERSION):
            keys = {name: _keys(record, name) for name in ("reads", "writes", "results")}
            yield str(record["function"]), Surprises(str(path.parent), **keys)
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return


def _keys(record: Mapping[str, Any], name: str) -> Keys:
    if name not in record:
        return NO_KEYS
    return Keys.from_list(None if record[name] is None else list(map(str, record[name])))


def widened(analysis: Analysis, surprises: Mapping[str, Surprises]) -> Analysis:
    """Return the analysis with what earlier runs did added to what each function may do."""

    def widen(function: FunctionAnalysis) -> FunctionAnalysis:
        seen = surprises.get(function.name)
        return function if seen is None else _widened(function, seen, analysis)

    return replace(
        analysis,
        setups=tuple(map(widen, analysis.setups)),
        trials=tuple(map(widen, analysis.trials)),
        verifications=tuple(map(widen, analysis.verifications)),
    )


def _widened(function: FunctionAnalysis, seen: Surprises, analysis: Analysis) -> FunctionAnalysis:
    trials = Keys.of(*(trial.name for trial in analysis.trials))
    return replace(
        function,
        trials_read=function.trials_read | (seen.results & trials),
        access=function.access.also(_sites(seen.reads), _sites(seen.writes)),
    )


def _sites(keys: Keys) -> Iterator[Site]:
    """Yield a site, which is no place in the code, for each key."""
    names = keys.listed()
    if names is None:
        yield Site(keys, None, None, WHY)
        return
    for name in names:
        yield Site(Keys.of(name), None, None, WHY)
