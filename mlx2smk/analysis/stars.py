"""``from module import *``: the names that it binds, where they can be told from the module's text."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlx2smk.analysis.name_lists import (
    adds_names,
    given_to_all,
    statements_of,
    touches_lists,
    uses_of_all,
)
from mlx2smk.language.bindings import imports_of, is_main_guard, is_untaken, scope_of
from mlx2smk.language.scopes import DefinitionNode, children, own_scope, split_dotted, stored_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.language.bindings import Imported

    StarNames = dict[str, bool]
    """StarNames with whether the module certainly has them."""


@dataclass(frozen=True, slots=True)
class StarName:
    """One name that a star import binds; not ``certain``: the module may turn out not to have it."""

    name: str
    certain: bool


class Stars:
    """Finds the names of star imports of local modules."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def given(self) -> frozenset[str] | None:
        """The names that modules of the program give to other modules; None if they are not known."""
        whole = self.project.experiment
        names: set[str] = set()
        for module in (whole, *self.project.imported_with(whole)):
            if module.tree is not None:
                if touches_lists(module):
                    return None
                for _, name in _given_names(module):
                    if name is None:
                        return None
                    names.add(name)
        return frozenset(names)

    @cached_property
    def sets_any(self) -> bool:
        """Whether a module sets a computed name of something that it imports from a local one."""
        whole = self.project.experiment
        modules = (whole, *self.project.imported_with(whole))
        return any(
            self._target(item, module) is not None or item.module == whole.dotted
            for module in modules
            for root, name in _given_names(module)
            if name is None
            for item in module.imports(root)
        )

    def of(self, imported: Imported, importer: Module) -> tuple[StarName, ...]:
        """Return the names that a star import at top level binds; none if they are not known."""
        module = self._target(imported, importer)
        if module is None or self.given is None:
            return ()
        names = self._exported(module, frozenset({importer.dotted}))
        if not names:
            return ()
        # A module that is imported in the middle of itself may not have all its names yet.
        certain = not self.project.reaches(module, importer)
        return tuple(StarName(name, names[name] and certain) for name in sorted(names))

    def names(self, module: Module) -> frozenset[str] | None:
        """Return all names that a local module may have; None if it may have any.

        A package may have compiled submodules, of which nothing is known.
        """
        if module.tree is None or module.path is None or module is self.project.experiment:
            return None
        if self.given is None or module.package or binds_by_name(module):
            return None
        names = self._bound(module, frozenset({module.dotted}))
        if names is None or "__getattr__" in names:
            return None
        return frozenset(names) | self.given

    def _target(self, imported: Imported, importer: Module) -> Module | None:
        """Return the module with a file whose names are imported, None if it is not a local one."""
        base, _ = self.project.base(imported, importer)
        module = self.project.load(base) if base else None
        if module is None or module.path is None or module is self.project.experiment:
            return None
        return module

    def _exported(self, module: Module, seen: frozenset[str]) -> StarNames | None:
        """Return what ``import *`` takes from a module; None if that is not known."""
        if module.tree is None or module.dotted in seen:
            return None
        seen |= {module.dotted}
        by_name = binds_by_name(module)
        if any(item.name == "__all__" for item in scope_of(module.tree.body).bindings):
            listed = self._listed(module, seen)
            if listed is None or (by_name and not _is_written_out(module, listed)):
                return None
            return dict.fromkeys(listed, True)
        if by_name or uses_of_all(module):
            return None
        names = self._bound(module, seen)
        if names is None:
            return None
        names = {**dict.fromkeys(self.given or (), False), **names}
        return {name: certain for name, certain in names.items() if name[0] != "_"}

    def _bound(self, module: Module, seen: frozenset[str]) -> StarNames | None:
        """Return the names that a module has when it has run."""
        assert module.tree is not None  # noqa: S101 - the caller knows
        kept = certainly_bound(module.tree)
        names = {item.name: item.name in kept for item in scope_of(module.tree.body).bindings}
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Global):
                names = {**dict.fromkeys(node.names, False), **names}
        if module.package:
            names = {**dict.fromkeys(self.submodules(module), True), **names}
        for imported, runs in _star_imports(module.tree):
            other = self._target(imported, module)
            found = None if other is None else self._exported(other, seen)
            if found is None:
                return None
            # The names of a module that imports this one, in turn, may have come too late.
            sure = runs and other is not None and not self.project.reaches(other, module)
            names = {**{name: certain and sure for name, certain in found.items()}, **names}
        return names

    def submodules(self, package: Module) -> Iterator[str]:
        """Yield the submodules that a package's own imports load: they become its attributes."""
        start = f"{package.dotted}."
        for module in self.project.imported_with(package, directly=True):
            name = module.dotted.removeprefix(start)
            if module.dotted.startswith(start) and "." not in name:
                yield name

    def _listed(self, module: Module, seen: frozenset[str]) -> list[str] | None:
        """Return what a module's ``__all__`` holds, if it is written out."""
        assert module.tree is not None  # noqa: S101 - the caller knows
        changes = [(node, value) for node in module.tree.body for value in given_to_all(node)]
        # Any other mention of it may change it, and a list that two modules share changes for both.
        shared = any(
            isinstance(value, ast.Attribute) and not adds_names(node) for node, value in changes
        )
        if len(changes) != uses_of_all(module) or (shared and len(changes) > 1):
            return None
        names: list[str] = []
        for node, value in changes:
            found = self._texts(value, module, seen)
            if found is None:
                return None
            names = [*names, *found] if adds_names(node) else found
        return names

    def _texts(self, node: ast.expr, module: Module, seen: frozenset[str]) -> list[str] | None:
        """Return the texts of a list that is written out, with those of other modules' ``__all__``."""
        if isinstance(node, (ast.List, ast.Tuple)):
            return _joined(self._item(item, module, seen) for item in node.elts)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return _joined(self._texts(item, module, seen) for item in (node.left, node.right))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return self._other_list(node.value.id, node.attr, module, seen)
        return None

    def _item(self, node: ast.expr, module: Module, seen: frozenset[str]) -> list[str] | None:
        if isinstance(node, ast.Starred):
            return self._texts(node.value, module, seen)
        text = node.value if isinstance(node, ast.Constant) else None
        return [text] if isinstance(text, str) else None

    def _other_list(
        self, name: str, attribute: str, module: Module, seen: frozenset[str]
    ) -> list[str] | None:
        """Return the names that ``other.__all__`` stands for."""
        body = module.tree.body if module.tree else []
        found = [item for item in scope_of(body).bindings if item.name == name]
        dotted = f"{module.dotted}.{name}" if module.package else ""
        if found:
            imported = found[0].imported if len(found) == 1 else None
            if imported is None:
                return None
            base, attributes = self.project.base(imported, module)
            dotted = ".".join((base or "", *attributes))
        other = self.project.load(dotted)
        if attribute != "__all__" or other is None or other.tree is None or other.dotted in seen:
            return None
        return self._listed(other, seen | {other.dotted})


