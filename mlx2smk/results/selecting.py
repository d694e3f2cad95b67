"""A part of the grids for a smoke test: `mlx run --only 'seed == 0' --limit 4`.

The part of a grid is a grid as well, so that the run means exactly what the experiment would mean if it had
been written with these values.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import NoGrid, NothingSelected
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.results.columns import Table, table_of
from mlx2smk.results.rows import Row
from mlx2smk.results.where import predicate
from mlx2smk.runtime import jsontext
from mlx2smk.runtime.result_fields import FIXED
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlx2smk.language.experiment import Experiment, Parameter, Trial

ONLY = "--only"


@dataclass(frozen=True, slots=True)
class GridPart:
    """Which combinations are wanted: those for which an expression holds, at most ``limit`` of a trial.

    ``home`` is the folder that the whole experiment is, or would be, compiled into.
    """

    home: Path
    only: str | None = None
    limit: int | None = None

    def __str__(self) -> str:
        parts = [] if self.only is None else [" ".join(self.only.split())]
        if self.limit is not None:
            parts.append(f"at most {counted(self.limit, 'combination')} of a trial")
        return ", ".join(parts)


def part_of(experiments: Sequence[Experiment], part: GridPart) -> list[Experiment]:
    """Return the experiments with smaller grids.

    Raises WrongUsageError if the expression is wrong, if nothing is left, or if what is left of a trial is no
    grid.
    """
    trials = [trial for each in experiments for trial in each.trials]
    terms = [] if part.only is None else _terms(part.only, trials)
    found = [
        replace(each, trials=tuple(_smaller(trial, terms, part.limit) for trial in each.trials))
        for each in experiments
    ]
    touched = [trial for trial in trials if _applying(terms, trial)]
    left = [
        trial for each in found for trial in each.trials if trial.name in {t.name for t in touched}
    ]
    if touched and not any(prod(len(p.values) for p in trial.parameters) for trial in left):
        raise WrongUsageError(NothingSelected.about(ONLY, expression=part.only))
    return found


@dataclass(frozen=True, slots=True)
class _Term:
    """One of the expressions between `and`, and the names in it."""

    text: str
    names: frozenset[str]


def _terms(text: str, trials: Sequence[Trial]) -> list[_Term]:
    """Check the expression against the parameters of all trials, and split it at `and`."""
    everything = [Row(trial.name, 0, params) for trial in trials for params in _all_params(trial)]
    predicate(text, _parameters(everything), ONLY)
    tree = ast.parse(" ".join(text.split("\n")).strip(), mode="eval").body
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    return [
        _Term(ast.unparse(part), frozenset(n.id for n in ast.walk(part) if isinstance(n, ast.Name)))
        for part in parts
    ]


def _parameters(rows: Sequence[Row]) -> Table:
    """Return the table of nothing but parameters."""
    table = table_of(rows, with_trial=False)
    return table.only([name for name in table.names if name not in FIXED], ONLY)


def _all_params(trial: Trial) -> list[dict[str, Any]]:
    """Return the parameters of all combinations as JSON has them; their places stand in for the values."""
    values = [[_in_json(value) for value in parameter.values] for parameter in trial.parameters]
    names = [parameter.name for parameter in trial.parameters]
    return [dict(zip(names, each, strict=True)) for each in product(*values)]


def _in_json(value: object) -> Any:
    return jsontext.loads(jsontext.dumps(value))


def _applying(terms: Sequence[_Term], trial: Trial) -> list[_Term]:
    """Return the terms about parameters that a trial has; the others do not restrict it."""
    names = {parameter.name for parameter in trial.parameters}
    return [term for term in terms if term.names <= names]


def _smaller(trial: Trial, terms: Sequence[_Term], limit: int | None) -> Trial:
    places = [list(range(len(parameter.values))) for parameter in trial.parameters]
    applying = _applying(terms, trial)
    if applying and all(places):
        places = _grid(trial, _chosen(trial, applying, places))
    if limit is not None:
        sizes = _sizes([len(each) for each in places], limit)
        places = [each[:size] for each, size in zip(places, sizes, strict=True)]
    parameters = map(_with_places, trial.parameters, places)
    return replace(trial, parameters=tuple(parameters))


def _with_places(parameter: Parameter, places: Sequence[int]) -> Parameter:
    return replace(parameter, values=tuple(parameter.values[place] for place in places))


def _chosen(
    trial: Trial, terms: Sequence[_Term], places: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    """Return the places of the values of the combinations for which all terms hold."""
    table = _parameters([Row(trial.name, 0, params) for params in _all_params(trial)])
    tests = [predicate(term.text, table, ONLY) for term in terms]
    lines = zip(product(*places), table.lines, strict=True)
    return [each for each, line in lines if all(test(line) for test in tests)]


def _grid(trial: Trial, chosen: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """Return the values of each parameter; raise WrongUsageError if their product has other combinations."""
    places = [sorted({each[at] for each in chosen}) for at in range(len(trial.parameters))]
    if chosen and prod(map(len, places)) != len(chosen):
        raise WrongUsageError(NoGrid.about(ONLY, trial=trial.name))
    return places


def _sizes(sizes: Sequence[int], limit: int) -> list[int]:
    """Return how many values of each parameter are taken, so that there are at most so many combinations.

    The parameters grow by one value in turn, so that as many of them as possible have several.
    """
    taken = [min(1, size) for size in sizes]
    if limit == 0 and taken:
        return [0] * len(taken)
    grows = True
    while grows:
        grows = False
        for at, size in enumerate(sizes):
            more = [*taken[:at], taken[at] + 1, *taken[at + 1 :]]
            if taken[at] < size and prod(more) <= limit:
                taken, grows = more, True
    return taken
