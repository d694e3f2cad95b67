"""Names that the experiment imports from local modules that do not have them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_files import MissingInModule
from mlx2smk.diagnostics.diagnostic import did_you_mean

if TYPE_CHECKING:
    from mlx2smk.analysis.mistakes.report import Report
    from mlx2smk.analysis.project import Module, Project


def check_imported_names(report: Report) -> None:
    """Note names that imports at top level of the experiment certainly do not find."""
    project, whole = report.project, report.project.experiment
    for node in whole.tree.body if whole.tree is not None else ():
        if not isinstance(node, ast.ImportFrom) or node.level:
            continue
        module = project.load(node.module or "")
        names = None if module is None else project.stars.names(module)
        if module is None or names is None:
            continue
        for alias in node.names:
            if alias.name not in names and not _is_given(alias.name, module, project):
                known = [name for name in names if not name.startswith("_")]
                near = did_you_mean(alias.name, known, "define it there")
                path = module.source.path
                report.add(MissingInModule, whole, alias, name=alias.name, path=path, near=near)


def _is_given(name: str, module: Module, project: Project) -> bool:
    """Whether a name is Python's own, a submodule's, or ``*``."""
    if name == "*" or name.startswith("__"):
        return True
    return module.package and project.load(f"{module.dotted}.{name}") is not None
