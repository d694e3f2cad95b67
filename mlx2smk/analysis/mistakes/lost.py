"""Finds what functions make and nobody gets: keys set in their copy of SETUP, verifications without a verdict."""

from __future__ import annotations

import ast
from itertools import chain
from typing import TYPE_CHECKING

from mlx2smk.analysis.context_names import context_use
from mlx2smk.analysis.mistakes.report import setups, trials, verifications
from mlx2smk.analysis.sites import certain_names, key_use
from mlx2smk.diagnostics.about_suspicions import KeyNotKept, NoVerdict
from mlx2smk.language.experiment import Setup
from mlx2smk.language.keys import NO_KEYS, Keys
from mlx2smk.language.scopes import own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.mistakes.report import Looked, Report
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.sites import KeyUse
    from mlx2smk.analysis.slicing import Taken


def check_lost(report: Report, functions: Sequence[Looked]) -> None:
    """Note verifications that return nothing, and keys of SETUP that are set in vain."""
    for looked in verifications(functions):
        node = looked.node
        if node is not None and not _returns(node) and not _is_stub(node):
            report.add_at(NoVerdict, looked.module, looked.function.span, name=node.name)
    for looked in chain(setups(functions), trials(functions)):
        if not looked.dynamic:
            _check_keys(report, looked)


def _returns(node: ast.FunctionDef) -> bool:
    """Whether a function has a `return`, be it one without a value, which is written on purpose."""
    parts = (part for statement in node.body for part in own_scope(statement))
    return any(isinstance(part, ast.Return) for part in parts)


def _is_stub(node: ast.FunctionDef) -> bool:
    """Whether a function has nothing but a docstring, or always fails or leaves."""
    last = node.body[-1]
    call = last.value if isinstance(last, ast.Expr) else None
    if isinstance(call, ast.Call):
        return ast.unparse(call.func).rpartition(".")[2] in _LEAVING
    plain = all(isinstance(each, (ast.Pass, ast.Expr)) for each in node.body)
    return plain or isinstance(last, ast.Raise)


_LEAVING = frozenset({"_exit", "abort", "exit", "kill", "quit"})


def _check_keys(report: Report, looked: Looked) -> None:
    uses = list(_uses(looked.taken, report))
    read = Keys.union(use.keys if use.read else NO_KEYS for use, _, _ in uses)
    for use, reference, taken in uses:
        key = use.keys.single if not use.keys.is_any else None
        if key is not None and not use.read and key not in read and taken.unit is looked.unit:
            how = _HOW_IN_SETUP if isinstance(looked.function, Setup) else _HOW_IN_TRIAL
            report.add(
                *(KeyNotKept, looked.module, reference.node),
                key=key,
                how=how.format(key=key),
            )


def _uses(taken: Sequence[Taken], report: Report) -> Iterator[tuple[KeyUse, Reference, Taken]]:
    for item in taken:
        certain = certain_names(item.unit.names)
        for reference in item.unit.names.references:
            at = context_use(reference, item.module, report.project)
            if at is not None:
                yield key_use(at, item.module, certain), reference, item


_HOW_IN_SETUP = "return {{{key!r}: …}}"
_HOW_IN_TRIAL = 'return {{"context_update": {{{key!r}: …}}}}'