def certainly_bound(tree: ast.Module) -> frozenset[str]:
    """Return the names that a module has whenever it has run without an exception."""
    names = _always_bound(tree.body)
    deleted = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Delete)
        for target in node.targets
        for name in _names_in(target)
    }
    return frozenset(names - deleted)


def _always_bound(body: Iterable[ast.stmt]) -> set[str]:
    """Return the names that some statements bind whatever happens, short of an exception."""
    names: set[str] = set()
    for node in body:
        if isinstance(node, DefinitionNode):
            names.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {item.bound for item in imports_of(node) if not item.star}
        elif isinstance(node, ast.Assign):
            names |= {name.id for target in node.targets for name in stored_names(target)}
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            names |= {name.id for name in stored_names(node.target)}
        elif isinstance(node, ast.If):
            bodies = [node.orelse] if is_main_guard(node) else [node.body, node.orelse]
            names |= _bound_in_each(bodies)
        elif isinstance(node, ast.Try):
            tried = [[*node.body, *node.orelse], *(each.body for each in node.handlers)]
            gone = {each.name for each in node.handlers}  # like the exception, after its handler
            names |= _bound_in_each(tried) - gone | _always_bound(node.finalbody)
    return names


def _bound_in_each(bodies: Iterable[list[ast.stmt]]) -> set[str]:
    """Return the names that are bound whichever of some blocks runs to its end."""
    found = [
        _always_bound(body)
        for body in bodies
        if not (body and (isinstance(body[-1], ast.Raise) or is_untaken(body[0])))
    ]
    return set.intersection(*found) if found else set()


