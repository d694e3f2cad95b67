"""Checks what is imported from the decorators' modules."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from mlx2smk.diagnostics.about_decorators import RelativeImport, UnknownName
from mlx2smk.diagnostics.about_files import ImportsItself
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.origins import EXPORTS, MODULES, is_own
from mlx2smk.language.scopes import code_below, nodes_of

if TYPE_CHECKING:
    from mlx2smk.diagnostics.diagnostic import Findings
    from mlx2smk.diagnostics.source import Located

PACKAGES: Final = frozenset(
    {
        *("jax", "joblib", "matplotlib", "numpy", "pandas", "polars", "requests", "scipy"),
        *("seaborn", "sklearn", "tensorflow", "torch", "torchvision", "tqdm", "transformers"),
        *("xgboost", "yaml"),
    }
)
"""Well-known packages: what is imported under such a name is meant to be the package."""


def check_imports(findings: Findings, tree: ast.Module) -> None:
    """Note imports of names that are not there; those that ``try`` … ``except`` guards may fail."""
    nodes = nodes_of(tree, code_below)
    guarded = {
        id(inside)
        for node in nodes
        if isinstance(node, ast.Try) and node.handlers
        for statement in node.body
        for inside in ast.walk(statement)
    }
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            _check_itself(findings, node)
        if isinstance(node, ast.ImportFrom) and id(node) not in guarded:
            _check(findings, node, everything=node in tree.body)


def _check_itself(findings: Findings, node: ast.Import | ast.ImportFrom) -> None:
    """Note an import of a well-known package by an experiment that has its name."""
    if isinstance(node, ast.Import):
        modules = [alias.name for alias in node.names]
    else:
        modules = [] if node.level else [node.module or ""]
    for module in modules:
        top = module.partition(".")[0]
        if top in PACKAGES and top == findings.source.stem:
            findings.add(ImportsItself, node, module=top)


def _check(findings: Findings, node: ast.ImportFrom, *, everything: bool) -> None:
    """Note what an import lacks; relative ones fail for certain where ``everything`` in their file runs."""
    if node.level:
        modules = [node.module] if node.module else [alias.name for alias in node.names]
        for module in modules:
            if module in MODULES or everything:
                findings.add(RelativeImport, node, module=module)
    elif node.module in MODULES:
        for alias in node.names:
            note_unknown_name(findings, alias, node.module, alias.name)


def note_unknown_name(findings: Findings, place: Located, module: str, name: str) -> None:
    """Note a name that a decorators' module lacks, unless that module is the user's own."""
    own = is_own(module, findings.source)
    if not own and name not in {"*", *EXPORTS} and f"{module}.{name}" not in MODULES:
        near = did_you_mean(name, EXPORTS, f"it has {', '.join(EXPORTS)}")
        findings.add(UnknownName, place, module=module, name=name, near=near)
