"""Finds what uses an object that a name of a module, or an attribute of an instance, may hold.

Whatever the code of a slice reads through an attribute of that name counts, whose instance it may be: this
needs no types, and what it finds too much only makes more keys count.
"""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, TypeGuard

from mlx2smk.language.bindings import scope_of
from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.language.bindings import Imported


class Holders:
    """The code of one slice, and where it may come by what is kept; ``dynamic``: it looks names up unforeseen."""

    def __init__(self, taken: Sequence[Taken], project: Project, *, dynamic: bool) -> None:
        self.taken = taken
        self.project = project
        self.dynamic = dynamic
        self._imported: dict[Unit, dict[ast.expr, tuple[Imported, ...]]] = {}

    def of_name(self, module: Module, name: str) -> list[tuple[ast.expr, Taken]] | None:
        """Return the expressions that stand for a name of a module; None if there may be others."""
        if self.dynamic or self._finds_names or name in self._looked_up:
            return None
        found: list[tuple[ast.expr, Taken]] = []
        for item in self.taken:
            for reference in item.unit.names.references:
                node = self._named(reference, item, module, name)
                if node is not None:
                    found.append((node, item))
        return None if self._is_seen_whole(module) else found

    def _named(
        self, reference: Reference, item: Taken, module: Module, name: str
    ) -> ast.expr | None:
        """Return the part of a reference that stands for a name of a module."""
        imports = reference.imports or tuple(item.module.imports(reference.name))
        root = split_dotted(reference.node)[0]
        if item.module is module and reference.name == name and not reference.imports:
            return root if reference.attributes or root is reference.node else reference.node
        for count in range(len(reference.attributes) + 1) if imports else ():
            if self._leads(imports, item.module, reference.attributes[:count], module, name):
                return _shortened(reference.node, len(reference.attributes) - count)
        return None

    def _leads(
        self,
        imports: Iterable[Imported],
        importer: Module,
        attributes: tuple[str, ...],
        module: Module,
        name: str,
    ) -> bool:
        return any(
            step.module is module and step.name == name
            for imported in imports
            for step in self.project.trace(imported, importer, attributes)
        )

    def _is_seen_whole(self, module: Module) -> bool:
        """Whether code uses a module as an object, or imports the experiment as the program that runs."""
        for item in self.taken:
            for reference in item.unit.names.references:
                for imported in reference.imports or tuple(item.module.imports(reference.name)):
                    if imported.module == "__main__":
                        return True
                    steps = self.project.trace(imported, item.module, reference.attributes)
                    if any(step.module is module and step.name is None for step in steps):
                        return True
        return False

    def of_attribute(self, name: str) -> list[tuple[ast.expr, Taken]] | None:
        """Return the expressions that read an attribute of that name; None if there may be others."""
        if self.dynamic or self._looks_up or name in self._members or name in self._looked_up:
            return None
        return [
            (node, item)
            for item in self.taken
            for node in item.unit.nodes
            if isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.ctx, ast.Load)
            and not self._is_of_module(node, item)
        ]

    def _is_of_module(self, node: ast.expr, item: Taken, *, installed: bool = False) -> bool:
        """Whether an expression such as ``torch.optim`` is a module, or an attribute directly of one."""
        root, attributes = split_dotted(node)
        imports = self._roots(item).get(root, ())
        return (
            len(attributes) <= 1
            and bool(imports)
            and all(each.name is None for each in imports)
            and not (installed and any(self.project.load(each.module) for each in imports))
        )

    def _roots(self, item: Taken) -> dict[ast.expr, tuple[Imported, ...]]:
        """Return the imports that bind the names of the module, and those of inner scopes, in a unit."""
        if item.unit not in self._imported:
            self._imported[item.unit] = {
                split_dotted(each.node)[0]: each.imports or tuple(item.module.imports(each.name))
                for each in item.unit.names.references
                if each.certain or each.imports
            }
        return self._imported[item.unit]

    @cached_property
    def classes(self) -> list[tuple[ast.ClassDef, Taken]]:
        """The classes that the slice defines, wherever they stand."""
        return [
            (node, item)
            for item in self.taken
            for node in item.unit.nodes
            if isinstance(node, ast.ClassDef)
        ]

    def methods(self, name: str) -> list[tuple[ast.FunctionDef, Taken]]:
        """Return the methods of that name; none if it may be something else too."""
        found: list[tuple[ast.FunctionDef, Taken]] = []
        for holder, item in self.classes:
            for binding in scope_of(holder.body).bindings:
                if binding.name != name:
                    continue
                node = binding.node
                if not isinstance(node, ast.FunctionDef) or node.decorator_list:
                    return []
                found.append((node, item))
        assigned = any(
            isinstance(node, ast.Attribute)
            and node.attr == name
            and isinstance(node.ctx, ast.Store)
            for item in self.taken
            for node in item.unit.nodes
        )
        return [] if assigned else found

    @cached_property
    def is_mixed(self) -> bool:
        """Whether a class has several bases, so that what ``super()`` is depends on the instance."""
        return any(len(node.bases) > 1 for node, _ in self.classes)

    @cached_property
    def _members(self) -> frozenset[str]:
        """What classes have functions or patterns for: reading such an attribute may run code."""
        functions = (
            part.name for node, _ in self.classes for part in node.body if _is_function(part)
        )
        matched = (
            name
            for item in self.taken
            for node in item.unit.nodes
            if isinstance(node, ast.MatchClass)
            for name in node.kwd_attrs
        )
        return frozenset((*functions, *matched))

    @cached_property
    def _looks_up(self) -> bool:
        """Whether code may come by attributes that it does not name, or serializes instances."""
        return self._finds_attributes or any(
            imported.module.partition(".")[0] in _SENDING
            for item in self.taken
            for imported, _ in item.unit.names.imports
        )

    @cached_property
    def _finds_attributes(self) -> bool:
        return any(_is_open(node) for item in self.taken for node in item.unit.nodes) or any(
            not isinstance(node.args[1], ast.Constant)
            and not self._is_of_module(node.args[0], item, installed=True)
            for node, item in self._look_ups
        )

    @cached_property
    def _finds_names(self) -> bool:
        """Whether code may come by names of modules that it does not name."""
        return self._finds_attributes or any(
            (isinstance(node, ast.Name) and node.id in _LOOKING_AROUND)
            or (isinstance(node, ast.Attribute) and node.attr in _LEADING_TO_NAMES)
            for item in self.taken
            for node in item.unit.nodes
        )

    @cached_property
    def _looked_up(self) -> frozenset[str]:
        """The attributes that `getattr` names."""
        named = (node.args[1] for node, _ in self._look_ups)
        return frozenset(str(node.value) for node in named if isinstance(node, ast.Constant))

    @cached_property
    def _look_ups(self) -> list[tuple[ast.Call, Taken]]:
        return [
            (node, item) for item in self.taken for node in item.unit.nodes if _is_look_up(node)
        ]