def _names_in(node: ast.AST) -> Iterator[str]:
    return (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _star_imports(tree: ast.Module) -> Iterator[tuple[Imported, bool]]:
    """Yield the star imports of a module, with whether each certainly runs."""
    for statement in tree.body:
        for node in own_scope(statement, _running):
            if isinstance(node, ast.ImportFrom):
                yield from ((item, node is statement) for item in imports_of(node) if item.star)


def _running(node: ast.AST) -> Iterable[ast.AST]:
    return node.orelse if is_main_guard(node) else children(node)


def _joined(parts: Iterable[list[str] | None]) -> list[str] | None:
    found: list[str] = []
    for part in parts:
        if part is None:
            return None
        found.extend(part)
    return found


def _given_names(module: Module) -> Iterator[tuple[str, str | None]]:
    """Yield what a module imports and assigns names to, with the names; None for one that is computed."""
    imported = {item.bound for node in module.import_statements for item in imports_of(node)}
    for attribute in module.of_kind(ast.Attribute):
        if _root(attribute) in imported:
            if attribute.attr == "__dict__":
                yield _root(attribute), None
            elif isinstance(attribute.ctx, ast.Store):
                yield _root(attribute), attribute.attr
    for node in module.of_kind(ast.Call):
        if _is_setting(node, imported):
            name = node.args[1] if len(node.args) > 1 else None
            text = name.value if isinstance(name, ast.Constant) else None
            yield _root(node.args[0]), text if isinstance(text, str) else None


def _is_setting(node: ast.Call, imported: set[str]) -> bool:
    """Whether this is ``setattr(module, …)``, or ``vars(module)``, through which one can set names too."""
    named = isinstance(node.func, ast.Name) and node.func.id in {"setattr", "vars"}
    return named and bool(node.args) and _root(node.args[0]) in imported


def _root(node: ast.expr) -> str:
    """Return the name that a chain of attributes starts with, empty if it is none."""
    root, _ = split_dotted(node)
    return root.id if isinstance(root, ast.Name) else ""


def binds_by_name(module: Module) -> bool:
    """Whether a module may bind names that are not written out as names."""
    called = {node.func for node in module.of_kind(ast.Call)}
    asking = set(_only_asking(module))
    attributes = module.of_kind(ast.Attribute)
    return (
        any(node.id in _BINDERS and node not in asking for node in module.of_kind(ast.Name))
        or any(node.name in _BINDERS | {"modules"} for node in module.of_kind(ast.alias))
        or any(node.attr in _BINDERS for node in attributes)
        or any(node.attr == "modules" and node not in called for node in attributes)
        or not module.texts.isdisjoint(_BINDERS)
        or any(
            _asks_here(node) for statement in statements_of(module) for node in own_scope(statement)
        )
    )


def _only_asking(module: Module) -> Iterator[ast.expr]:
    """Yield the ``globals`` of code that only looks names up, such as ``globals()[name]``."""
    asked: list[ast.expr] = []
    for item in module.of_kind(ast.Subscript):
        asked += [item.value] if isinstance(item.ctx, ast.Load) else []
    for call in module.of_kind(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "get":
            asked.append(call.func.value)
    for comparison in module.of_kind(ast.Compare):
        if isinstance(comparison.ops[-1], (ast.In, ast.NotIn)):
            asked.append(comparison.comparators[-1])
    for each in asked:
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and not each.args:
            yield each.func


def _is_written_out(module: Module, names: Iterable[str]) -> bool:
    """Whether a module binds some names for certain, and binds others by name in functions only."""
    assert module.tree is not None  # noqa: S101 - the caller knows
    return certainly_bound(module.tree).issuperset(names) and not any(
        (isinstance(node, ast.Name) and node.id in {"exec", "globals", "eval"})
        or (isinstance(node, ast.Attribute) and node.attr in {"modules", "exec"})
        or _asks_here(node)
        for statement in module.tree.body
        for node in own_scope(statement)
    )


_BINDERS = frozenset(
    {"globals", "exec", "__builtins__", "__globals__", "f_globals", "global_enum", "_convert_"}
)


def _asks_here(node: ast.AST) -> bool:
    """Whether code outside functions asks for the dict of its names: ``vars()``, ``locals()``."""
    return isinstance(node, ast.Name) and node.id in {"vars", "locals"}
