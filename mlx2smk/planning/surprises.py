"""What earlier runs did that the analysis had not foreseen; from then on, it counts as foreseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mlx2smk.analysis.sites import Site
from mlx2smk.analysis.used import UsedName
from mlx2smk.language.keys import NO_KEYS, Keys
from mlx2smk.runtime import layout
from mlx2smk.runtime.unforeseen import UNFORESEEN_FORMAT, UNFORESEEN_VERSION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from mlx2smk.analysis import Analysis, FunctionAnalysis

WHY = "in an earlier run"


@dataclass(frozen=True, slots=True)
class Surprises:
    """The keys of SETUP that a function read and updated, and the trials whose results it read.

    ``names`` are those that it used although its slice did not have them, ``origins`` what the runs that
    used them rest on. ``folder`` is the folder of the records that say so.
    """

    folder: str
    reads: Keys = NO_KEYS
    writes: Keys = NO_KEYS
    results: Keys = NO_KEYS
    names: frozenset[UsedName] = frozenset()
    origins: tuple[Origin, ...] = ()

    def __or__(self, other: Surprises) -> Surprises:
        return Surprises(
            self.folder,
            self.reads | other.reads,
            self.writes | other.writes,
            self.results | other.results,
            self.names | other.names,
            (*self.origins, *other.origins),
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """What a run with a whole file rests on: the digests of the function's slice and of files.

    ``values`` are those of parameters that decided about the slice.
    """

    code: str
    files: tuple[tuple[str, str], ...]
    values: tuple[tuple[str, str], ...] = ()

    def is_current(self, codes: Collection[str], folder: Path) -> bool:
        """Whether the slice is among some, and files, which are relative to a folder, are as they were."""
        return self.code in codes and all(
            _digest(folder / path) == digest for path, digest in self.files
        )


def _digest(path: Path) -> str | None:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


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
        if (record["format"], record["version"]) == (UNFORESEEN_FORMAT, UNFORESEEN_VERSION):
            keys = {name: _keys(record, name) for name in ("reads", "writes", "results")}
            values = tuple(sorted((str(n), str(v)) for n, v in record.get("values", {}).items()))
            names = frozenset(
                UsedName(_text(module), _text(name), values)
                for module, name in record.get("names", ())
            )
            names |= frozenset(_asked(record.get("asked", ()), values))
            origins = (_origin(record, values),) if names else ()
            found = Surprises(str(path.parent), **keys, names=names, origins=origins)
            yield str(record["function"]), found
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return


def _asked(asked: Any, values: tuple[tuple[str, str], ...]) -> Iterator[UsedName]:
    """Yield the modules that a run had whole, and what it asked them for."""
    for module, names in asked:
        for name in (None, *map(str, names)):
            yield UsedName(_text(module), name, values, asked=True)


def _text(item: object) -> str | None:
    return None if item is None else str(item)


def _origin(record: Mapping[str, Any], values: tuple[tuple[str, str], ...]) -> Origin:
    files = sorted((str(path), str(digest)) for path, digest in record["files"].items())
    return Origin(str(record["code"]), tuple(files), values)


def _keys(record: Mapping[str, Any], name: str) -> Keys:
    if name not in record:
        return NO_KEYS
    return Keys.from_list(None if record[name] is None else list(map(str, record[name])))


def names_to_add(
    analysis: Analysis, surprises: Mapping[str, Surprises], experiment: Path
) -> dict[str, frozenset[UsedName]]:
    """Return the names that belong into slices because earlier runs used them, by function.

    As long as a slice, and the whole files that ran in place of it, are as they were, its results are
    current; with another slice they would run again for nothing. But a module does not hold what its
    file says if by now code that the slice leaves out fills it.
    """
    found: dict[str, frozenset[UsedName]] = {}
    for function in analysis.functions:
        seen = surprises.get(function.name)
        if seen is None:
            continue
        codes = {each.digest for each in function.slices}
        outdated = {
            each.values for each in seen.origins if not each.is_current(codes, experiment.parent)
        }
        outdated |= _filled_since(function, seen, experiment.name)
        if outdated:
            found[function.name] = frozenset(n for n in seen.names if n.values in outdated)
    return found


def _filled_since(
    function: FunctionAnalysis, seen: Surprises, experiment: str
) -> set[tuple[tuple[str, str], ...]]:
    """Return the values with which runs imported a module that other code fills, and ran without that code."""
    whole = {each.values for each in seen.origins if experiment in dict(each.files)}
    missed = (each for each in seen.names if not each.asked)
    return {each.values for each in missed if each.module in function.filled} - whole


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
