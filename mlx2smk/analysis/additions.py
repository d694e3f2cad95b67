"""What code puts into the objects of names: ``NAME["a"] = x``, ``NAME.it = x``, ``NAME.append(x)``, ``f(NAME, x)``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.known import CHANGING_METHODS, READING_METHODS
from mlx2smk.analysis.known_packages import CHANGING_FIRST
from mlx2smk.analysis.library_gifts import is_known_object
from mlx2smk.analysis.moving import Manner
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.scope_frames import frame_inside, frame_of, targets_of
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.scopes import DefinitionNode, Function, nodes_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.scope_frames import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Addition:
    """An expression whose value some code puts into an object, and the scope of it."""

    node: ast.expr
    values: Values
    manner: Manner = Manner.IS


def additions(project: Project) -> Mapping[tuple[Module, str], list[Addition]]:
    """Return what code of any module puts into the objects of names of modules."""
    if project.additions is None:
        found: dict[tuple[Module, str], list[Addition]] = {}
        experiment = project.experiment
        for module in (experiment, *project.imported_with(experiment)):
            for unit in module.units:
                for node, added in _of_unit(unit, Values(project, module)):
                    for at in _names_of(node, added.values):
                        found.setdefault(at, []).append(added)
        project.additions = found
    return project.additions


def _of_unit(unit: Unit, values: Values) -> Iterator[tuple[ast.expr, Addition]]:
    if isinstance(unit.node, (ast.Import, ast.ImportFrom)):
        return
    for node in unit.nodes:
        if isinstance(node, _ADDING):
            found = [(each, root_of(each)) for each in _receivers(node)]
            named = [(each, root.id) for each, root in found if root is not None]
            named = [each for each in named if each[1] in values.module.bindings]
            if named:
                inside = _values_at(node, unit, values)
                outer = [each for each, name in named if inside.local(name) is None]
                yield from _added(node, outer, inside)


_ADDING = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Call)


def _receivers(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the objects into which a statement or a call may put something."""
    if isinstance(node, ast.Assign):
        parts = (part for target in node.targets for part in ast.walk(target))
        yield from (part for part in parts if isinstance(part, (ast.Attribute, ast.Subscript)))
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
        yield from [node.target] if not isinstance(node.target, ast.Name) else []
    elif isinstance(node, ast.Call):
        yield from (node.func,) if isinstance(node.func, ast.Attribute) else ()
        yield from node.args
        yield from (each.value for each in node.keywords)


def _added(
    node: ast.AST, receivers: Iterable[ast.expr], values: Values
) -> Iterator[tuple[ast.expr, Addition]]:
    """Yield what is put into which of the receivers."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        if node.value is not None:
            yield from ((each, Addition(node.value, values)) for each in receivers)
    elif isinstance(node, ast.Call):
        given = [*node.args, *(each.value for each in node.keywords)]
        for each in receivers:
            others = [other for other in given if other is not each]
            if each is node.func:
                added = [] if _only_reads(each, values) else others
                yield from ((each, Addition(other, values)) for other in added)
            else:
                yield from ((each, added) for added in _by_function(node, others, values))


def _only_reads(node: ast.expr, values: Values) -> bool:
    reading = isinstance(node, ast.Attribute) and node.attr in READING_METHODS
    return reading or bool(values.library(node)) or is_known_object(Objects(values).made(node))


def _by_function(node: ast.Call, others: Iterable[ast.expr], values: Values) -> Iterator[Addition]:
    """Yield what a function puts into an argument, which may be the others, if it is one that puts something anywhere."""
    meaning = values.meaning(node.func)
    if isinstance(meaning, Definition):
        if puts_something(meaning.node):
            yield from (Addition(each, values) for each in others)
            yield Addition(node.func, values, Manner.PUTS)
    elif values.library(node.func) in {"setattr"} | CHANGING_FIRST:
        yield from (Addition(each, values) for each in others)


def puts_something(node: DefinitionNode) -> bool:
    """Whether a function, but not a class, may put something into an object."""
    return isinstance(node, Function) and any(map(_puts, nodes_of(node)))


def _puts(node: ast.AST) -> bool:
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        return isinstance(node.ctx, ast.Store)
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in CHANGING_METHODS | {"setattr", "heappush", "insort"}


def _values_at(node: ast.AST, unit: Unit, values: Values) -> Values:
    """Return the scope in which a node of a statement runs."""
    frames: list[Frame] = []
    inside, around = node, unit.parents.get(node)
    while around is not None:
        if isinstance(around, Function) and inside in around.body:
            frames.append(frame_inside(around))
        elif isinstance(around, ast.Lambda) and inside is around.body:
            frames.append(frame_of((), tuple(arg.arg for arg in parameters_of(around.args))))
        elif isinstance(around, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            frames.append(targets_of(around))
        inside, around = around, unit.parents.get(around)
    for frame in reversed(frames):
        values = values.inside(frame)
    return values


def _names_of(node: ast.expr, values: Values) -> Iterator[tuple[Module, str]]:
    """Yield the name of the module that an expression starts with, and those of others that it stands for."""
    chain: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        chain = [node.attr, *chain] if isinstance(node, ast.Attribute) else []
        node = node.value
    name = node.id if isinstance(node, ast.Name) else ""
    yield values.module, name
    for imported in values.module.imports(name):
        for step in values.project.trace(imported, values.module, tuple(chain)):
            if step.name is not None:
                yield step.module, step.name


def root_of(node: ast.expr) -> ast.Name | None:
    """Return the name that ``NAME.a[0].b`` starts with."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred)):
        node = node.value
    return node if isinstance(node, ast.Name) else None
