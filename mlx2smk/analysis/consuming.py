"""Iterators, and what holds them: reading one changes it, so what reads it belongs to its name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.definition_leads import Leads
from mlx2smk.analysis.later_changes import origins_of
from mlx2smk.analysis.leads import Asked
from mlx2smk.analysis.moving import READ, Lead, Manner, Motion, Moving, NameUse
from mlx2smk.analysis.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.project import Project


def moved(
    node: ast.Name | ast.Attribute,
    values: Values,
    how: frozenset[Motion] = READ,
    manner: Manner = Manner.IS,
) -> frozenset[NameUse]:
    """Return the names of what may change where code uses a name of the module, or ``module.name``."""
    if isinstance(node, ast.Attribute):
        origins = [*origins_of(node, values, manner)]
    else:
        outer = values.local(node.id) is None
        origins = [NameUse(values.module, node.id, manner)] if outer else []
    moving = _moving(values.project)
    return frozenset[NameUse]().union(*(moving.moved_by(each, how) for each in origins))


def _moving(project: Project) -> Moving:
    if project.moving is None:
        project.moving = Moving(lambda origin: _leads_from(origin, project))
    return project.moving


def _leads_from(origin: NameUse, project: Project) -> Iterator[Lead]:
    """Yield where a name of a module leads."""
    module, name, asked = origin.module, origin.name, Asked()
    leads = Leads(Values(project, module), origin.manner, asked)
    if origin.manner in {Manner.GIVES, Manner.ALL}:
        yield NameUse(module, name)
    for binding in module.bindings.get(name, ()):
        yield from leads.bound(binding)
    for imported in module.imports(name):
        for step in project.trace(imported, module, ()):
            if step.name is not None:
                yield NameUse(step.module, step.name, origin.manner)
        yield from leads.library_name(imported)
    yield from leads.put_into(name)
    yield from asked.answers()
