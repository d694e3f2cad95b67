"""The values of a trial: parameters with their lists, and ``__parallel__``."""

from __future__ import annotations

import ast
import keyword
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_values import (
    BadParallel,
    BadParameterName,
    DoubledKey,
    NonStringKey,
    NotLiteral,
    ReservedName,
    TooManyCombinations,
    UnknownReservedKey,
    ValuesNotDict,
    ValuesNotList,
)
from mlx2smk.diagnostics.about_warnings import DoubledValue, EmptyList, HugeGrid
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.bindings import is_name
from mlx2smk.language.experiment import Parameter
from mlx2smk.language.literals import (
    NOT_LITERAL,
    check_literal,
    evaluate,
    is_huge,
    quickly_evaluated,
)

if TYPE_CHECKING:
    from mlx2smk.diagnostics.diagnostic import Findings

PARALLEL: Final = "__parallel__"
MANY_COMBINATIONS: Final = 100_000  # combinations
MOST_COMBINATIONS: Final = 10_000_000  # planning more would take minutes and gigabytes


@dataclass(slots=True)
class TrialValues:
    """The values as far as they are right; ``keys`` has the place of every parameter's name.

    ``whole`` is False if something, which is an error already, is unpacked into the values.
    """

    parameters: list[Parameter] = field(default_factory=list)
    parallel: int | None = None
    keys: dict[str, ast.expr] = field(default_factory=dict)
    whole: bool = True


def read_trial_values(findings: Findings, node: ast.expr) -> TrialValues | None:
    """Return a trial's values; None if they are no dict. What is wrong is noted."""
    if not isinstance(node, ast.Dict):
        kind = NotLiteral if evaluate(node) is NOT_LITERAL and _opaque(node) else ValuesNotDict
        findings.add(kind, node, text=findings.text(node))
        return None
    values = TrialValues(whole=None not in node.keys)
    seen: set[str] = set()
    for key, value in zip(node.keys, node.values, strict=False):
        name = _read_key(findings, key, value, seen)
        if name == PARALLEL:
            values.parallel = _read_parallel(findings, value)
        elif name is not None and key is not None:
            values.keys[name] = key
            values.parameters.append(Parameter(name, _read_list(findings, name, value)))
    _check_size(findings, node, values)
    return values


def _check_size(findings: Findings, node: ast.Dict, values: TrialValues) -> None:
    """Note values that have more combinations than can, or should, be run."""
    count = math.prod(len(parameter.values) for parameter in values.parameters)
    if count > MOST_COMBINATIONS:
        findings.add(TooManyCombinations, node, count=_said(count), most=MOST_COMBINATIONS)
    elif count > MANY_COMBINATIONS:
        findings.add(HugeGrid, node, count=count)


def _said(count: int) -> str:
    return f"{count:,}" if count < MOST_COMBINATIONS**2 else "far too many"


def _opaque(node: ast.expr) -> bool:
    """Tell whether an expression's type cannot be seen from how it is written."""
    return not isinstance(node, (ast.List, ast.Tuple, ast.Set))


def _read_key(
    findings: Findings, key: ast.expr | None, value: ast.expr, seen: set[str]
) -> str | None:
    """Return the name that a key says; None, with the error noted, if it cannot be used."""
    if key is None:  # {**other}
        findings.add(NotLiteral, value, text=f"**{findings.text(value)}")
        return None
    name = evaluate(key)
    if not isinstance(name, str):
        findings.add(NonStringKey, key, text=findings.text(key))
        check_literal(findings, value)
    elif name in seen:
        findings.add(DoubledKey, key, text=findings.text(key))
    else:
        seen.add(name)
        if _check_name(findings, key, name):
            return name
        check_literal(findings, value)
    return None


def _check_name(findings: Findings, key: ast.expr, name: str) -> bool:
    """Note a name that no parameter can have."""
    if name == PARALLEL:
        return True
    if name == "setup":
        findings.add(ReservedName, key)
    elif name.startswith("__") and name.endswith("__") and name.strip("_"):
        near = did_you_mean(name, [PARALLEL], f"the only setting is {PARALLEL!r}")
        findings.add(UnknownReservedKey, key, name=name, near=near)
    elif not is_name(name):
        findings.add(BadParameterName, key, name=name, reason=_reason(name), near=_better(name))
    else:
        return True
    return False


def _reason(name: str) -> str:
    if keyword.iskeyword(name):
        return "a keyword of Python"
    return "no identifier" if name else "empty"


def _better(name: str) -> str:
    """Return a hint with a name that could be used instead."""
    better = "".join(char if f"x{char}".isidentifier() else "_" for char in name).strip("_")
    better = f"{better}_" if keyword.iskeyword(better) else better
    return f"write for example {better!r}" if is_name(better) else "write a name such as 'n'"


def _read_parallel(findings: Findings, node: ast.expr) -> int | None:
    value = evaluate(node)
    if type(value) is int and value >= 1 and not is_huge(value):
        return value
    findings.add(BadParallel, node, text=findings.text(node))
    return None


def _read_list(findings: Findings, name: str, node: ast.expr) -> tuple[object, ...]:
    """Return a parameter's values; one None in their place if they are wrong."""
    if isinstance(node, (ast.List, ast.Tuple)):
        value = quickly_evaluated(node)
        if value is NOT_LITERAL:
            if not check_literal(findings, node):
                return (None,)
            value = evaluate(node)
        if not node.elts:
            findings.add(EmptyList, node, name=name)
        values = tuple(value) if isinstance(value, (list, tuple)) else ()
        _warn_of_doubled(findings, name, node.elts, values)
        return values
    if check_literal(findings, node):
        advice = _list_advice(name, findings.text(node))
        findings.add(ValuesNotList, node, name=name, text=findings.text(node), advice=advice)
    return (None,)


def _list_advice(name: str, text: str) -> str:
    looks_like_setting = did_you_mean(name.strip("_"), [PARALLEL.strip("_")], "")
    return f"did you mean {PARALLEL!r}?" if looks_like_setting else f"write [{text}]"


def _warn_of_doubled(
    findings: Findings, name: str, elements: list[ast.expr], values: tuple[object, ...]
) -> None:
    if _all_differ(values):
        return
    seen = set()
    for element, value in zip(elements, map(_exact, values), strict=True):
        if value in seen:
            findings.add(DoubledValue, element, text=findings.text(element), name=name)
        seen.add(value)


def _all_differ(values: tuple[object, ...]) -> bool:
    """Tell whether no value is equal to another, as far as that is quickly found: 1, 1.0 and True are equal."""
    try:
        return len(set(map(_hashable, values))) == len(values)
    except TypeError:  # there are lists or dicts in some
        return False


def _hashable(value: object) -> object:
    """Return what is equal for equal values, and has a hash unless there are lists or dicts in the value."""
    if isinstance(value, dict):
        return frozenset(value.items())
    return tuple(value) if isinstance(value, list) else value


def _exact(value: object) -> tuple[object, ...]:
    """Return something hashable that is equal for equal values of equal types only."""
    if isinstance(value, (list, tuple)):
        return (type(value), *map(_exact, value))
    if isinstance(value, dict):
        return (dict, frozenset((_exact(key), _exact(each)) for key, each in value.items()))
    return (type(value), repr(value))
