"""Which compiled experiment, trial and combination a command is about."""

from __future__ import annotations

import ast
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.about_usage import (
    AmbiguousCombination,
    NoSuchTrial,
    NothingCompiled,
    SeveralExperiments,
    UnknownCombination,
    UnknownExperiment,
)
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.diagnostics.fault import FaultError, WrongUsageError
from mlx2smk.results.recorded import compiled_plans
from mlx2smk.runtime import jsontext, layout
from mlx2smk.runtime.grid import Grid
from mlx2smk.runtime.words import spelled, word_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.planning.plan import Plan, TrialPlan

MOST_LISTED = 8
"""Combinations that a message lists."""

_PART = re.compile(r"(?P<name>[^\W\d]\w*)=(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Combination:
    """One combination of a trial of an experiment."""

    plan: Plan
    trial: TrialPlan
    number: int

    @property
    def grid(self) -> Grid:
        """All combinations of the trial."""
        return grid_of(self.trial)


def grid_of(trial: TrialPlan) -> Grid:
    """Return the combinations of a trial."""
    return Grid([(name, list(texts)) for name, texts in trial.parameters])


def chosen_plan(directory: Path, given: str | None) -> Plan:
    """Return the plan of the experiment of that path or name; without one, of the only experiment.

    Raises FaultError if nothing is compiled, and WrongUsageError if there is no such experiment, or
    several.
    """
    plans = list(compiled_plans(directory))
    if not plans:
        raise FaultError(NothingCompiled.about(str(directory)))
    if given is None:
        if len(plans) > 1:
            names = ", ".join(plan.experiment for plan in plans)
            raise WrongUsageError(SeveralExperiments.about(str(directory), names=names))
        return plans[0]
    found = named_plan(directory, plans, given)
    if found is None:
        known = [plan.experiment for plan in plans]
        otherwise = f"compiled are {', '.join(known)}"
        advice = _where_function(plans, given) or did_you_mean(Path(given).stem, known, otherwise)
        raise WrongUsageError(UnknownExperiment.about(given, advice=advice))
    return found


def named_plan(directory: Path, plans: Iterable[Plan], given: str) -> Plan | None:
    """Return the plan of the experiment of that path or name; None if there is none."""
    plans = list(plans)
    for plan in plans:
        if os.path.realpath(given) == os.path.realpath(plan.file_in(directory)):
            return plan
    others = (plan for plan in plans if given in {plan.experiment, plan.source})
    return next(others, None)


def chosen_trial(plan: Plan, name: str) -> TrialPlan:
    """Return the trial of that name; raise WrongUsageError if there is none."""
    for trial in plan.trials:
        if trial.name == name:
            return trial
    names = [trial.name for trial in plan.trials]
    otherwise = f"it has {', '.join(names) or 'no trials'}"
    advice = _where_function([plan], name) or did_you_mean(name, names, otherwise)
    fields = {"experiment": plan.experiment, "name": name, "advice": advice}
    raise WrongUsageError(NoSuchTrial.about(plan.source, **fields))


def _where_function(plans: Iterable[Plan], name: str) -> str | None:
    """Return what to look at for a function that is no experiment, or no trial, None if there is none."""
    for plan in plans:
        for function in plan.functions:
            if function.name == name and function.kind == "trial":
                return (
                    f"it is a trial of {plan.experiment}; --trial {name} selects its combinations"
                )
            if function.name == name:
                log = f"{layout.logs_of(plan.experiment)}/{layout.log_path(function.kind, name)}"
                what = "setup" if function.kind == "setup" else "verification"
                return f"it is a {what} of {plan.experiment}, whose log is {log}"
    return None


def split_words(words: Sequence[str]) -> tuple[dict[str, str], str | None]:
    """Return the values in words such as ``n=3``, and the word that names an experiment, if any.

    Raises WrongUsageError for more than one other word.
    """
    parts: dict[str, str] = {}
    others: list[str] = []
    for word in words:
        found = _PART.fullmatch(word)
        if found is None:
            others.append(word)
        else:
            parts[found["name"]] = found["text"]
    if len(others) > 1:
        advice = "a combination is written like n=3 lr=0.1, before the experiment"
        raise WrongUsageError(UnknownExperiment.about(" ".join(others), advice=advice))
    return parts, others[0] if others else None


def chosen_combination(directory: Path, name: str, words: Sequence[str]) -> Combination:
    """Return the combination of a trial that the words name; raise WrongUsageError unless it is one."""
    parts, experiment = split_words(words)
    plan = chosen_plan(directory, experiment)
    trial = chosen_trial(plan, name)
    found = chosen_numbers(plan, trial, parts)
    texts = grid_of(trial).texts
    if any(texts(number) != texts(found[0]) for number in found):  # else they cannot be told apart
        listed = _listed(trial, found)
        fields = {"trial": name, "given": spelled(parts) or "possible", "combinations": listed}
        raise WrongUsageError(AmbiguousCombination.about(plan.source, count=len(found), **fields))
    return Combination(plan, trial, found[0])


def chosen_numbers(plan: Plan, trial: TrialPlan, parts: dict[str, str]) -> list[int]:
    """Return the numbers of the combinations with these values; raise WrongUsageError if there are none."""
    found = list(matching(trial, parts))
    if not found:
        given = spelled(parts) or "without parameters"
        fields = {"trial": trial.name, "given": given, "advice": _nearest(trial, parts)}
        raise WrongUsageError(UnknownCombination.about(plan.source, **fields))
    return found


def matching(trial: TrialPlan, parts: dict[str, str]) -> Iterator[int]:
    """Yield the numbers of the combinations that have these values."""
    wanted: list[set[int]] = []
    for name, texts in trial.parameters:
        said = parts.get(name)
        same = range(len(texts)) if said is None else _places(texts, said)
        wanted.append(set(same))
    if parts.keys() - {name for name, _ in trial.parameters}:
        return
    yield from _numbers(wanted, [len(texts) for _, texts in trial.parameters])


def _numbers(wanted: list[set[int]], sizes: list[int]) -> list[int]:
    """Return the numbers of the combinations whose values are at these places."""
    numbers = [0]
    for places, size in zip(wanted, sizes, strict=True):
        numbers = [number * size + at for number in numbers for at in sorted(places)]
    return numbers


def _places(texts: Sequence[str], said: str) -> list[int]:
    """Return the places of the values that are written so, or else mean that, or else are equal to it."""
    for same in (str.__eq__, _means, _equals):
        found = [at for at, text in enumerate(texts) if same(said, text)]
        if found:
            return found
    return []


def _means(said: str, text: str) -> bool:
    value = _value(text)
    if isinstance(value, str) and said == value:
        return True
    return jsontext.is_same(_read(said), value)


def _equals(said: str, text: str) -> bool:
    """Tell whether both are the same number, however it is written: 1 and 1.0, 1e-3 and 0.001."""
    value, other = _read(said), _value(text)
    numbers = all(isinstance(each, (int, float)) for each in (value, other))
    return (
        numbers and not isinstance(value, bool) and not isinstance(other, bool) and value == other
    )


def _read(said: str) -> Any:
    """Return the literal that is written; the text itself if it is none."""
    try:
        value = ast.literal_eval(said)
        jsontext.dumps(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return {"inf": float("inf"), "-inf": float("-inf"), "nan": float("nan")}.get(said, said)
    return value


def _value(text: str) -> Any:
    return Grid([("value", [text])]).values(0)["value"]


def _nearest(trial: TrialPlan, parts: dict[str, str]) -> str:
    """Return a hint about the first part that no combination has."""
    known = dict(trial.parameters)
    for name, said in parts.items():
        if name not in known:
            otherwise = f"its parameters are {', '.join(known) or 'none'}"
            return did_you_mean(name, known, otherwise)
        if not _places(known[name], said):
            return _near_value(name, said, known[name])
    return "it has no combinations"


def _near_value(name: str, said: str, texts: Sequence[str]) -> str:
    """Return a hint with the value that is nearest to what was said, and with the values that there are."""
    spoken = [word_of(name, text) for text in texts]
    number = _read(said)
    if _is_number(number) and all(map(_is_number, map(_value, texts))):
        near = min(range(len(texts)), key=lambda at: abs(_value(texts[at]) - number))
        hint = f"did you mean {spoken[near]!r}? "
    else:
        found = did_you_mean(f"{name}={said}", spoken, "")
        hint = f"{found} " if found else ""
    more = ", …" if len(texts) > MOST_LISTED else ""
    return f"{hint}{name} is one of {', '.join(texts[:MOST_LISTED])}{more}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _listed(trial: TrialPlan, numbers: Sequence[int]) -> str:
    grid = grid_of(trial)
    shown = [words_of(grid.texts(number)) for number in numbers[:MOST_LISTED]]
    more = f"; and {len(numbers) - MOST_LISTED} more" if len(numbers) > MOST_LISTED else ""
    return "; ".join(shown) + more
