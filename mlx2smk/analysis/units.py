"""A module cut into units: its top-level statements, and of imports each name."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.names import Names, names_of
from mlx2smk.language.bindings import Binding, imports_of, is_main_guard
from mlx2smk.language.keys import SETUP
from mlx2smk.language.origins import imports_from_ours
from mlx2smk.language.scopes import Function, below, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.analysis.project import Module


@dataclass(frozen=True, eq=False)
class Unit:
    """One top-level statement, or one name of an import; ``alias`` is that name's index in it.

    ``node`` is the statement, without what does not count: an import's other names, and the
    decorators that declare a function to be a trial. ``import *`` is as many imports as it binds
    names, if these are known; not ``certain``: the module may not have that one.
    """

    index: int
    statement: int
    node: ast.stmt
    alias: int | None
    names: Names
    certain: bool = True

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the statement."""
        return nodes_of(self.node)

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """For each node of the statement, what stands around it."""
        return {child: node for node in self.nodes for child in below(node)}


def cut(module: Module) -> Iterator[Unit]:
    """Cut a module into units; ``declared`` decorators do not count, ``blanked`` ones do not run."""
    body = [] if module.tree is None else module.tree.body
    lazy = _evaluates_lazily(body)
    index = 0
    for statement, whole in enumerate(body):
        node = _without_main(whole)
        if node is None:
            continue
        running = _without(node, module.blanked.get(statement, ()))
        counting = _without(node, module.declared.get(statement, ()))
        for alias, part, certain in _parts(counting, module):
            names = names_of(part if alias is not None else running, lazy_annotations=lazy)
            if _names_context(part, module):
                names = _NO_NAMES
            elif not isinstance(part, (ast.Import, ast.ImportFrom)):
                names = _with_stars(names, part, module)
            yield Unit(index, statement, part, alias, names, certain)
            index += 1


def _with_stars(names: Names, node: ast.stmt, module: Module) -> Names:
    """Add the names that star imports inside a statement bind, if these are known."""
    stars = [each for each, deferred in names.imports if each.star and not deferred]
    found = tuple(
        Binding(item.name, "import", node, None, replace(star, name=item.name, bound=item.name))
        for star in stars
        for item in module.stars(star, module)
    )
    return replace(names, bindings=(*names.bindings, *found)) if found else names


def part_of_unit(unit: Unit, node: ast.stmt, module: Module) -> Unit:
    """Return a unit that has only a part of another one's statement."""
    body = [] if module.tree is None else module.tree.body
    names = names_of(node, lazy_annotations=_evaluates_lazily(body))
    return replace(unit, node=node, names=names)


def _evaluates_lazily(body: list[ast.stmt]) -> bool:
    return any(isinstance(node, ast.ImportFrom) and _is_lazy(node) for node in body)


_NO_NAMES = Names((), (), (), ())


def is_future(node: ast.stmt) -> bool:
    """Whether this is ``from __future__ import …``."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level


def _names_context(part: ast.stmt, module: Module) -> bool:
    """Tell whether a part imports SETUP under its own name into the experiment, which has it anyway."""
    if module.name is not None or not imports_from_ours(part, module.source):
        return False
    (imported, *others) = imports_of(part)
    return not others and imported.name == imported.bound == SETUP


def _is_lazy(node: ast.ImportFrom) -> bool:
    return node.module == "__future__" and any(alias.name == "annotations" for alias in node.names)


def _without_main(node: ast.stmt) -> ast.stmt | None:
    """Leave out what only runs where the file is the program itself, which it never is in a job."""
    if not is_main_guard(node):
        return node
    if not node.orelse:
        return None
    return ast.copy_location(ast.If(test=node.test, body=[ast.Pass()], orelse=node.orelse), node)


def _without(node: ast.stmt, decorators: tuple[ast.expr, ...]) -> ast.stmt:
    """Copy a definition without some of its decorators."""
    if not decorators or not isinstance(node, Function):
        return node
    fields = {name: getattr(node, name) for name in node._fields}
    fields["decorator_list"] = [item for item in node.decorator_list if item not in decorators]
    return ast.copy_location(type(node)(**fields), node)


def _parts(node: ast.stmt, module: Module) -> Iterator[tuple[int | None, ast.stmt, bool]]:
    """Take an import of several names apart; of ``import *``, the names that it is known to bind."""
    if isinstance(node, ast.Import) and len(node.names) > 1:
        for index, alias in enumerate(node.names):
            yield index, ast.copy_location(ast.Import(names=[alias]), node), True
    elif isinstance(node, ast.ImportFrom):
        yield from _parts_of_from(node, module)
    else:
        yield None, node, True


def _parts_of_from(
    node: ast.ImportFrom, module: Module
) -> Iterator[tuple[int | None, ast.stmt, bool]]:
    (first, *others) = imports_of(node)
    stars = module.stars(first, module) if first.star else ()
    if not others and not stars:
        yield None, node, True
        return
    aliases = [ast.copy_location(ast.alias(item.name), node.names[0]) for item in stars]
    certain = [item.certain for item in stars] or [True] * len(node.names)
    for index, (alias, sure) in enumerate(zip(aliases or node.names, certain, strict=True)):
        part = ast.ImportFrom(module=node.module, names=[alias], level=node.level)
        yield index, ast.copy_location(part, node), sure
