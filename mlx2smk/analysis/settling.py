"""Drops from a slice what only loads a module that is loaded anyway."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.taken import Taken


def settled(taken: Sequence[Taken], linker: Linker) -> list[Taken]:
    """Drop what only loads a module that the same import, or one before it, loads as well."""
    imports: dict[Module, list[Taken]] = {}
    for item in taken:
        if isinstance(item.unit.node, (ast.Import, ast.ImportFrom)):
            imports.setdefault(item.module, []).append(item)
    gone = {item.unit for each in imports.values() for item in _loaded_otherwise(each, linker)}
    kept: dict[int, int | None] = {}
    found: list[Taken] = []
    for position, item in enumerate(taken):
        via = None if item.reached_from is None else kept[item.reached_from]
        kept[position] = via if item.unit in gone else len(found)
        if item.unit not in gone:
            found.append(replace(item, reached_from=via))
    return found


def _loaded_otherwise(imports: Sequence[Taken], linker: Linker) -> Iterator[Taken]:
    """Yield those of a module's imports that are there only to load what it has loaded already."""
    ordered = sorted(imports, key=lambda item: item.unit.index)
    loaded: set[str] = set()
    for _, group in groupby(ordered, key=lambda item: item.unit.statement):
        statement = list(group)
        for item in statement:
            loaded.update(_loads_besides(item, linker))
        for item in statement:
            if item.loads in loaded:
                yield item
            elif item.loads is not None:
                loaded.add(item.loads)


def _loads_besides(item: Taken, linker: Linker) -> Iterator[str]:
    """Yield what an import loads for certain, besides the one module that it may be taken for."""
    if item.loads is not None:
        parts = item.loads.split(".")
        yield from (".".join(parts[:depth]) for depth in range(1, len(parts)))
    elif isinstance(item.unit.node, ast.Import):
        yield from (module.dotted for module in linker.of(item.unit, item.module).loads)
    else:
        dotted = linker.loading(item.unit, item.module)
        yield from (module.dotted for module in linker.project.around(dotted or ""))
