"""The variants of a trial: what its combinations need, where the values of parameters decide it.

A variant is the slice that the trial would have if the deciding parameters had one value each. So whatever
holds for slices holds for variants: what is left out changes nothing, and what runs is what was hashed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from mlx2smk.runtime.variants import few_enough

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from mlx2smk.analysis.slicing import FunctionSlice, Partial, Slicer
    from mlx2smk.analysis.used import UsedName
    from mlx2smk.language.experiment import Parameter, Trial


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

    ``common`` is the slice for all values, ``used`` are names that the trial is known to use besides. Without
    deciding parameters, there is a variant if earlier runs have told what modules are asked for.
    """
    deciding = _deciding(trial, common.asked | _telling(trial, used))
    told = any(item.asked for item in used)
    if not deciding and not told:
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
        (only,) = slices.values()
        return Variants((), (Variant((0,), only),)) if told else NO_VARIANTS
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
    chosen = few_enough(
        (each.name, len(each.values)) for each in trial.parameters if each.name in asked
    )
    return [parameter for parameter in trial.parameters if parameter.name in chosen]


def _telling(trial: Trial, used: Collection[UsedName]) -> set[str]:
    """Return the parameters whose values tell which names runs used, of those with which they were recorded."""
    named = {name for item in used for name, _ in item.values}
    recorded = _deciding(trial, named)
    names = {
        point: {(item.module, item.name) for item in used if item.fits(_given(recorded, point))}
        for point in product(*(range(len(each.values)) for each in recorded))
    }
    return {
        parameter.name
        for at, parameter in enumerate(recorded)
        if any(found != names[(*point[:at], 0, *point[at + 1 :])] for point, found in names.items())
    }


def _given(parameters: Sequence[Parameter], point: Sequence[int]) -> dict[str, tuple[object, ...]]:
    """Return the values at a point of the grid of some parameters."""
    pairs = zip(parameters, point, strict=True)
    return {parameter.name: (parameter.values[at],) for parameter, at in pairs}
