"""Iterators, and what holds them: reading one changes it, so what reads it belongs to its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.definition_leads import Leads
from mlx2smk.analysis.leads import Asked, origins_of
from mlx2smk.analysis.moving import Lead, Manner, Moving, Origin
from mlx2smk.analysis.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.project import Project


def moved(node: ast.expr, values: Values, *, iterated: bool = False) -> frozenset[Origin]:
    """Return the names whose objects may change when an expression is read, or ``iterated`` over.

    That is a name of the module, or ``module.name``.
    """
    if isinstance(node, ast.Name):
        origins = [Origin(values.module, node.id)] if values.local(node.id) is None else []
    else:
        named = isinstance(node, ast.Attribute)
        origins = [*origins_of(node, values, Manner.IS)] if named else []
    moving = _moving(values.project)
    return frozenset[Origin]().union(
        *(moving.moved_by(each, iterated=iterated) for each in origins)
    )


def _moving(project: Project) -> Moving:
    if project.moving is None:
        project.moving = Moving(lambda origin: _leads_from(origin, project))
    return project.moving


def _leads_from(origin: Origin, project: Project) -> Iterator[Lead]:
    """Yield where a name of a module leads."""
    module, name, asked = origin.module, origin.name, Asked()
    leads = Leads(Values(project, module), origin.manner, asked)
    if origin.manner in {Manner.GIVES, Manner.ALL}:
        yield Origin(module, name)
    for binding in module.bindings.get(name, ()):
        yield from leads.bound(binding)
    for imported in module.imports(name):
        for step in project.trace(imported, module, ()):
            if step.name is not None:
                yield Origin(step.module, step.name, origin.manner)
        yield from leads.library_name(imported)
    yield from leads.put_into(name)
    yield from asked.answers()
