"""The decorators' arguments, except the values of a trial."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeGuard

from mlx2smk.diagnostics.about_arguments import (
    BadInputs,
    BadOrder,
    BadOutputs,
    BadResources,
    BadThreads,
    DoubledArgument,
    MissingArgument,
    StarredArgument,
    TooManyArguments,
    UnknownArgument,
)
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.bindings import is_name
from mlx2smk.language.decorated import DECORATOR_USAGE
from mlx2smk.language.literals import evaluate, is_huge, is_text

if TYPE_CHECKING:
    from collections.abc import Collection

    from mlx2smk.diagnostics.diagnostic import Findings
    from mlx2smk.language.decorated import Decorated
    from mlx2smk.language.experiment import Parameter

Given = dict[str, ast.expr]  # by the parameters' names


@dataclass(frozen=True, slots=True)
class _Signature:
    positional: tuple[str, ...]
    required: tuple[str, ...] = ()
    by_name: tuple[str, ...] = ()


_SIGNATURES: Final = {
    "setup": _Signature(("order",)),
    "trial": _Signature(
        ("order", "values"),
        ("order", "values"),
        ("threads", "resources", "inputs", "outputs", "timeout", "memory"),
    ),
    "verify": _Signature(("trial_names",), ("trial_names",)),
}


def bind_arguments(findings: Findings, decorated: Decorated) -> Given:
    """Return a decorator's arguments by their names; note what does not fit."""
    given: Given = {}
    if decorated.call is None:
        return given
    kind, call = decorated.kind, decorated.call
    _bind_positional(findings, kind, call, given)
    for keyword in call.keywords:
        _bind_keyword(findings, kind, keyword, given)
    _check_missing(findings, kind, call, given)
    return given


def _bind_positional(findings: Findings, kind: str, call: ast.Call, given: Given) -> None:
    known = _SIGNATURES[kind].positional
    for index, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            findings.add(StarredArgument, argument, name=kind, text=findings.text(argument))
            return  # where the others belong is not known
        if index < len(known):
            given[known[index]] = argument
        else:
            count = _count(len(known))
            findings.add(
                TooManyArguments, argument, name=kind, count=count, usage=DECORATOR_USAGE[kind]
            )


def _count(number: int) -> str:
    return f"{number} argument{'s' if number > 1 else ''}"


def _bind_keyword(findings: Findings, kind: str, keyword: ast.keyword, given: Given) -> None:
    signature = _SIGNATURES[kind]
    known = (*signature.positional, *signature.by_name)
    if keyword.arg is None:
        findings.add(StarredArgument, keyword, name=kind, text=findings.text(keyword))
    elif keyword.arg not in known:
        near = did_you_mean(keyword.arg, known, f"it takes {', '.join(known)}")
        findings.add(UnknownArgument, keyword, name=kind, argument=keyword.arg, near=near)
    elif keyword.arg in given:
        findings.add(DoubledArgument, keyword, name=kind, argument=keyword.arg)
    else:
        given[keyword.arg] = keyword.value


def _check_missing(findings: Findings, kind: str, call: ast.Call, given: Given) -> None:
    starred = any(isinstance(argument, ast.Starred) for argument in call.args)
    if starred or any(keyword.arg is None for keyword in call.keywords):
        return  # what is unpacked, which is an error already, may have it
    for name in _SIGNATURES[kind].required:
        if name not in given:
            findings.add(
                MissingArgument, call, name=kind, argument=name, usage=DECORATOR_USAGE[kind]
            )


def read_order(findings: Findings, node: ast.expr | None, *, optional: bool = False) -> int | None:
    """Return the order that an argument says; None if it is not given or, noted, no integer."""
    if node is None:
        return None
    value = evaluate(node)
    if optional and value is None:
        return None
    if type(value) is int and not is_huge(value):
        return value
    findings.add(BadOrder, node, text=findings.text(node))
    return None


def read_threads(findings: Findings, node: ast.expr | None) -> int | None:
    """Return the number of threads; None if it is not given (or None) or, noted, no such number."""
    value = None if node is None else evaluate(node)
    if node is None or value is None:
        return None
    if type(value) is int and value >= 1 and not is_huge(value):
        return value
    findings.add(BadThreads, node, text=findings.text(node))
    return None


def read_resources(
    findings: Findings, node: ast.expr | None
) -> tuple[tuple[str, int | float | str], ...]:
    """Return the resources in the order written; what is wrong with them is noted."""
    if node is None or evaluate(node) is None:
        return ()
    if not isinstance(node, ast.Dict):
        expected = "a dict from resources' names to numbers or strings"
        findings.add(BadResources, node, text=findings.text(node), expected=expected)
        return ()
    found: dict[str, int | float | str] = {}
    for key, value in zip(node.keys, node.values, strict=False):
        _read_resource(findings, key, value, found)
    return tuple(found.items())


def _read_resource(
    findings: Findings, key: ast.expr | None, node: ast.expr, found: dict[str, int | float | str]
) -> None:
    name, value = evaluate(key) if key else None, evaluate(node)
    place = key or node
    if not isinstance(name, str) or not is_name(name) or name.startswith("_"):
        problem = "a resource's name"
    elif name in found:
        problem = "a new name: the resource is given twice"
    elif _is_amount(value):
        found[name] = value
        return
    else:
        problem, place = "a finite number, or a string without null characters", node
    findings.add(BadResources, place, text=findings.text(place), expected=problem)


def _is_amount(value: object) -> TypeGuard[int | float | str]:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, str):
        return is_text(value)
    return isinstance(value, int) and not isinstance(value, bool) and not is_huge(value)


def read_inputs(findings: Findings, node: ast.expr | None) -> tuple[str, ...]:
    """Return the paths of the input files; what is wrong with them is noted."""
    if node is None:
        return ()
    if not isinstance(node, (ast.List, ast.Tuple)):
        findings.add(BadInputs, node, text=findings.text(node), expected="a list of paths")
        return ()
    paths, expected = [], "a path without braces, null characters and surrogates"
    for element in node.elts:
        value = evaluate(element)
        if isinstance(value, str) and value and is_text(value, without="{}"):
            paths.append(value)
        else:
            findings.add(BadInputs, element, text=findings.text(element), expected=expected)
    return tuple(paths)


def read_outputs(
    findings: Findings, node: ast.expr | None, parameters: Collection[Parameter]
) -> tuple[str, ...]:
    """Return the paths that each combination makes; what is wrong with them is noted.

    A parameter's name in braces stands for its value, which must be one that a path can hold.
    """
    if node is None:
        return ()
    if not isinstance(node, (ast.List, ast.Tuple)):
        findings.add(BadOutputs, node, text=findings.text(node), expected="a list of paths")
        return ()
    paths = []
    for element in node.elts:
        value = evaluate(element)
        wrong = _wrong_output(value, parameters)
        if wrong:
            findings.add(BadOutputs, element, text=findings.text(element), expected=wrong)
        else:
            paths.append(str(value))
    return tuple(paths)


def _wrong_output(path: object, parameters: Collection[Parameter]) -> str:
    """Return what a declared output ought to be, empty if it is that."""
    if not isinstance(path, str) or not path or "\0" in path or _has_surrogates(path):
        return "a path"
    simple = {p.name for p in parameters if all(isinstance(v, _IN_PATHS) for v in p.values)}
    rest = path
    for name in simple:
        rest = rest.replace("{" + name + "}", "")
    return (
        "a path with nothing in braces but parameters that are texts or numbers"
        if (set("{}") & set(rest))
        else ""
    )


def _has_surrogates(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


_IN_PATHS = (str, int, float, bool, type(None))
