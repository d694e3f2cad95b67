"""Scopes and free names: one top-level statement -> the names it binds and the names it uses.

Python's own rules of scoping decide which uses are the module's: parameters, local variables, targets
of comprehensions and captures hide a name; class bodies do not hide it from the functions in them.
"""

# ruff: noqa: N815 -- ast.NodeVisitor wants methods named after the nodes

from __future__ import annotations

import ast
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from mlx2smk.analysis.texts import (
    HOLE,
    QUERIES,
    elements,
    last_name,
    names_in_query,
    query_of,
    types_behind,
    types_given,
    written,
)
from mlx2smk.language.bindings import Binding, Imported, imports_of, is_main_guard, scope_of
from mlx2smk.language.scopes import (
    annotations_of,
    attribute_of,
    below,
    defaults_of,
    mangled,
    parameters_of,
    stored_names,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """One use of a name that is the module's own, a builtin, or bound by an import in an inner scope.

    ``attributes`` is the chain behind it (``m.sub.f`` has sub and f), ``node`` the chain's outermost
    expression, ``parents`` what stands around that, nearest first. ``deferred``: it runs only when a
    function is called. ``imports``: the imports of an inner scope that bind the name, else empty.
    Not ``certain``: a class body binds the name too, maybe later. Not ``evaluated``: it stands in text or
    in an annotation that running the code does not look at.
    """

    name: str
    attributes: tuple[str, ...]
    node: ast.expr
    parents: tuple[ast.AST, ...]
    deferred: bool
    imports: tuple[Imported, ...]
    certain: bool
    evaluated: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What one top-level statement has to do with names.

    ``bindings`` are those of the module's scope, also from functions that declare a name global;
    ``imports`` are the statement's imports with whether they are deferred; ``attributes`` every
    attribute whose own name may say something about reflection; ``queries`` are the texts with names
    of which only a part is known.
    """

    bindings: tuple[Binding, ...]
    references: tuple[Reference, ...]
    imports: tuple[tuple[Imported, bool], ...]
    attributes: tuple[ast.Attribute, ...]
    queries: tuple[ast.expr, ...] = ()

    @property
    def bound(self) -> frozenset[str]:
        """The names of the module that this statement binds, changes or deletes."""
        return frozenset(binding.name for binding in self.bindings)


def names_of(statement: ast.stmt, *, lazy_annotations: bool = False) -> Names:
    """Resolve the names of one top-level statement.

    ``lazy_annotations``: the file has ``from __future__ import annotations``.
    """
    resolver = _Resolver(lazy_annotations)
    own = scope_of((statement,))
    resolver.bindings.extend(own.bindings)
    resolver.visit(statement)
    return Names(
        tuple(resolver.bindings),
        tuple(resolver.references),
        tuple(resolver.imports),
        tuple(resolver.attributes),
        tuple(resolver.queries),
    )


@dataclass(slots=True, eq=False)
class _Frame:
    """An inner scope while it is walked: its names, with the imports that bind them."""

    bound: dict[str, tuple[Imported, ...]]
    global_names: frozenset[str]
    is_class: bool = False
    is_transparent: bool = False  # what stands in it still sees the names of the class around it


class _Resolver(ast.NodeVisitor):
    """Walks a statement with the stack of scopes around each node."""

    def __init__(self, lazy_annotations: bool) -> None:
        self.lazy_annotations = lazy_annotations
        self.bindings: list[Binding] = []
        self.references: list[Reference] = []
        self.imports: list[tuple[Imported, bool]] = []
        self.attributes: list[ast.Attribute] = []
        self.queries: list[ast.expr] = []
        self.frames: list[_Frame] = []
        self.parents: list[ast.AST] = []
        self.classes: list[str] = []
        self.deferred = False
        self.annotation = False
        self.evaluated = True

    def visit(self, node: ast.AST) -> None:
        _METHODS[type(node)](self, node)

    def inside(self, node: ast.AST) -> None:
        self.parents.append(node)
        for child in below(node):
            _METHODS[type(child)](self, child)
        self.parents.pop()

    def all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    # Names

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store) and not (
            self.parents and isinstance(self.parents[-1], ast.AugAssign)
        ):
            return
        name = mangled(node.id, self.classes) if self.classes else node.id
        owner = self.owner(name)
        imports = () if owner is None else owner.bound[name]
        # A name bound in the class body may not be bound yet: Python then looks in the module.
        if owner is None or owner.is_class or imports:
            self.refer(name, node, imports, certain=owner is None)

    def owner(self, name: str) -> _Frame | None:
        """Return the inner scope that a name belongs to, None for the module's."""
        nearest = True
        for frame in reversed(self.frames):
            if name in frame.global_names:
                return None
            if name in frame.bound and (nearest or not frame.is_class):
                return frame
            nearest = nearest and frame.is_transparent
        return None

    def refer(
        self, name: str, node: ast.Name, imports: tuple[Imported, ...], *, certain: bool
    ) -> None:
        chain: list[str] = []
        outermost: ast.expr = node
        around = len(self.parents)
        while (
            around and (attribute := attribute_of(self.parents[around - 1], outermost)) is not None
        ):
            outermost = attribute[0]
            chain.append(mangled(attribute[1], self.classes))
            around -= 1
        parents = tuple(reversed(self.parents[max(around - 3, 0) : around]))
        attributes, deferred = tuple(chain), self.deferred
        self.references.append(
            Reference(
                name, attributes, outermost, parents, deferred, imports, certain, self.evaluated
            )
        )

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.attributes.append(node)
        self.inside(node)
        if node.attr in QUERIES:
            called = bool(self.parents) and getattr(self.parents[-1], "func", None) is node
            if not called:
                self.queries.append(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.parts(node, types_given(node))
        query = query_of(node)
        if query is not None:
            self.query(node, query)

    def query(self, node: ast.Call, text: ast.expr) -> None:
        """Visit the names in ``frame.query("x > @LIMIT")``, which pandas looks up where it is called."""
        whole = written(text)
        if HOLE in whole:
            self.queries.append(text)
        self.parents.append(node)
        with self.unevaluated():
            for name in names_in_query(whole):
                if HOLE not in name:
                    self.visit(ast.copy_location(ast.Name(id=name, ctx=ast.Load()), text))
        self.parents.pop()

    # Scopes

    @contextmanager
    def scope(
        self, nodes: Iterable[ast.AST], names: Iterable[str] = (), *, is_class: bool = False
    ) -> Iterator[None]:
        """Enter a scope that binds what some nodes bind, and some names besides."""
        own = scope_of(nodes)
        bound: dict[str, tuple[Imported, ...]] = {mangled(name, self.classes): () for name in names}
        for binding in own.bindings:
            name = mangled(binding.name, self.classes)
            before = bound.get(name, ())
            bound[name] = before if binding.imported is None else (*before, binding.imported)
        declared = frozenset(mangled(name, self.classes) for name in own.global_names)
        self.bind_globally(own.bindings, declared)
        for name in declared | {mangled(name, self.classes) for name in own.nonlocal_names}:
            bound.pop(name, None)
        self.frames.append(_Frame(bound, declared, is_class))
        yield
        self.frames.pop()

    def bind_globally(self, bindings: Iterable[Binding], declared: frozenset[str]) -> None:
        for binding in bindings:
            name = mangled(binding.name, self.classes)
            if name in declared:
                self.bindings.append(Binding(name, "global", binding.node, None, binding.imported))

    @contextmanager
    def later(self, deferred: bool = True) -> Iterator[None]:
        before, self.deferred = self.deferred, self.deferred or deferred
        yield
        self.deferred = before

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.all(node.decorator_list)
        self.function(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.all(defaults_of(node.args))
        with self.type_parameters(node):
            for annotation in annotations_of(node):
                self.annotate(annotation)
            parameters = [arg.arg for arg in parameters_of(node.args)]
            with self.scope(node.body, parameters), self.later():
                self.parents.append(node)
                self.all(node.body)
                self.parents.pop()

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.all(defaults_of(node.args))
        parameters = [arg.arg for arg in parameters_of(node.args)]
        with self.scope((node.body,), parameters), self.later():
            self.parents.append(node)
            self.visit(node.body)
            self.parents.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.all(node.decorator_list)
        with self.type_parameters(node):
            self.all((*node.bases, *node.keywords))
            self.classes.append(node.name)
            with self.scope(node.body, ("__module__", "__qualname__"), is_class=True):
                self.parents.append(node)
                self.all(node.body)
                self.parents.pop()
            self.classes.pop()

    @contextmanager
    def type_parameters(self, node: ast.AST) -> Iterator[None]:
        """Enter the scope of ``def f[T]``, which Python has from 3.12 on."""
        parameters: list[ast.AST] = getattr(node, "type_params", [])
        if not parameters:
            yield
            return
        with self.scope([], [str(getattr(item, "name", "")) for item in parameters]):
            self.frames[-1].is_transparent = True
            with self.later(), self.types():
                self.all(parameters)
            yield

    def visit_TypeAlias(self, node: ast.AST) -> None:
        with self.type_parameters(node), self.later(), self.types():
            self.visit(getattr(node, "value", node))

    def visit_ListComp(self, node: Comprehension) -> None:
        first = node.generators[0]
        self.parents.append(node)
        self.visit(first.iter)
        targets = [name.id for part in node.generators for name in stored_names(part.target)]
        with self.scope([], targets):
            self.all([first.target, *first.ifs])
            self.all(node.generators[1:])
            self.all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.parents.pop()

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    # Annotations

    @contextmanager
    def types(self, annotation: bool = True) -> Iterator[None]:
        """Visit what stands for types: text in it is code, which ``typing.get_type_hints`` looks up."""
        before, self.annotation = self.annotation, annotation
        yield
        self.annotation = before

    @contextmanager
    def unevaluated(self, unevaluated: bool = True) -> Iterator[None]:
        before, self.evaluated = self.evaluated, self.evaluated and not unevaluated
        yield
        self.evaluated = before

    def annotate(self, node: ast.expr, *, local: bool = False) -> None:
        unevaluated = self.lazy_annotations or local
        with self.types(), self.later(self.lazy_annotations), self.unevaluated(unevaluated):
            self.visit(node)

    def parts(self, node: ast.AST, types: list[ast.AST]) -> None:
        """Visit what stands below a node, of which some parts are types."""
        if not types:
            self.inside(node)
            return
        self.parents.append(node)
        for child in below(node):
            with self.types(self.annotation or child in types):
                self.visit(child)
        self.parents.pop()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        types = types_behind(node, annotation=self.annotation)
        self.parents.append(node)
        self.visit(node.value)
        for part in elements(node):
            with self.types(part in types):
                self.visit(part)
        self.parents.pop()

    def visit_Dict(self, node: ast.Dict) -> None:
        self.parents.append(node)
        with self.types(annotation=False):
            self.all(key for key in node.keys if key is not None)
        self.all(node.values)
        self.parents.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.annotate(node.annotation, local=bool(self.frames) and not self.frames[-1].is_class)
        self.parents.append(node)
        with self.types(last_name(node.annotation) == "TypeAlias"):
            self.all(item for item in (node.target, node.value) if item is not None)
        self.parents.pop()

    def visit_Constant(self, node: ast.Constant) -> None:
        if self.annotation and isinstance(node.value, str):
            try:
                inner = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError):
                return
            for part in ast.walk(inner):
                ast.copy_location(part, node)
            with self.later(), self.unevaluated():
                self.visit(inner)

    # Statements

    def visit_If(self, node: ast.If) -> None:
        if is_main_guard(node):
            self.all(node.orelse)
        else:
            self.inside(node)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        self.imports.extend((imported, self.deferred) for imported in imports_of(node))

    visit_ImportFrom = visit_Import


_METHODS: dict[type[ast.AST], Callable[[_Resolver, Any], None]] = {
    _kind: getattr(_Resolver, f"visit_{_kind.__name__}", _Resolver.inside)
    for _kind in vars(ast).values()
    if isinstance(_kind, type) and issubclass(_kind, ast.AST)
}
