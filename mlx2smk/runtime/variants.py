"""What a combination of a trial runs, where the values of some parameters decide it: a variant of the trial.

A plan has variants only for trials of which not all combinations run the same code.
"""

from __future__ import annotations

from .grid import Grid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from typing import Any

    from .documents import Codes, FunctionEntry, TrialEntry


MOST_VARIANTS = 64
"""Variants of one trial; parameters with which there would be more decide nothing."""


def deciding_number(
    parameters: Sequence[tuple[str, Sequence[str]]], deciding: Collection[str], number: int
) -> int:
    """Return the number of a combination's deciding values in the grid of the deciding parameters."""
    found, size = 0, 1
    for name, texts in reversed(parameters):
        number, at = divmod(number, len(texts))
        if name in deciding:
            found += at * size
            size *= len(texts)
    return found


def variant_entry(trial: TrialEntry, number: int) -> FunctionEntry:
    """Return what the plan says of the code that a combination runs."""
    variants = trial.get("variants")
    if not variants:
        return trial
    at = deciding_number(trial["parameters"], trial["deciding"], number)
    entry: Any = dict(trial)
    entry["partial"] = entry["watched"] = []
    entry.update(next((each for each in variants if at in each["values"]), {}))
    found: FunctionEntry = entry
    return found


def variants_by_number(trial: TrialEntry, numbers: Iterable[int]) -> dict[int, FunctionEntry]:
    """Return what the plan says of the code that each of some combinations runs: one entry for each code."""
    codes: dict[str, FunctionEntry] = {}
    entries = ((number, variant_entry(trial, number)) for number in numbers)
    return {number: codes.setdefault(entry["digest"], entry) for number, entry in entries}


def few_enough(counts: Iterable[tuple[str, int]]) -> set[str]:
    """Choose parameters, given how many values each has, whose combinations are not too many to be told apart."""
    chosen, size = set(), 1
    for name, count in sorted(counts, key=lambda each: each[1]):
        if count > 1 and size * count <= MOST_VARIANTS:
            size *= count
            chosen.add(name)
    return chosen


def deciding_values(trial: TrialEntry, number: int) -> dict[str, str]:
    """Return the values that decide what code a combination runs, as literals.

    Where it is not known which values do, they are those of all parameters that have few.
    """
    deciding = trial.get("deciding") or few_enough(
        (name, len(texts)) for name, texts in trial["parameters"]
    )
    texts = Grid(trial["parameters"]).texts(number)
    return {name: texts[name] for name, _ in trial["parameters"] if name in deciding}


def grouped_codes(codes: Iterable[str]) -> Codes:
    """Return the codes of the runs of a job, each with the positions of its runs."""
    positions: dict[str, list[int]] = {}
    for position, code in enumerate(codes):
        positions.setdefault(code, []).append(position)
    return list(positions.items())


def codes_in(made: Any, count: int) -> list[str]:
    """Return the digest of the code of each of the runs in a job's record, given what they were made from."""
    found = [made.get("code", "")] * count
    for code, positions in made.get("codes", ()):
        for position in positions:
            if position < count:
                found[position] = code
    return found


def all_codes(made: Any) -> list[str]:
    """Return the digests of all code in what a record of any kind says that it was made from."""
    return [made.get("code", ""), *(code for code, _ in made.get("codes", ()))]
