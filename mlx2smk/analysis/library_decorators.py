"""Decorators of libraries that change something besides the function, and what that is."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.known_packages import COMMAND_GROUPS, COMMAND_METHODS
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.values import Definition, Values

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module


def command_group(function: ast.expr, values: Values) -> tuple[Module, str] | None:
    """Return the module, and the name in it, of the group to which ``group.command`` adds a command."""
    if not isinstance(function, ast.Attribute) or function.attr not in COMMAND_METHODS:
        return None
    holder = values.holder(function.value)
    if holder is None:
        return None
    module, name = holder
    there = Values(values.project, module)
    made = Objects(there).made(ast.Name(name, ast.Load())) in COMMAND_GROUPS
    return holder if made or _is_group(name, there) else None


def _is_group(name: str, values: Values) -> bool:
    """Whether a name is that of a function of which ``click.group`` makes a group of commands."""
    bindings = values.bindings(name)
    node = bindings[0].node if len(bindings) == 1 else None
    if not isinstance(node, ast.FunctionDef):
        return False
    made = (each.func if isinstance(each, ast.Call) else each for each in node.decorator_list)
    return any(values.library(each) == "click.group" for each in made)


def generic_function(function: ast.expr, values: Values) -> str | None:
    """Return the name ``show`` of the module if this is ``show.register`` of a generic function."""
    if not isinstance(function, ast.Attribute) or function.attr != "register":
        return None
    meaning = values.meaning(function.value)
    if not isinstance(meaning, Definition) or not isinstance(function.value, ast.Name):
        return None
    generic = any(
        Values(values.project, meaning.module).library(item) == "functools.singledispatch"
        for item in meaning.node.decorator_list
    )
    return function.value.id if generic and meaning.module is values.module else None
