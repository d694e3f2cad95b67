"""Checks what functions return: invalid verdicts, and misspelled ``context_update``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.mistakes.near import nearest
from mlx2smk.analysis.mistakes.report import trials, verifications
from mlx2smk.analysis.update_values import UPDATE
from mlx2smk.analysis.updates import returned
from mlx2smk.diagnostics.about_suspicions import MisspelledUpdate, UnknownMember, UnknownVerdict
from mlx2smk.diagnostics.diagnostic import shorten
from mlx2smk.language.origins import MODULES
from mlx2smk.runtime.verdicts import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.analysis.mistakes.report import Looked, Report
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module

_ALL = ", ".join(VERDICTS)


def check_verdicts(report: Report, functions: Sequence[Looked]) -> None:
    """Note literals that verifications return and that are not verdicts."""
    for looked in verifications(functions):
        for value in returned(looked.node) if looked.node is not None else ():
            if isinstance(value, ast.Constant) and not _is_verdict(value.value):
                _check_verdict(report, looked, value)
        for reference in looked.unit.names.references:
            _check_member(report, looked, reference)


def _is_verdict(value: object) -> bool:
    return value is None or isinstance(value, bool) or str(value).lower() in VERDICTS


def _check_verdict(report: Report, looked: Looked, node: ast.Constant) -> None:
    if not looked.nesting.expects(node):
        near = nearest(node.value, VERDICTS) if isinstance(node.value, str) else None
        hint = f"did you mean {near!r}?" if near else f"the verdicts are: {', '.join(VERDICTS)}"
        text = shorten(ast.unparse(node))
        report.add(UnknownVerdict, looked.module, node, text=text, near=hint)


def _check_member(report: Report, looked: Looked, reference: Reference) -> None:
    """Note a member that the enum of verdicts lacks."""
    member = reference.attributes[_is_module(reference, looked.module) :][:1]
    if not member or member[0] in _MEMBERS or not member[0].isupper():
        return
    if _is_enum(reference, looked.module, report) and not looked.nesting.expects(
        reference.node, "AttributeError"
    ):
        near = nearest(member[0], _MEMBERS)
        hint = f"did you mean {near!r}?" if near else f"it has {', '.join(_MEMBERS)}"
        report.add(UnknownMember, looked.module, reference.node, name=member[0], near=hint)


_MEMBERS = tuple(verdict.upper() for verdict in VERDICTS)


def _is_module(reference: Reference, module: Module) -> bool:
    """Tell whether the name refers to the decorators' module, with the enum as its attribute."""
    imports = reference.imports or tuple(module.imports(reference.name))
    return any(imported.name is None for imported in imports) and reference.attributes[:1] == (
        _ENUM,
    )


_ENUM = "VerificationResult"


def _is_enum(reference: Reference, module: Module, report: Report) -> bool:
    """Tell whether a name certainly refers to our enum, through imports alone."""
    imports = reference.imports or tuple(module.imports(reference.name))
    if not imports or (
        not reference.imports and len(module.bindings[reference.name]) > len(imports)
    ):
        return False
    for imported in imports:
        base, attributes = report.project.base(imported, module)
        path = (*attributes, *reference.attributes)
        if base not in MODULES or path[:1] != (_ENUM,) or report.project.load(base) is not None:
            return False
    return True


def check_updates(report: Report, functions: Sequence[Looked]) -> None:
    """Note keys that trials return and that resemble ``context_update``."""
    for looked in trials(functions):
        for value in returned(looked.node) if looked.node is not None else ():
            if isinstance(value, ast.Dict):
                _check_keys(report, looked, value)


def _check_keys(report: Report, looked: Looked, node: ast.Dict) -> None:
    keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
    if UPDATE in keys:
        return
    for key, value in zip(node.keys, node.values, strict=False):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            continue
        meant = nearest(key.value, [UPDATE], cutoff=0.85) is not None
        if meant and not isinstance(value, ast.Constant) and not _is_used(key, looked.module):
            report.add(MisspelledUpdate, looked.module, key, name=key.value)


def _is_used(key: ast.Constant, module: Module) -> bool:
    """Tell whether the name occurs elsewhere too, and thus is intended."""
    tree = module.tree
    parts = ast.walk(tree) if tree is not None else ()
    return any(
        isinstance(part, ast.Constant) and part.value == key.value and part is not key
        for part in parts
    )
