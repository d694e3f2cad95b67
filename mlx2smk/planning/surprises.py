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
from mlx2smk.runtime.guards import is_filled
from mlx2smk.runtime.unforeseen import UNFORESEEN_FORMAT, UNFORESEEN_VERSION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from mlx2smk.analysis import Analysis, FunctionAnalysis

WHY = "in an earlier run"


@dataclass(frozen=True, slots=True)
class Surprises:
    """The keys of SETUP that a function read and updated, and the trials whose results it read.

    ``origins`` are runs that used names although their slice did not have them. ``folder`` is the folder of
    the records that say so.
    """

    folder: str
    reads: Keys = NO_KEYS
    writes: Keys = NO_KEYS
    results: Keys = NO_KEYS
    origins: tuple[Origin, ...] = ()

    @property
    def names(self) -> frozenset[UsedName]:
        """The names that runs used."""
        return frozenset[UsedName]().union(*(each.names for each in self.origins))

    def __or__(self, other: Surprises) -> Surprises:
        return Surprises(
            self.folder,
            self.reads | other.reads,
            self.writes | other.writes,
            self.results | other.results,
            (*self.origins, *other.origins),
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """The names that a run with a whole file used, and what it rests on: the digests of its slice and of files.

    ``record`` is the name of the record that says so, and ``learned_from`` are those of the records that its
    slice takes into account. ``values`` are those of parameters that decided about the slice.
    """

    record: str
    names: frozenset[UsedName]
    code: str
    files: tuple[tuple[str, str], ...]
    learned_from: frozenset[str]
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
            origins = (_origin(path.stem, record, names, values),) if names else ()
            found = Surprises(str(path.parent), **keys, origins=origins)
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


def _origin(
    name: str,
    record: Mapping[str, Any],
    names: frozenset[UsedName],
    values: tuple[tuple[str, str], ...],
) -> Origin:
    files = sorted((str(path), str(digest)) for path, digest in record["files"].items())
    learned_from = frozenset(map(str, record.get("learned_from", ())))
    return Origin(name, names, str(record["code"]), tuple(files), learned_from, values)


def _keys(record: Mapping[str, Any], name: str) -> Keys:
    if name not in record:
        return NO_KEYS
    return Keys.from_list(None if record[name] is None else list(map(str, record[name])))


@dataclass(frozen=True, slots=True)
class Learned:
    """The names that belong into a slice because earlier runs used them, and the records that say so."""

    names: frozenset[UsedName] = frozenset()
    records: frozenset[str] = frozenset()


NOTHING_LEARNED = Learned()


def learn(
    analysis: Analysis,
    surprises: Mapping[str, Surprises],
    experiment: Path,
    before: Mapping[str, Learned],
) -> dict[str, Learned]:
    """Return the names that belong into slices because earlier runs used them, by function.

    As long as a slice, and the whole files that ran in place of it, are as they were, its results are
    current; with another slice they would run again for nothing. But a module does not hold what its
    file says if by now code that the slice leaves out fills it.

    ``analysis`` is made with what was learned ``before``. Runs count only if their slices knew no more
    than that; what the next ones rest on shows when the names are added that they knew.
    """
    found = dict(before)
    for function in analysis.functions:
        seen, known = surprises.get(function.name), before.get(function.name, NOTHING_LEARNED)
        if seen is None:
            continue
        new = (each for each in seen.origins if each.record not in known.records)
        runs = [each for each in new if each.learned_from <= known.records]
        codes = {each.digest for each in function.slices}
        outdated = {each.values for each in runs if not each.is_current(codes, experiment.parent)}
        outdated |= _filled_since(function, runs, experiment.name)
        learned_from = [each for each in runs if each.values in outdated]
        if learned_from:
            found[function.name] = Learned(
                known.names.union(*(each.names for each in learned_from)),
                known.records.union(each.record for each in learned_from),
            )
    return found


def _filled_since(
    function: FunctionAnalysis, runs: Sequence[Origin], experiment: str
) -> set[tuple[tuple[str, str], ...]]:
    """Return the values with which runs imported a module that other code fills, and ran without that code."""
    whole = {each.values for each in runs if experiment in dict(each.files)}
    missed = (name for each in runs for name in each.names if not name.asked)
    return {name.values for name in missed if is_filled(name.module, function.filled)} - whole


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
