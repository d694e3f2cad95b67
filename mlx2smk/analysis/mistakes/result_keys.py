"""Finds trials and keys that verifications look up in the results but that never exist."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mlx2smk.analysis.mistakes.flow import Kind, Kinds
from mlx2smk.analysis.mistakes.near import nearest, numbered_alike
from mlx2smk.analysis.mistakes.report import trials, verifications
from mlx2smk.analysis.sites import literal_text
from mlx2smk.analysis.updates import returned_keys
from mlx2smk.diagnostics.about_suspicions import (
    ListOfRuns,
    UnknownResult,
    UnknownRunKey,
    UnknownTrialKey,
)
from mlx2smk.language.keys import ANY, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlx2smk.analysis.mistakes.report import Looked, Report

RUN_KEYS: Final = (
    *("success", "result", "return_code", "error", "type"),
    *("params", "duration", "log", "traceback"),
)
"""The keys that a run can have."""


@dataclass(frozen=True, eq=False)
class _Use:
    """A lookup of a key; ``required`` says that it fails without the key."""

    node: ast.expr
    of: Kind
    key: str
    required: bool


def check_results(report: Report, functions: Sequence[Looked]) -> None:
    """Note the keys that verifications look up in the results and that cannot exist."""
    keys = {looked.function.name: _returned(looked, report) for looked in trials(functions)}
    for looked in verifications(functions):
        arguments = looked.node.args if looked.node is not None else None
        parameters = [*arguments.posonlyargs, *arguments.args] if arguments is not None else []
        if looked.node is None or looked.dynamic or not parameters:
            continue
        kinds = Kinds(looked.node, parameters[0].arg)
        _Check(report, looked, keys).all(kinds)


def _returned(looked: Looked, report: Report) -> Keys:
    """Return the keys that a trial's results can have."""
    return returned_keys(looked, report.project) or ANY


class _Check:
    """Checks one verification."""

    def __init__(self, report: Report, looked: Looked, keys: Mapping[str, Keys]) -> None:
        self.report = report
        self.looked = looked
        self.keys = keys

    def all(self, kinds: Kinds) -> None:
        """Note every lookup of a key that cannot exist."""
        stored = {(use.of.what, use.key) for use in self.uses(kinds, ast.Store)}
        uses = list(self.uses(kinds, ast.Load))
        asked = {(use.of.what, use.key) for use in uses if not use.required}
        for use in uses:
            what = use.of.what, use.key
            if what not in stored and not kinds.changes(use.of.what):
                self.check(use, certain=use.required and what not in asked)

    def uses(self, kinds: Kinds, context: type[ast.expr_context]) -> Iterator[_Use]:
        """Yield subscripts, calls of ``get`` and tests with ``in`` that have a literal key."""
        for node in kinds.nodes:
            used = _used(node, context)
            if used is not None:
                base, key, required = used
                kind, text = (
                    kinds.of(base),
                    literal_text(key, self.looked.module, self.looked.certain),
                )
                if kind is not None and text is not None:
                    yield _Use(node, kind, text, required)

    def check(self, use: _Use, *, certain: bool) -> None:
        """Note a key that cannot exist, if no code tests for it or if another one was meant."""
        known = self.known(use.of)
        if known is None or use.key in known:
            return
        hint, near = self.hint(use, known)
        errors = ("KeyError", "LookupError", "TypeError")
        if (certain or near) and not self.looked.nesting.expects(use.node, *errors):
            kind = _MESSAGES[use.of.what]
            self.report.add(
                kind, self.looked.module, use.node, key=use.key, trial=use.of.trial, near=hint
            )

    def known(self, kind: Kind) -> Sequence[str] | None:
        """Return the keys that are possible; None if all are."""
        if kind.what == "results":
            return list(self.keys)
        if kind.what == "result":
            return self.keys.get(kind.trial or "", ANY).listed()
        return {"run": RUN_KEYS, "runs": ()}.get(kind.what)

    def hint(self, use: _Use, known: Sequence[str]) -> tuple[str, bool]:
        """Return a hint, and whether it suggests a correction."""
        if use.of.what == "runs":
            return f'write [0]["{use.key}"], or look at each run in a loop', False
        near = nearest(use.key, known)
        inside = use.of.what == "run" and self.is_inside(use)
        if inside:
            return f'what the trial returned is below "result": write ["result"]["{use.key}"]', True
        if near is not None:
            return f"did you mean {near!r}?", not numbered_alike(use.key, near)
        return f"{_LISTED[use.of.what]}: {', '.join(known)}", False

    def is_inside(self, use: _Use) -> bool:
        """Tell whether the trial, or any trial if it is unknown, returns the key."""
        returned = [self.keys.get(use.of.trial, ANY)] if use.of.trial else self.keys.values()
        return any(use.key in keys.names for keys in returned)


_MESSAGES: Final = {
    "results": UnknownResult,
    "runs": ListOfRuns,
    "run": UnknownRunKey,
    "result": UnknownTrialKey,
}
_LISTED: Final[Mapping[str, str]] = {
    "results": "the trials are",
    "run": "its keys are",
    "result": "it returns",
}


def _used(
    node: ast.expr, context: type[ast.expr_context]
) -> tuple[ast.expr, ast.expr, bool] | None:
    """Return the container, the key, and whether the key is required."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, context):
        return node.value, node.slice, True
    if context is ast.Store:
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        return (node.func.value, node.args[0], False) if node.func.attr == "get" else None
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        tests = isinstance(node.ops[0], (ast.In, ast.NotIn))
        return (node.comparators[0], node.left, False) if tests else None
    return None
