"""The variants of a trial: what its combinations need, where the values of parameters decide it.

A variant is the slice that the trial would have if the deciding parameters had one value each. So whatever
holds for slices holds for variants: what is left out changes nothing, and what runs is what was hashed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlx2smk.analysis.slicing import FunctionSlice, Partial, Slicer
    from mlx2smk.analysis.used import UsedName
    from mlx2smk.language.experiment import Parameter, Trial

MOST_VARIANTS = 64
"""Slices that are made for one trial; parameters with which there would be more decide nothing."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The slice of the combinations in which the deciding parameters have certain values.

    ``values`` are the numbers of these values in the deciding parameters' own grid, in which the last
    parameter varies fastest.
    """

    values: tuple[int, ...]
    slice: FunctionSlice


@dataclass(frozen=True, slots=True)
class Variants:
    """The names of the parameters that decide, in the trial's order, and the variants; both may be empty."""

    deciding: tuple[str, ...] = ()
    found: tuple[Variant, ...] = ()


NO_VARIANTS = Variants()


def variants_of(
    trial: Trial, common: FunctionSlice, slicer: Slicer, used: Collection[UsedName]
) -> Variants:
    """Return the variants of a trial, none if all its combinations need the same.

    ``common`` is the slice for all values, ``used`` are names that the trial is known to use besides.
    """
    named = {name for item in used for name, _ in item.values}
    deciding = _deciding(trial, common.asked | named)
    if not deciding:
        return NO_VARIANTS
    given: dict[str, tuple[object, ...]] = {p.name: tuple(p.values) for p in trial.parameters}
    slices: dict[str, FunctionSlice] = {}
    numbers: dict[str, list[int]] = {}
    for number, values in enumerate(product(*(parameter.values for parameter in deciding))):
        chosen = zip(deciding, values, strict=True)
        one = given | {parameter.name: (value,) for parameter, value in chosen}
        fitting = [item for item in used if item.fits(one)]
        found, _ = slicer.slice(trial.name, fitting, one)
        known = slices.get(found.digest)
        slices[found.digest] = found if known is None else _with_keys_of(known, found)
        numbers.setdefault(found.digest, []).append(number)
    if len(slices) < 2:
        return NO_VARIANTS
    return Variants(
        tuple(parameter.name for parameter in deciding),
        tuple(Variant(tuple(numbers[digest]), found) for digest, found in slices.items()),
    )


def _with_keys_of(one: FunctionSlice, other: FunctionSlice) -> FunctionSlice:
    """Return a slice that may look up the keys of another one too, which means the same: no entry has them."""
    modules = zip(one.modules, other.modules, strict=True)
    merged = (replace(m, partial=_merged(m.partial, n.partial)) for m, n in modules)
    return replace(one, partial=_merged(one.partial, other.partial), modules=tuple(merged))


def _merged(one: Partial, other: Partial) -> Partial:
    keys = {name: set(literals) for name, literals in one}
    for name, literals in other:
        keys.setdefault(name, set()).update(literals)
    return tuple((name, tuple(sorted(literals))) for name, literals in sorted(keys.items()))


def _deciding(trial: Trial, asked: Collection[str]) -> list[Parameter]:
    """Return the parameters that look-ups depend on, those with few values first if there are too many."""
    chosen, size = set(), 1
    for parameter in sorted(trial.parameters, key=lambda each: len(each.values)):
        count = len(parameter.values)
        if parameter.name in asked and count > 1 and size * count <= MOST_VARIANTS:
            size *= count
            chosen.add(parameter.name)
    return [parameter for parameter in trial.parameters if parameter.name in chosen]
