"""Decorators whose names nothing binds, but which are almost ours."""

from __future__ import annotations

import ast
import builtins
import difflib
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_decorators import MisspelledDecorator
from mlx2smk.language.origins import KINDS, MODULES, applied, imports_from_ours, origin

if TYPE_CHECKING:
    from mlx2smk.diagnostics.diagnostic import Findings
    from mlx2smk.language.origins import Origins
    from mlx2smk.language.scopes import DefinitionNode


def check_spelling(
    findings: Findings, tree: ast.Module, node: DefinitionNode, origins: Origins
) -> None:
    """Note decorators at top level that are certain to be a `NameError` and look like ours."""
    for decorator in node.decorator_list:
        name = applied(decorator)
        near = _meant(name, origins)
        if near is not None and not _binds_anything(findings, tree):
            findings.add(MisspelledDecorator, name, name=ast.unparse(name), near=near)


def _binds_anything(findings: Findings, tree: ast.Module) -> bool:
    """Tell whether a file may have names that are not written in it."""
    return any(
        (isinstance(node, ast.Name) and node.id in _OPEN)
        or (isinstance(node, ast.Import) and any(item.name == "builtins" for item in node.names))
        or (isinstance(node, ast.ImportFrom) and _is_foreign_star(findings, node))
        for node in ast.walk(tree)
    )


_OPEN = frozenset({"exec", "globals", "vars", "locals", "__builtins__"})


def _is_foreign_star(findings: Findings, node: ast.ImportFrom) -> bool:
    return node.names[0].name == "*" and not imports_from_ours(node, findings.source)


def _meant(name: ast.expr, origins: Origins) -> str | None:
    """Return what an unbound name was probably meant to be; None if that is no guess worth making."""
    if not isinstance(name, (ast.Name, ast.Attribute)) or origin(name, origins) is not None:
        return None
    module, _, member = ast.unparse(name).rpartition(".")
    if member in KINDS or module not in {"", *MODULES} or hasattr(builtins, member):
        return None
    near = difflib.get_close_matches(member.casefold(), KINDS, n=1, cutoff=0.75)
    return ".".join(filter(None, (module, *near))) if near else None
