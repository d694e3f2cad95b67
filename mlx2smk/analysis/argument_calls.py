"""Calls of libraries of which it depends on what they are given whether they do more than compute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mlx2smk.analysis.copies import COPYING, class_copied
from mlx2smk.analysis.import_calls import searches_without_loading
from mlx2smk.analysis.printed import PRINTING, only_prints

if TYPE_CHECKING:
    import ast

    from mlx2smk.analysis.changes import Changes

BY_ARGUMENTS: Final = (
    COPYING | PRINTING | {"importlib.import_module", "importlib.util.find_spec", "setattr"}
)


def computes_with(name: str, node: ast.Call, code: Changes) -> bool:
    """Whether such a call in some code does nothing that others can notice."""
    if name == "importlib.import_module":
        return code.judge.loads_quietly(code.values.imported_by(node))
    if name == "importlib.util.find_spec":
        return searches_without_loading(node, code.values.project)
    if name in PRINTING:
        return not code.judge.keeps_output and only_prints(name, node, code.values)
    if name == "setattr":
        return bool(node.args) and code.owns(node.args[0])
    copied = class_copied(node, code.values)
    return copied is not None and code.judge.is_pure(copied)
