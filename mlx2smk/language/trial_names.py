"""The trials that a verification names."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_verifications import (
    BadTrialNames,
    NotATrial,
    SingleTrialName,
    UnknownTrial,
)
from mlx2smk.diagnostics.about_warnings import DoubledTrialName
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.literals import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlx2smk.diagnostics.diagnostic import Findings


def read_trial_names(
    findings: Findings, node: ast.expr, known: Mapping[str, str]
) -> tuple[str, ...]:
    """Return the names of trials, each once; what is wrong with them is noted.

    ``known`` says of every name that the file binds what it is, such as ``a trial``.
    """
    if not isinstance(node, (ast.List, ast.Tuple)):
        kind = SingleTrialName if isinstance(evaluate(node), str) else BadTrialNames
        findings.add(kind, node, text=findings.text(node))
        return ()
    names: dict[str, None] = {}
    for element in node.elts:
        name = evaluate(element)
        if not isinstance(name, str):
            findings.add(BadTrialNames, element, text=findings.text(element))
        elif name in names:
            findings.add(DoubledTrialName, element, name=name)
        else:
            names[name] = None
            _check(findings, element, name, known)
    return tuple(names)


def _check(findings: Findings, node: ast.expr, name: str, known: Mapping[str, str]) -> None:
    what = known.get(name)
    if what == "a trial":
        return
    trials = [each for each, kind in known.items() if kind == "a trial"]
    listed = ", ".join(trials)
    near = did_you_mean(name, trials, f"the trials are: {listed}" if trials else "declare a trial")
    if what is None:
        findings.add(UnknownTrial, node, name=name, near=near)
    else:
        findings.add(NotATrial, node, name=name, what=what, near=near)
