"""One file of a program: its tree, its units, and who binds what."""

from __future__ import annotations

import ast
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

from mlx2smk.analysis.giving import Giving, giving_in
from mlx2smk.analysis.patches import patched_in, replaced_in
from mlx2smk.analysis.stars import StarName, certainly_bound
from mlx2smk.analysis.texts import pattern, queries_in
from mlx2smk.analysis.units import Unit, cut
from mlx2smk.language.bindings import is_main_guard, is_untaken
from mlx2smk.language.origins import MODULES
from mlx2smk.language.scopes import code_below, name_bound, nodes_of

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Mapping

    from mlx2smk.diagnostics.source import Source
    from mlx2smk.language.bindings import Binding, Imported

    Decorators: TypeAlias = Mapping[int, tuple[ast.expr, ...]]

_Node = TypeVar("_Node", bound=ast.AST)
_BINDERS: tuple[type[ast.AST], ...] = (
    *(ast.Name, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler),
    *(ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.alias),
)


@dataclass(eq=False)
class Module:
    """One file: its units and who binds what; ``name`` is None for the experiment.

    ``tree`` None: the file does not parse. ``path`` None: a namespace package, without a file.
    ``declared``: for each statement, the decorators that make a function a trial or its like;
    ``blanked``: those of them that do not run in a job, as they are ours. ``stars`` knows the names of
    a star import.
    """

    name: str | None
    dotted: str
    path: str | None
    package: bool
    source: Source
    file_digest: str
    tree: ast.Module | None
    stars: Callable[[Imported, Module], tuple[StarName, ...]]
    declared: Decorators = field(default_factory=dict)
    blanked: Decorators = field(default_factory=dict)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The module cut into units, in the order of the text."""
        return tuple(cut(self))

    @property
    def running(self) -> list[ast.stmt]:
        """The module's statements that can run in a job."""
        body = () if self.tree is None else self.tree.body
        return [part for item in body for part in (item.orelse if is_main_guard(item) else [item])]

    @cached_property
    def written_texts(self) -> Counter[str | bytes]:
        """How often each string, and each bytes literal, is in the module's code, in data too."""
        nodes = (node for statement in self.running for node in nodes_of(statement))
        values = (node.value for node in nodes if isinstance(node, ast.Constant))
        return Counter(value for value in values if isinstance(value, (str, bytes)))

    @cached_property
    def by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        """The nodes of each kind, but for those of data, which are nothing but constants."""
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for statement in self.running:
            for node in nodes_of(statement, code_below):
                found.setdefault(type(node), []).append(node)
        return found

    def of_kind(self, kind: type[_Node]) -> list[_Node]:
        """Return the nodes of a kind, but for those of data."""
        return cast("list[_Node]", self.by_kind.get(kind, []))

    @cached_property
    def import_statements(self) -> list[ast.Import | ast.ImportFrom]:
        """All import statements, those in functions too."""
        return [*self.of_kind(ast.Import), *self.of_kind(ast.ImportFrom)]

    @cached_property
    def bound_how_often(self) -> Counter[str]:
        """How many places in the module's code bind each name, in whatever scope."""
        found = Counter(node.arg for node in self.of_kind(ast.arg))
        for declaration in self.of_kind(ast.Global):
            found.update(declaration.names)
        nodes = (node for kind in _BINDERS for node in self.of_kind(kind))
        found.update(name for name in map(name_bound, nodes) if name is not None)
        return found

    @cached_property
    def entered(self) -> dict[ast.AST, ast.expr]:
        """The expressions of ``with`` statements, by the targets that they are bound to."""
        items = self.of_kind(ast.withitem)
        return {node.optional_vars: node.context_expr for node in items if node.optional_vars}

    @cached_property
    def giving(self) -> dict[ast.AST, list[Giving]]:
        """What gives names their objects other than by plain assignment, by the nodes that bind them."""
        return giving_in(self.by_kind)

    @cached_property
    def untaken(self) -> tuple[ast.AST, ...]:
        """What stands for branches that never run."""
        return tuple(filter(is_untaken, self.of_kind(ast.Pass)))

    @cached_property
    def texts(self) -> frozenset[str]:
        """The string literals in the module's code."""
        return frozenset(value for value in self.written_texts if isinstance(value, str))

    @cached_property
    def words(self) -> frozenset[str]:
        """All texts in the module's code, those of bytes too, and the names of attributes and keyword arguments."""
        return self.texts.union(
            (each.decode("latin-1") for each in self.written_texts if isinstance(each, bytes)),
            (node.attr for node in self.of_kind(ast.Attribute)),
            (node.arg for node in self.of_kind(ast.keyword) if node.arg is not None),
            (name for node in self.of_kind(ast.MatchClass) for name in node.kwd_attrs),
        )

    @cached_property
    def certain(self) -> frozenset[str]:
        """The names that the module has whenever it has run."""
        if self.tree is None:
            return frozenset()
        starred = {
            name
            for unit in self.units
            if unit.alias is not None and unit.certain
            for name in unit.names.bound
        }
        items = (item for unit in self.units for item in unit.names.bindings)
        gone = {item.name for item in items if item.kind == "deleted"}
        return (certainly_bound(self.tree) | starred) - gone

    @cached_property
    def binders(self) -> dict[str, tuple[Unit, ...]]:
        """For each name of the module, the units that bind, change or delete it."""
        found: dict[str, list[Unit]] = {}
        for unit in self.units:
            for name in sorted(unit.names.bound):
                found.setdefault(name, []).append(unit)
        if self.tree is not None and ast.get_docstring(self.tree, clean=False) is not None:
            found.setdefault("__doc__", []).insert(0, self.units[0])
        return {name: tuple(units) for name, units in found.items()}

    @cached_property
    def bindings(self) -> dict[str, tuple[Binding, ...]]:
        """For each name of the module, the places that bind it."""
        found: dict[str, list[Binding]] = {}
        for unit in self.units:
            for binding in unit.names.bindings:
                found.setdefault(binding.name, []).append(binding)
        return {name: tuple(bindings) for name, bindings in found.items()}

    @cached_property
    def patched(self) -> frozenset[str]:
        """The names at whose attributes the module assigns, as in ``A.__init__ = f``."""
        return frozenset(patched_in(self))

    @cached_property
    def replaced(self) -> frozenset[str]:
        """The attributes that it assigns to what it imports, as in ``helper.f = g``."""
        return frozenset(replaced_in(self))

    @cached_property
    def nameable(self) -> tuple[str, ...]:
        """The names that a query may mean: all but our decorators and what they declare."""
        declared = {
            binding.name
            for unit in self.units
            for binding in unit.names.bindings
            if unit.statement in self.blanked and binding.kind == "function"
        }
        ours = {
            name for name in self.bindings if any(i.module in MODULES for i in self.imports(name))
        }
        return tuple(name for name in self.bindings if name not in declared | ours)

    @cached_property
    def queries(self) -> tuple[re.Pattern[str], ...]:
        """Patterns for the names after ``@`` in all of its texts."""
        if self.tree is None or not any("@" in word for word in self.words):
            return ()
        return tuple(map(pattern, queries_in(self.tree)))

    @cached_property
    def star_imports(self) -> tuple[Imported, ...]:
        """The imports of all names of a module."""
        return tuple(each for unit in self.units for each, _ in unit.names.imports if each.star)

    def imports(self, name: str) -> tuple[Imported, ...]:
        """Return the imports that bind a name of the module."""
        return self._imports.get(name, ())

    @cached_property
    def _imports(self) -> dict[str, tuple[Imported, ...]]:
        found: dict[str, list[Imported]] = {}
        for unit in self.units:
            for binding in unit.names.bindings:
                if binding.imported is not None:
                    found.setdefault(binding.name, []).append(binding.imported)
        return {name: tuple(imports) for name, imports in found.items()}

    @property
    def parent_package(self) -> str:
        """The package that relative imports start from."""
        return self.dotted if self.package else self.dotted.rpartition(".")[0]