_LOOKING_AROUND = frozenset({"globals", "locals", "eval", "exec"})
_LEADING_TO_NAMES = frozenset({"modules", "f_globals", "f_locals", "__globals__", "import_module"})
_OPEN_NAMES = frozenset({"vars", "asdict", "astuple", "attrgetter", "getmembers"})
_OPEN_ATTRIBUTES = frozenset({"__dict__", "__getstate__", "__reduce__", "__reduce_ex__"})
_OPEN_METHODS = frozenset(
    {"__getattr__", "__getattribute__", "__setattr__", "__getstate__", "__reduce__"}
)
_SENDING = frozenset(
    {
        *("pickle", "dill", "cloudpickle", "joblib", "shelve"),
        *("multiprocessing", "concurrent", "ray", "dask"),
    }
)
"""What serializes whole objects: the dictionary in them refuses that if only some of its keys are known."""


def _is_open(node: ast.AST) -> bool:
    """Whether code comes by attributes that it does not name."""
    if isinstance(node, ast.Name):
        return node.id in _OPEN_NAMES
    if isinstance(node, ast.Attribute):
        return node.attr in _OPEN_ATTRIBUTES | _OPEN_NAMES or _saves_torch(node)
    return _is_function(node) and node.name in _OPEN_METHODS


def _saves_torch(node: ast.Attribute) -> bool:
    return node.attr == "save" and isinstance(node.value, ast.Name) and node.value.id == "torch"


def _is_look_up(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) > 1
    )


def _is_function(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def _shortened(node: ast.expr, count: int) -> ast.expr:
    """Return an expression without its last attributes."""
    for _ in range(count):
        if isinstance(node, ast.Attribute):
            node = node.value
    return node
