"""What a stretch of code binds in its own scope, without looking into the scopes inside it."""

# ruff: noqa: N815 -- ast.NodeVisitor wants methods named after the nodes

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BindingKind = Literal[
    "function",
    "class",
    "import",
    "value",  # a single name assigned one expression
    "element",  # the target of a loop over one expression
    "augmented",
    "other",  # unpacking, several targets, `:=`, `with … as`, `except … as`, a pattern, a type alias
    "deleted",
    "global",  # assigned by a function that declares the name global
]


@dataclass(frozen=True, slots=True)
class Imported:
    """One name of an import statement, wherever it stands; ``name`` is None for ``import module``.

    ``level`` counts the leading dots; ``bound`` is the name bound here, empty for ``import *``;
    ``renamed`` says that there is an ``as``.
    """

    module: str
    level: int
    name: str | None
    bound: str
    renamed: bool = False

    @property
    def star(self) -> bool:
        """Whether this is ``from module import *``."""
        return self.name == "*"

    @property
    def path(self) -> tuple[str, tuple[str, ...]]:
        """What the bound name stands for: a module and, for ``from`` imports, the attribute in it."""
        if self.name is not None:
            return self.module, (self.name,)
        return (self.module if self.renamed else self.module.partition(".")[0]), ()


@dataclass(frozen=True, slots=True)
class Binding:
    """One place that binds a name; ``value`` is the expression for the kinds value and element."""

    name: str
    kind: BindingKind
    node: ast.AST
    value: ast.expr | None = None
    imported: Imported | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The names bound in one scope, and those that it declares global or nonlocal."""

    bindings: tuple[Binding, ...]
    global_names: frozenset[str]
    nonlocal_names: frozenset[str]


def scope_of(nodes: Iterable[ast.AST]) -> Scope:
    """Collect the bindings of some statements or expressions that share a scope."""
    collector = _Collector()
    for node in nodes:
        collector.visit(node)
    return Scope(
        tuple(collector.found),
        frozenset(collector.global_names),
        frozenset(collector.nonlocal_names),
    )


def imports_of(node: ast.Import | ast.ImportFrom) -> tuple[Imported, ...]:
    """Take an import statement apart, one entry for each name."""
    if isinstance(node, ast.ImportFrom):
        module, level = node.module or "", node.level or 0
        return tuple(
            Imported(
                module, level, alias.name, "" if alias.name == "*" else alias.asname or alias.name
            )
            for alias in node.names
        )
    return tuple(
        Imported(
            alias.name,
            0,
            None,
            alias.asname or alias.name.partition(".")[0],
            alias.asname is not None,
        )
        for alias in node.names
    )


def is_main_guard(node: ast.AST) -> bool:
    """Whether this is ``if __name__ == "__main__":``, whose body never runs in a job."""
    return isinstance(node, ast.If) and ast.unparse(node.test) in _MAIN_TESTS


_MAIN_TESTS = frozenset({"__name__ == '__main__'", "'__main__' == __name__"})


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function, in no particular order."""
    starred = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *starred]


class _Collector(ast.NodeVisitor):
    """Finds bindings; of inner scopes it sees only what belongs to the outer one."""

    def __init__(self) -> None:
        self.found: list[Binding] = []
        self.global_names: set[str] = set()
        self.nonlocal_names: set[str] = set()
        self.in_comprehension = 0

    def add(
        self, name: str | None, kind: BindingKind, node: ast.AST, value: ast.expr | None = None
    ) -> None:
        if name is not None:
            self.found.append(Binding(name, kind, node, value))

    def visit_If(self, node: ast.If) -> None:
        if is_main_guard(node):
            self._all(node.orelse)
        else:
            self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if not isinstance(node.ctx, ast.Load) and not self.in_comprehension:
            self.add(node.id, "deleted" if isinstance(node.ctx, ast.Del) else "other", node)

    def visit_Assign(self, node: ast.Assign) -> None:
        # Names of `a = b = []` share their value, so it is not the value of either.
        kind: BindingKind = "value" if len(node.targets) == 1 else "other"
        for target in node.targets:
            self._target(target, kind, node, node.value if kind == "value" else None)
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._target(node.target, "value", node, node.value)
        self._all(item for item in (node.annotation, node.value) if item is not None)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._target(node.target, "augmented", node, None)
        self.visit(node.value)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._target(node.target, "element", node, node.iter)
        self._all((node.iter, *node.body, *node.orelse))

    visit_AsyncFor = visit_For

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        # Also inside a comprehension, a walrus binds in the scope around it.
        self.add(node.target.id, "other", node)
        self.visit(node.value)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for imported in imports_of(node):
            if not imported.star:
                self.found.append(Binding(imported.bound, "import", node, None, imported))

    visit_ImportFrom = visit_Import

    def visit_Global(self, node: ast.Global) -> None:
        self.global_names.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.nonlocal_names.update(node.names)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self.add(node.name, "other", node)
        self.generic_visit(node)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        self.add(node.name, "other", node)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        self.add(node.rest, "other", node)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.add(node.name, "function", node)
        self._all((*node.decorator_list, *evaluated_at_definition(node)))

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._all(defaults_of(node.args))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.add(node.name, "class", node)
        self._all((*node.decorator_list, *node.bases, *(item.value for item in node.keywords)))

    def visit_ListComp(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
    ) -> None:
        self.in_comprehension += 1
        self.generic_visit(node)
        self.in_comprehension -= 1

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def _target(
        self, target: ast.expr, kind: BindingKind, node: ast.AST, value: ast.expr | None
    ) -> None:
        if isinstance(target, ast.Name):
            self.add(target.id, kind, node, value)
        else:
            self.visit(target)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)


def defaults_of(arguments: ast.arguments) -> Iterator[ast.expr]:
    """Yield the default values, which run where the function is defined."""
    yield from arguments.defaults
    yield from (default for default in arguments.kw_defaults if default is not None)


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Yield the annotations of a function's parameters and of what it returns."""
    yield from (arg.annotation for arg in parameters_of(node.args) if arg.annotation is not None)
    if node.returns is not None:
        yield node.returns


def evaluated_at_definition(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    """Yield what runs where a function is defined, its decorators aside."""
    yield from defaults_of(node.args)
    yield from annotations_of(node)
