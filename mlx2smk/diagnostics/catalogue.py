"""The catalogue of messages: one class for each, whose docstring is the long explanation.

The first digit of a code gives its topic. Each topic has a module here; 6, the warnings, has two.
"""

from __future__ import annotations

import inspect
from itertools import chain
from typing import Final, TypeGuard

from mlx2smk.diagnostics import (
    about_arguments,
    about_decorators,
    about_files,
    about_folder,
    about_functions,
    about_history,
    about_notes,
    about_suspicions,
    about_usage,
    about_values,
    about_verifications,
    about_warnings,
)
from mlx2smk.diagnostics.diagnostic import Diagnostic

_MODULES = (
    *(about_files, about_decorators, about_arguments, about_values, about_functions),
    *(about_verifications, about_folder, about_warnings, about_suspicions, about_notes),
    *(about_usage, about_history),
)


def _catalogue() -> dict[str, type[Diagnostic]]:
    members = chain.from_iterable(vars(module).values() for module in _MODULES)
    kinds = [member for member in members if _is_message(member)]
    return {kind.code: kind for kind in sorted(kinds, key=lambda kind: kind.code)}


def _is_message(member: object) -> TypeGuard[type[Diagnostic]]:
    return isinstance(member, type) and issubclass(member, Diagnostic) and member is not Diagnostic


CATALOGUE: Final = _catalogue()


def explain(code: str) -> str | None:
    """Return the long explanation of a code such as ``MLX201``; None if there is no such code."""
    kind = CATALOGUE.get(code.strip().upper())
    if kind is None:
        return None
    return f"{kind.code} {kind.__name__} ({kind.severity})\n\n{inspect.getdoc(kind)}\n"


def reference() -> str:
    """Return the catalogue as a page of Markdown, with one section for each message."""
    return "\n".join([_INTRODUCTION, *(_section(kind) for kind in CATALOGUE.values())])


_INTRODUCTION: Final = """\
# Diagnostics

This page explains every error, warning and note of `mlx`, by its code. `mlx explain MLX201` prints
one section of it. Errors stop the compilation; warnings and notes do not.

To generate this page, run `python -m mlx2smk.diagnostics > docs/diagnostics.md`.
"""


def _section(kind: type[Diagnostic]) -> str:
    title = f"## {kind.code}: {kind.__name__}"
    return f"{title}\n\n*{kind.severity.capitalize()}.* {inspect.getdoc(kind)}\n"
