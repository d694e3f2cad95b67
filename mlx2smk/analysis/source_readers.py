"""``inspect.getsource(f)`` of a function or class that is known, which needs no other text than its own."""

from __future__ import annotations

import ast
import inspect
from typing import TYPE_CHECKING

from mlx2smk.analysis.blanking import first_line
from mlx2smk.language.scopes import DefinitionNode

if TYPE_CHECKING:
    from mlx2smk.analysis.constants import CodePlace, Constants


def definition_read(call: ast.expr, place: CodePlace, known: Constants) -> CodePlace | None:
    """Return where the definition is whose text a call returns; None if that is not certain."""
    plain = isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords
    read = known.definition(call.args[0], place) if plain and isinstance(call, ast.Call) else None
    node = read.unit.node if read is not None else None
    if read is None or not isinstance(node, DefinitionNode) or node.decorator_list:
        return None
    if node.name in (known.project.stars.given or ()):  # others may put something else in its place
        return None
    return read if read.module.binders.get(node.name) == (read.unit,) else None


def text_read(read: CodePlace, text: str) -> str:
    """Return the lines of a definition as ``inspect`` cuts them out of a module's text."""
    lines = text.splitlines(keepends=True)[first_line(read.unit.node) - 1 :]
    try:
        return "".join(inspect.getblock(lines))
    except SyntaxError:  # what follows cannot be told apart from it
        return "".join(lines)
