"""What names mean that come from the decorators' modules: origins such as ``mlx2smk.trial``."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeGuard

from mlx2smk.language.bindings import names_bound
from mlx2smk.language.scopes import DefinitionNode, own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.diagnostics.source import Source

KINDS: Final = ("setup", "trial", "verify")
EXPORTS: Final = (*KINDS, "VerificationResult", "SETUP")
MODULES: Final = ("mlx2smk", "decorators", "mlx2smk.decorators")
"""The modules whose decorators count: the only list of them."""
FOREIGN: Final = ""  # the origin of a name that is bound to something else

Origins = dict[str, str]


def origin(expression: ast.expr, origins: Origins) -> str | None:
    """Return where an expression comes from; None if its name is not bound (so far)."""
    if isinstance(expression, ast.Name):
        return origins.get(expression.id)
    if isinstance(expression, ast.Attribute):
        base = origin(expression.value, origins)
        if base is None:
            return None
        return f"{base}.{expression.attr}" if base in MODULES else FOREIGN
    return FOREIGN


def kind(expression: ast.expr, origins: Origins) -> str | None:
    """Return ``setup``, ``trial`` or ``verify`` if that is what an expression means."""
    module, name = split(origin(expression, origins))
    return name if module in MODULES and name in KINDS else None


def applied(decorator: ast.expr) -> ast.expr:
    """Return what names a decorator, without its arguments."""
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def is_own(module: str | None, source: Source) -> bool:
    """Whether a module is the user's own `decorators`, which wins over ours."""
    return module == "decorators" and source.own_decorators


def imports_from_ours(node: ast.AST, source: Source) -> TypeGuard[ast.ImportFrom]:
    """Whether a statement is ``from mlx2smk import …`` or its like."""
    if not isinstance(node, ast.ImportFrom) or node.level or node.module not in MODULES:
        return False
    return not is_own(node.module, source)


def split(meaning: str | None) -> tuple[str, str]:
    """Return the module and the name in it that an origin consists of."""
    module, _, name = (meaning or FOREIGN).rpartition(".")
    return module, name


def bind(statement: ast.stmt, origins: Origins) -> None:
    """Note what the names mean after a statement of a scope.

    In compound statements imports win over other bindings, so that both branches of
    ``try: from decorators import trial`` … ``except ImportError: trial = None`` mean ours.
    """
    ours = dict(_imported(statement, origins))
    simple = isinstance(statement, DefinitionNode) or not hasattr(statement, "body")
    for name, _node in names_bound(statement):
        if simple or origins.get(name) is None:
            origins[name] = FOREIGN
    origins.update(ours)


def _imported(statement: ast.stmt, origins: Origins) -> Iterator[tuple[str, str]]:
    """Yield names that a statement gets from the decorators' modules, with their origins."""
    for node in own_scope(statement):
        if isinstance(node, ast.Import):
            yield from _modules(node)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module in MODULES:
            yield from _members(node)
        elif isinstance(node, ast.Assign):
            yield from _assigned(node, origins)


def _assigned(node: ast.Assign, origins: Origins) -> Iterator[tuple[str, str]]:
    """Yield the names to which one that has an origin is assigned, as in ``t = trial``."""
    dotted = isinstance(node.value, (ast.Name, ast.Attribute))
    meaning = origin(node.value, origins) if dotted else None
    if meaning:
        yield from ((each.id, meaning) for each in node.targets if isinstance(each, ast.Name))


def _modules(node: ast.Import) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        if alias.name in MODULES:
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)


def _members(node: ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for alias in node.names:
        names = EXPORTS if alias.name == "*" else (alias.name,)
        for name in names:
            yield alias.asname or name, f"{node.module}.{name}"
