"""Source -> Experiment: what a file declares, read without running any of it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_files import (
    LongFileName,
    NoTrial,
    TakenFileName,
    TooDeep,
    UnusableFileName,
)
from mlx2smk.diagnostics.about_warnings import StandardModuleName
from mlx2smk.diagnostics.diagnostic import Diagnostic, Findings
from mlx2smk.language.arguments import (
    bind_arguments,
    read_inputs,
    read_order,
    read_outputs,
    read_resources,
    read_threads,
)
from mlx2smk.language.bindings import names_bound
from mlx2smk.language.decorated import find_decorated
from mlx2smk.language.decorator_imports import check_imports
from mlx2smk.language.experiment import Experiment, Mark, Setup, Trial, Verify
from mlx2smk.language.function_checks import (
    LONGEST_NAME,
    check_body,
    check_function_names,
    check_setup,
    check_trial,
    check_verify,
    is_too_long,
)
from mlx2smk.language.limit_arguments import read_memory, read_timeout
from mlx2smk.language.origins import MODULES
from mlx2smk.language.rewriting import with_literals
from mlx2smk.language.scopes import Function
from mlx2smk.language.syntax import read_tree
from mlx2smk.language.trial_names import read_trial_names
from mlx2smk.language.trial_values import read_trial_values

if TYPE_CHECKING:
    import ast

    from mlx2smk.diagnostics.source import Source
    from mlx2smk.language.decorated import Decorated

_FILE_NAME: Final = re.compile(r"\w[\w.+-]*")
_WHAT: Final = {"setup": "a setup", "trial": "a trial", "verify": "a verification"}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The experiment, None if there is any error, and all messages in the order of their places."""

    experiment: Experiment | None
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    """Read what a file declares, without running any of it; mistakes are reported, never raised."""
    findings = Findings(source)
    experiment = None
    _check_file_name(findings)
    try:
        tree = read_tree(findings)
        if tree is not None:
            experiment = _read(findings, tree)
            findings.found[:] = with_literals(source, tree, findings.found)
    except RecursionError:
        findings.add_whole(TooDeep)
    return Parsed(None if findings.errors else experiment, findings.ordered())


def _check_file_name(findings: Findings) -> None:
    stem = findings.source.stem
    if stem in MODULES:
        findings.add_whole(TakenFileName, stem=stem)
    elif is_too_long(stem):
        length = len(stem.encode("utf-8", "surrogatepass"))
        findings.add_whole(LongFileName, length=length, most=LONGEST_NAME)
    elif not _FILE_NAME.fullmatch(stem):
        findings.add_whole(UnusableFileName, stem=stem)
    elif stem in sys.stdlib_module_names:
        findings.add_whole(StandardModuleName, stem=stem)


def _read(findings: Findings, tree: ast.Module) -> Experiment:
    """Read a file's declarations; where something is wrong, what is returned means nothing."""
    check_imports(findings, tree)
    decorated = find_decorated(findings, tree)
    if not findings.errors and all(each.kind != "trial" for each in decorated):
        findings.add_whole(NoTrial)
    check_function_names(findings, tree, decorated)
    for each in decorated:
        check_body(findings, each.function)
    known = _known_names(tree, decorated)
    setups = [_read_setup(findings, each) for each in decorated if each.kind == "setup"]
    trials = [_read_trial(findings, each) for each in decorated if each.kind == "trial"]
    verifications = [
        _read_verify(findings, each, known) for each in decorated if each.kind == "verify"
    ]
    setups.sort(key=lambda setup: (setup.order is None, setup.order or 0))
    trials.sort(key=lambda trial: trial.order)
    return Experiment(findings.source, tree, tuple(setups), tuple(trials), tuple(verifications))


def _known_names(tree: ast.Module, decorated: list[Decorated]) -> dict[str, str]:
    """Return what each name is that the file binds: ``a trial``, ``a setup`` and so on."""
    bound = {name for statement in tree.body for name, _ in names_bound(statement)}
    functions = {node.name for node in tree.body if isinstance(node, Function)}
    return (
        dict.fromkeys(bound, "a name of this file")
        | dict.fromkeys(functions, "an undecorated function")
        | {each.function.name: _WHAT[each.kind] for each in decorated}
    )


def _read_setup(findings: Findings, each: Decorated) -> Setup:
    given = bind_arguments(findings, each)
    order = read_order(findings, given.get("order"), optional=True)
    check_setup(findings, each.function)
    span = findings.source.name_span(each.function)
    return Setup(each.function.name, order, span, each.statement, _mark(each))


def _read_trial(findings: Findings, each: Decorated) -> Trial:
    given = bind_arguments(findings, each)
    node = given.get("values")
    values = None if node is None else read_trial_values(findings, node)
    if values is not None:
        check_trial(findings, each.function, values)
    return Trial(
        name=each.function.name,
        order=read_order(findings, given.get("order")) or 0,
        parameters=tuple(values.parameters) if values else (),
        parallel=values.parallel if values else None,
        threads=read_threads(findings, given.get("threads")),
        resources=read_resources(findings, given.get("resources")),
        inputs=read_inputs(findings, given.get("inputs")),
        outputs=read_outputs(findings, given.get("outputs"), values.parameters if values else ()),
        timeout=read_timeout(findings, given.get("timeout")),
        memory=read_memory(findings, given.get("memory")),
        span=findings.source.name_span(each.function),
        statement=each.statement,
        mark=_mark(each),
    )


def _read_verify(findings: Findings, each: Decorated, known: dict[str, str]) -> Verify:
    node = bind_arguments(findings, each).get("trial_names")
    names = () if node is None else read_trial_names(findings, node, known)
    check_verify(findings, each.function)
    span = findings.source.name_span(each.function)
    return Verify(each.function.name, names, span, each.statement, _mark(each))


def _mark(each: Decorated) -> Mark | None:
    return None if each.call is None else Mark(each.call, each.module)
