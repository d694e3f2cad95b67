"""The decorated functions themselves: how they may be called, and whose their names are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_functions import (
    AsyncFunction,
    DoubledFunction,
    GeneratorFunction,
    LongFunctionName,
    MissingValues,
    PositionalOnly,
    ReboundFunction,
    ReservedFunctionName,
    SetupTakesArguments,
    UnknownParameter,
    VerifyArguments,
)
from mlx2smk.diagnostics.about_values import ReservedName
from mlx2smk.diagnostics.about_warnings import ShadowedContext
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.bindings import names_bound
from mlx2smk.language.origins import imports_from_ours
from mlx2smk.language.scopes import DefinitionNode, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.diagnostics.diagnostic import Findings
    from mlx2smk.diagnostics.source import Span
    from mlx2smk.language.bindings import Binder
    from mlx2smk.language.decorated import Decorated
    from mlx2smk.language.scopes import Function
    from mlx2smk.language.trial_values import TrialValues

LONGEST_NAME = 200
"""Bytes of a function's or an experiment's name; with prefixes and endings it fits into 255."""


def check_body(findings: Findings, function: Function) -> None:
    """Note functions whose call does not run them, and names that are too long for files."""
    if is_too_long(function.name):
        place, length = findings.source.name_span(function), len(function.name.encode())
        findings.add(LongFunctionName, place, length=length, most=LONGEST_NAME)
    if isinstance(function, ast.AsyncFunctionDef):
        findings.add(AsyncFunction, findings.source.name_span(function), function=function.name)
        return
    for node in _own_nodes(function.body):
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            findings.add(GeneratorFunction, node, function=function.name)
            return


def _own_nodes(body: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    for statement in body:
        yield from own_scope(statement)


def check_setup(findings: Findings, function: Function) -> None:
    """Note parameters that a setup cannot do without."""
    for parameter in _required(function.args):
        name = parameter.arg
        findings.add(SetupTakesArguments, parameter, function=function.name, name=name)


def check_verify(findings: Findings, function: Function) -> None:
    """Note verifications that cannot be called with one argument."""
    arguments = function.args
    needed = len([*arguments.posonlyargs, *arguments.args]) - len(arguments.defaults)
    by_name = _required_by_name(arguments)
    if by_name:
        reason = f"also needs {by_name[0].arg!r}"
    elif needed > 1:
        reason = f"needs {needed}"
    elif not (arguments.posonlyargs or arguments.args or arguments.vararg):
        reason = "takes none"
    else:
        return
    span = findings.source.name_span(function)
    findings.add(VerifyArguments, span, function=function.name, reason=reason)


def check_trial(findings: Findings, function: Function, values: TrialValues) -> None:
    """Note parameters without values, and values without parameters."""
    arguments, keys = function.args, values.keys
    by_name = {parameter.arg for parameter in (*arguments.args, *arguments.kwonlyargs)}
    by_position = {parameter.arg for parameter in arguments.posonlyargs}
    for name, key in keys.items():
        if not (name in by_name or name in by_position or arguments.kwarg):
            near = did_you_mean(
                name, by_name - set(keys), f"add it to the parameters of {function.name!r}"
            )
            findings.add(UnknownParameter, key, function=function.name, name=name, near=near)
    _check_positional(findings, function, keys)
    if values.whole:
        _check_required(findings, function, keys)


def _check_positional(findings: Findings, function: Function, keys: dict[str, ast.expr]) -> None:
    required = _required(function.args)
    for parameter in function.args.posonlyargs:
        name = parameter.arg
        if parameter in required or (name in keys and not function.args.kwarg):
            findings.add(PositionalOnly, parameter, function=function.name, name=name)


def _check_required(findings: Findings, function: Function, keys: dict[str, ast.expr]) -> None:
    for parameter in _required(function.args):
        name = parameter.arg
        if name in keys or parameter in function.args.posonlyargs:
            continue
        if name == "setup":
            findings.add(ReservedName, parameter)
        else:
            findings.add(MissingValues, parameter, function=function.name, name=name)


def _required(arguments: ast.arguments) -> list[ast.arg]:
    positional = [*arguments.posonlyargs, *arguments.args]
    return positional[: len(positional) - len(arguments.defaults)] + _required_by_name(arguments)


def _required_by_name(arguments: ast.arguments) -> list[ast.arg]:
    pairs = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=False)
    return [parameter for parameter, default in pairs if default is None]


def check_function_names(findings: Findings, tree: ast.Module, decorated: list[Decorated]) -> None:
    """Note names of decorated functions, and SETUP, that are bound to something else."""
    functions = {id(each.function) for each in decorated}
    first: dict[str, int] = {}  # line in which a name was decorated
    for statement in tree.body:
        for name, node in names_bound(statement):
            if id(node) in functions:
                _check_function_name(findings, name, node, first)
                first.setdefault(name, node.lineno)
            elif name in first:
                place = _name_place(findings, node)
                findings.add(ReboundFunction, place, function=name, line=first[name])
            elif name == "SETUP" and _is_plain(statement) and not _is_ours(findings, statement):
                findings.add(ShadowedContext, _name_place(findings, node))


def _is_ours(findings: Findings, statement: ast.stmt) -> bool:
    """Tell whether SETUP is imported as the context that it is."""
    return imports_from_ours(statement, findings.source) and all(
        alias.name == "SETUP" or alias.asname != "SETUP" for alias in statement.names
    )


def _check_function_name(
    findings: Findings, name: str, node: Binder, first: dict[str, int]
) -> None:
    place = _name_place(findings, node)
    if name == "SETUP":
        findings.add(ReservedFunctionName, place)
    elif name in first:
        findings.add(DoubledFunction, place, function=name, line=first[name])


def _is_plain(statement: ast.stmt) -> bool:
    """Tell whether a statement surely happens: not inside ``if``, ``try`` and the like."""
    return isinstance(statement, DefinitionNode) or not hasattr(statement, "body")


def _name_place(findings: Findings, node: Binder) -> Span | Binder:
    return findings.source.name_span(node) if isinstance(node, DefinitionNode) else node


def is_too_long(name: str) -> bool:
    """Tell whether a name is too long to be a part of the names of files."""
    return len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME
