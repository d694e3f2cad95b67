"""Finds the keys that a trial's ``context_update`` may have, from the dict displays in its slice."""

# ruff: noqa: N815 -- ast.NodeVisitor wants methods named after the nodes

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.sites import Site, certain_names, keys_of
from mlx2smk.language.keys import ANY, NO_KEYS, Keys
from mlx2smk.language.scopes import own_scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.language.experiment import Trial
    from mlx2smk.language.scopes import Function

UPDATE = "context_update"


class _Written(NamedTuple):
    """A key of an update, or any key; the node that writes it, and the reason."""

    keys: Keys
    node: ast.AST
    why: str


def update_sites(taken: Sequence[Taken]) -> Iterator[Site]:
    """Yield the locations that may write keys of ``context_update``."""
    modules = dict.fromkeys(item.module for item in taken)
    named = {module for module in modules if any(UPDATE in word for word in module.words)}
    for taken_unit in taken:
        if taken_unit.module not in named:
            continue
        search = _Search(taken_unit.module, certain_names(taken_unit.unit.names))
        search.visit(taken_unit.unit.node)
        for keys, node, why in search.written:
            span = taken_unit.module.source.span(node) if isinstance(node, _PLACED) else None
            yield Site(keys, span, taken_unit.module.name, why)


def updates_in_parameters(trial: Trial) -> Iterator[Site]:
    """Yield the keys that a trial may update because a value of a parameter holds the update."""
    for parameter in trial.parameters:
        keys = Keys.union(map(_keys_of_updates, parameter.values))
        if keys:
            yield Site(keys, trial.span, None, f"a value of {parameter.name} holds the update")


def _keys_of_updates(value: object) -> Keys:
    """Return the keys of every ``context_update`` in a value, at any depth."""
    if isinstance(value, (list, tuple)):
        return Keys.union(map(_keys_of_updates, value))
    if not isinstance(value, dict):
        return NO_KEYS
    update = value.get(UPDATE)
    own = (
        Keys.of(*(key for key in update if isinstance(key, str)))
        if isinstance(update, dict)
        else NO_KEYS
    )
    return own | Keys.union(map(_keys_of_updates, value.values()))


_PLACED = (ast.expr, ast.stmt, ast.keyword)
_UNPACKED = "the keys come from a **"


class _Search(ast.NodeVisitor):
    """Finds every way in which code may create a ``context_update``."""

    def __init__(self, module: Module, certain: frozenset[ast.expr]) -> None:
        self.module = module
        self.certain = certain
        self.written: list[_Written] = []
        self.functions: list[Function] = []
        self.understood: set[ast.AST] = set()

    def visit_FunctionDef(self, node: Function) -> None:
        self.functions.append(node)
        self.generic_visit(node)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring may mention it
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if _is_update(key):
                self.understood.update([key] if key else [])
                self.written.extend(self.keys(value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            if keyword.arg == UPDATE and _is_dict_call(node):
                self.written.extend(self.keys(keyword.value))
            elif keyword.arg == UPDATE:
                why = f"{UPDATE} is handed to {ast.unparse(node.func)}"
                self.written.append(_Written(ANY, keyword, why))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if (
            len(node.targets) == 1
            and isinstance(target, ast.Subscript)
            and _is_update(target.slice)
        ):
            self.understood.add(target.slice)
            self.written.extend(self.keys(node.value))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == UPDATE:
            self.written.append(_Written(ANY, node, f"{UPDATE} is an attribute"))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        named = isinstance(node.value, str) and UPDATE in node.value
        named = named or (isinstance(node.value, bytes) and UPDATE.encode() in node.value)
        if named and node not in self.understood:
            self.written.append(_Written(ANY, node, f"{UPDATE} is named outside a dict display"))

    def keys(self, node: ast.expr) -> Iterator[_Written]:
        """Yield the keys that a value of ``context_update`` may have."""
        for branch in _branches(node):
            yield from self._keys_of_branch(branch)

    def _keys_of_branch(self, node: ast.expr) -> Iterator[_Written]:
        if isinstance(node, ast.Dict):
            yield from (self.key(key, node) for key in node.keys)
        elif isinstance(node, ast.Call) and _is_dict_call(node) and not node.args:
            yield from map(self.named, node.keywords)
        elif isinstance(node, ast.Name):
            yield from self.variable(node)
        elif not isinstance(node, ast.Constant):  # None and the like update nothing
            yield _Written(ANY, node, f"the value of {UPDATE} is computed")

    def key(self, key: ast.expr | None, display: ast.expr) -> _Written:
        """Return the key that a key of a display writes."""
        if key is None:
            return _Written(ANY, display, _UNPACKED)
        keys = keys_of(key, self.module, self.certain)
        why = "the key is computed" if keys.is_any else f"writes {keys.single!r}"
        return _Written(keys, key, why)

    def named(self, keyword: ast.keyword) -> _Written:
        """Return the key that an argument of ``dict()`` writes."""
        if keyword.arg is None:
            return _Written(ANY, keyword, _UNPACKED)
        return _Written(Keys.of(keyword.arg), keyword, f"writes {keyword.arg!r}")

    def variable(self, node: ast.Name) -> Iterator[_Written]:
        """Yield the keys of a local variable that is bound to a display and to which items may be added."""
        display = self._only_display(node)
        if display is None:
            yield _Written(ANY, node, f"the value of {UPDATE} is computed")
            return
        yield from self.keys(display)
        for target in self._stores(node):
            yield self.key(target.slice, target)

    def _only_display(self, node: ast.Name) -> ast.Dict | None:
        """Return the display that a local variable is bound to, if it is not used in any other way."""
        if self._is_of_outer_scope(node.id) or self._is_read_elsewhere(node):
            return None
        bindings = [use for use in self._uses(node.id) if not isinstance(use.ctx, ast.Load)]
        return self._display_assigned_to(bindings[0]) if len(bindings) == 1 else None

    def _is_of_outer_scope(self, name: str) -> bool:
        """Whether the function declares a name as global or nonlocal."""
        return any(
            isinstance(part, (ast.Global, ast.Nonlocal)) and name in part.names
            for part in self._parts()
        )

    def _is_read_elsewhere(self, node: ast.Name) -> bool:
        """Whether a variable is read anywhere but here and where items are added to it."""
        harmless = {node, *(target.value for target in self._stores(node))}
        reads = (use for use in self._uses(node.id) if isinstance(use.ctx, ast.Load))
        return any(use not in harmless for use in reads)

    def _display_assigned_to(self, target: ast.Name) -> ast.Dict | None:
        for part in self._parts():
            if _only_target(part) is target:
                value = getattr(part, "value", None)
                return value if isinstance(value, ast.Dict) else None
        return None

    def _stores(self, node: ast.Name) -> list[ast.Subscript]:
        """Return the subscripts that add an item to a variable."""
        subscripts = (part for part in self._parts() if isinstance(part, ast.Subscript))
        return [part for part in subscripts if _stores_into(part, node.id)]

    def _uses(self, name: str) -> list[ast.Name]:
        return [part for part in self._parts() if isinstance(part, ast.Name) and part.id == name]

    def _parts(self) -> Iterator[ast.AST]:
        """Yield all nodes of the innermost function."""
        return ast.walk(self.functions[-1]) if self.functions else iter(())


def _only_target(node: ast.AST) -> ast.expr | None:
    """Return the target of an assignment with a single target."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return node.targets[0]
    return node.target if isinstance(node, ast.AnnAssign) else None


def _stores_into(node: ast.Subscript, name: str) -> bool:
    stored = isinstance(node.ctx, ast.Store)
    return stored and isinstance(node.value, ast.Name) and node.value.id == name


def _is_update(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value == UPDATE


def _is_dict_call(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "dict"


def returned(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Yield the expressions that a function returns, including all branches of conditional expressions."""
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
