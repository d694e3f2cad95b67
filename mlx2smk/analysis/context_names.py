"""Which names stand for the context: ``SETUP``, and what is imported as ``mlx2smk.SETUP``."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from mlx2smk.language.keys import SETUP
from mlx2smk.language.origins import MODULES, is_own

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Step
    from mlx2smk.language.bindings import Imported

_CONTEXTS = frozenset(f"{module}.{SETUP}" for module in MODULES)


def is_context(imported: Imported, project: Project) -> bool:
    """Tell whether an import binds the context itself: ``from mlx2smk import SETUP as s``."""
    return _used_up(imported, (), project) == 0


def context_use(reference: Reference, module: Module, project: Project) -> Reference | None:
    """Return what is done with the context where a name certainly stands for it; None elsewhere.

    The attributes of the use are those behind the context: ``get`` in ``mlx2smk.SETUP.get``.
    """
    if reference.name == SETUP and not reference.imports and module.name is None:
        return reference
    imports = reference.imports or tuple(module.imports(reference.name))
    used = {_used_up(each, reference.attributes, project) for each in imports}
    count = used.pop() if len(used) == 1 else None
    return None if count is None else replace(reference, attributes=reference.attributes[count:])


def context_node(use: Reference) -> ast.expr | None:
    """Return the expression that is the context in a use of it; None where that is not plain to see."""
    node = use.node
    for _ in use.attributes:
        if not isinstance(node, ast.Attribute):
            return None
        node = node.value
    return node


def hands_on_context(steps: Sequence[Step], project: Project) -> bool:
    """Tell whether an imported name is one that a local module has imported as the context."""
    return any(
        step.name is not None and is_context(imported, project)
        for step in steps
        for imported in step.module.imports(step.name or "")
    )


def _used_up(imported: Imported, attributes: Sequence[str], project: Project) -> int | None:
    """Return how many attributes lead from an import to the context; None if they do not."""
    module, first = imported.path
    if imported.level or is_own(module, project.experiment.source):
        return None
    dotted = ".".join((module, *first))
    for count in range(len(attributes) + 1):
        if ".".join((dotted, *attributes[:count])) in _CONTEXTS:
            return count
    return None
