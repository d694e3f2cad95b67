"""What an attribute of a module is: its own name, a submodule, or whatever its ``__getattr__`` finds."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.language.bindings import imports_of

if TYPE_CHECKING:
    from mlx2smk.analysis.project import Module, Project

_HARMLESS = frozenset(
    {"__name__", "__file__", "__doc__", "__path__", "__spec__", "__package__", "__loader__"}
)


def hides_submodule(
    project: Project, package: Module, submodule: Module, importer: Module | None
) -> bool:
    """Whether a package certainly has something else than a submodule under its name, for an importer.

    ``from .name import name`` loads the submodule, which becomes an attribute, and then binds the name.
    """
    name = submodule.dotted.rpartition(".")[2]
    if name not in package.certain or importer in {None, package}:
        return False
    # Whoever is loaded while the package is may come before that.
    return not project.reaches(package, importer) and any(
        imported.bound == name and project.base(imported, package)[0] == submodule.dotted
        for node in (package.tree.body if package.tree else ())
        if isinstance(node, ast.ImportFrom)
        for imported in imports_of(node)
    )


def asks_module(
    project: Project, module: Module, name: str, submodule: Module | None, importer: Module | None
) -> bool:
    """Whether Python may call the module's own ``__getattr__`` for an importer, or look at it as an object."""
    if "__getattr__" in module.bindings and name not in module.certain:
        is_loaded = submodule is not None and (
            name in project.stars.submodules(module)
            # `import a.b`, where `a` is used, makes `b` an attribute of it.
            or (importer is not None and submodule in project.imported_at_top(importer))
        )
        return not is_loaded and name not in _HARMLESS
    special = name.startswith("__") and name not in _HARMLESS
    return special and name not in module.bindings and submodule is None
