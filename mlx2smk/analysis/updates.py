"""The keys that a trial's ``context_update`` may have, from the displays in its slice."""

# ruff: noqa: N815 -- ast.NodeVisitor wants methods named after the nodes

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.sites import Site, certain_names, keys_of
from mlx2smk.language.keys import ANY, Keys
from mlx2smk.language.scopes import own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.language.scopes import Function

UPDATE = "context_update"


class _Written(NamedTuple):
    """A key of an update, or any; where it stands, and why."""

    keys: Keys
    node: ast.AST
    why: str


def update_sites(taken: Sequence[Taken]) -> Iterator[Site]:
    """Yield the keys that ``context_update`` may have, with their places."""
    for item in taken:
        search = _Search(item.module, certain_names(item.unit.names))
        search.visit(item.unit.node)
        for keys, node, why in search.found:
            span = item.module.source.span(node) if isinstance(node, _PLACED) else None
            yield Site(keys, span, item.module.name, why)


_PLACED = (ast.expr, ast.stmt, ast.keyword)
_UNPACKED = "the keys come from a **"


class _Search(ast.NodeVisitor):
    """Looks for every way in which code may make a ``context_update``."""

    def __init__(self, module: Module, certain: frozenset[ast.expr]) -> None:
        self.module = module
        self.certain = certain
        self.found: list[_Written] = []
        self.functions: list[Function] = []
        self.understood: set[ast.AST] = set()

    def visit_FunctionDef(self, node: Function) -> None:
        self.functions.append(node)
        self.generic_visit(node)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring may speak of it
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_update(key):
                self.understood.update([key] if key else [])
                self.found.extend(self.keys(value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg == UPDATE and _is_dict_call(node):
                self.found.extend(self.keys(keyword.value))
            elif keyword.arg == UPDATE:
                why = f"{UPDATE} is handed to {ast.unparse(node.func)}"
                self.found.append(_Written(ANY, keyword, why))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if (
            len(node.targets) == 1
            and isinstance(target, ast.Subscript)
            and _is_update(target.slice)
        ):
            self.understood.add(target.slice)
            self.found.extend(self.keys(node.value))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == UPDATE:
            self.found.append(_Written(ANY, node, f"{UPDATE} is an attribute"))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        named = isinstance(node.value, str) and UPDATE in node.value
        named = named or (isinstance(node.value, bytes) and UPDATE.encode() in node.value)
        if named and node not in self.understood:
            self.found.append(_Written(ANY, node, f"{UPDATE} is named outside a dict display"))

    def keys(self, node: ast.expr) -> Iterator[_Written]:
        """Yield the keys that a value of ``context_update`` may have."""
        if isinstance(node, ast.Dict):
            for key in node.keys:
                yield self.key(key, node)
        elif isinstance(node, ast.Call) and _is_dict_call(node) and not node.args:
            for keyword in node.keywords:
                yield self.named(keyword)
        elif isinstance(node, ast.IfExp):
            yield from self.keys(node.body)
            yield from self.keys(node.orelse)
        elif isinstance(node, ast.Name):
            yield from self.variable(node)
        elif not isinstance(node, ast.Constant):  # None and the like update nothing
            yield _Written(ANY, node, f"the value of {UPDATE} is computed")

    def key(self, key: ast.expr | None, display: ast.expr) -> _Written:
        """Return what one key of a display writes."""
        if key is None:
            return _Written(ANY, display, _UNPACKED)
        keys = keys_of(key, self.module, self.certain)
        why = "the key is computed" if keys.is_any else f"writes {keys.single!r}"
        return _Written(keys, key, why)

    def named(self, keyword: ast.keyword) -> _Written:
        """Return what one argument of ``dict()`` writes."""
        if keyword.arg is None:
            return _Written(ANY, keyword, _UNPACKED)
        return _Written(Keys.of(keyword.arg), keyword, f"writes {keyword.arg!r}")

    def variable(self, node: ast.Name) -> Iterator[_Written]:
        """Yield the keys of a local variable that is one display, with items added one by one."""
        display = self._only_display(node)
        if display is None:
            yield _Written(ANY, node, f"the value of {UPDATE} is computed")
            return
        yield from self.keys(display)
        for target in self._stores(node):
            yield self.key(target.slice, target)

    def _only_display(self, node: ast.Name) -> ast.expr | None:
        """Return the display that a local variable stands for, if nothing else can happen to it."""
        function = self.functions[-1] if self.functions else None
        parts = list(ast.walk(function)) if function is not None else []
        uses = [item for item in parts if isinstance(item, ast.Name) and item.id == node.id]
        stored = [item for item in uses if not isinstance(item.ctx, ast.Load)]
        harmless = {id(node), *(id(item.value) for item in self._stores(node))}
        if len(stored) != 1 or any(id(item) not in harmless for item in uses if item not in stored):
            return None
        if any(
            isinstance(item, (ast.Global, ast.Nonlocal)) and node.id in item.names for item in parts
        ):
            return None
        for item in parts:
            if isinstance(item, ast.Assign) and item.targets == stored:
                return item.value if isinstance(item.value, ast.Dict) else None
            if isinstance(item, ast.AnnAssign) and item.target is stored[0]:
                return item.value if isinstance(item.value, ast.Dict) else None
        return None

    def _stores(self, node: ast.Name) -> list[ast.Subscript]:
        function = self.functions[-1] if self.functions else None
        return [
            item
            for item in (ast.walk(function) if function is not None else ())
            if isinstance(item, ast.Subscript)
            and isinstance(item.ctx, ast.Store)
            and isinstance(item.value, ast.Name)
            and item.value.id == node.id
        ]


def _is_update(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == UPDATE


def _is_dict_call(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "dict"


def returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield the expressions that a function returns, each branch of a conditional one."""
    for statement in function.body:
        for node in own_scope(statement):
            if isinstance(node, ast.Return) and node.value is not None:
                yield from _branches(node.value)


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def returned_keys(function: ast.FunctionDef, module: Module, certain: frozenset[ast.expr]) -> Keys:
    """Return the keys of the dicts that a function returns."""
    search = _Search(module, certain)
    search.functions.append(function)
    return Keys.union(
        written.keys for value in returned(function) for written in search.keys(value)
    )
