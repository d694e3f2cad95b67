"""Finds the keys that a trial's ``context_update`` may have, from the dict displays in its slice."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.handing import Follower
from mlx2smk.analysis.sites import Site
from mlx2smk.analysis.update_values import (
    UPDATE,
    UpdateValues,
    WrittenKeys,
    is_builtin,
    is_update,
    record_of,
)
from mlx2smk.language.keys import ANY, NO_KEYS, Keys
from mlx2smk.language.scopes import own_scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mlx2smk.analysis.mistakes.report import Looked
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.analysis.stretches import Stretch
    from mlx2smk.language.experiment import Trial


def update_sites(taken: Sequence[Taken], project: Project) -> Iterator[Site]:
    """Yield the locations that may write keys of ``context_update``."""
    modules = dict.fromkeys(item.module for item in taken)
    if any(map(_names_update, modules)):
        yield from _named(taken, project)
    pieces = _pieces([module.words for module in modules])
    if pieces:
        yield from _pieced_together(taken, pieces)


def _names_update(module: Module) -> bool:
    """Whether a module mentions ``context_update``; its field may have no other mention."""
    return UPDATE in module.source.text or any(UPDATE in word for word in module.words)


def _pieces(words: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return those of some words that, put together with another, may be ``context_update``."""
    first = {word for some in words for word in _STARTS & some}
    last = {word for some in words for word in _ENDS & some}
    longest_first, longest_last = _longest(first), _longest(last)
    if not first or not last:
        return frozenset()
    return frozenset(
        {word for word in first if len(word) + longest_last >= _MOST}
        | {word for word in last if len(word) + longest_first >= _MOST}
    )


def _longest(words: Iterable[str]) -> int:
    return max(map(len, words), default=0)


def _named(taken: Sequence[Taken], project: Project) -> Iterator[Site]:
    """Yield the places where the slice names an update."""
    follower = Follower(project, taken)
    values = UpdateValues(follower, taken)
    for item in taken:
        search = _Search(values, follower, follower.stretch(item.unit, item.module))
        search.visit(item.unit.node)
        for keys, node, why, code in search.written:
            span = code.module.source.span(node) if isinstance(node, _PLACED) else None
            yield Site(keys, span, code.module.name, why)


def _pieced_together(taken: Sequence[Taken], pieces: Collection[str]) -> Iterator[Site]:
    """Yield a place if texts of the slice, put together, may be ``context_update``."""
    starts: list[tuple[str, Site]] = []
    ends: list[str] = []
    for item in taken:
        nodes = () if item.module.words.isdisjoint(pieces) else item.unit.nodes
        for node in nodes:
            text = node.value if isinstance(node, ast.Constant) else None
            if not isinstance(text, str) or text not in pieces:
                continue
            if UPDATE.startswith(text):
                span = item.module.source.span(node) if isinstance(node, ast.expr) else None
                why = f"{UPDATE} may be put together"
                starts.append((text, Site(ANY, span, item.module.name, why)))
            if UPDATE.endswith(text):
                ends.append(text)
    longest = _longest(ends)
    yield from (site for text, site in starts if longest and len(text) + longest >= _MOST)


def updates_in_parameters(trial: Trial) -> Iterator[Site]:
    """Yield the keys that a trial may update because a value of a parameter holds the update."""
    for parameter in trial.parameters:
        if not parameter.mentions(UPDATE):
            continue
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


_MOST = len(UPDATE) - len("_")
"""The length of pieces that are enough, with something between them."""

_STARTS = frozenset(UPDATE[:_at] for _at in range(1, len(UPDATE)))
_ENDS = frozenset(UPDATE[_at:] for _at in range(1, len(UPDATE)))

_PLACED = (ast.expr, ast.stmt, ast.keyword)


class _Search(ast.NodeVisitor):
    """Finds every way in which code may create a ``context_update``."""

    def __init__(self, values: UpdateValues, follower: Follower, code: Stretch) -> None:
        self.values = values
        self.follower = follower
        self.code = code
        self.written: list[WrittenKeys] = []
        self.understood: set[ast.AST] = set()

    def add(self, node: ast.expr) -> None:
        """Add the keys of an update."""
        self.written.extend(self.values.of(node, self.code))

    def any(self, node: ast.AST, why: str) -> None:
        """Note that a place may write any key."""
        self.written.append(WrittenKeys(ANY, node, why, self.code))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring may mention it
            self.generic_visit(node)

    def visit_Dict(self, node: ast.Dict) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if is_update(key):
                self.understood.update([key] if key else [])
                self.add(value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        record = record_of(node, self.code, self.follower)
        if record is not None:
            self.record(node, record)
        for keyword in node.keywords if record is None else ():
            if keyword.arg != UPDATE:
                continue
            if is_builtin(node.func, "dict", self.code):
                self.add(keyword.value)
            elif not self.values.is_followed(node, self.code):
                self.any(keyword, f"{UPDATE} is handed to {ast.unparse(node.func)}")
        self.generic_visit(node)

    def record(self, node: ast.Call, record: ast.ClassDef) -> None:
        """Add the keys of the field of a record that is the update, if there is one."""
        fields = [
            part.target.id
            for part in record.body
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
        ]
        if UPDATE not in fields:
            return
        if any(isinstance(item, ast.Starred) for item in node.args):
            self.any(node, "the fields come from a *")
        given = dict(zip(fields, node.args, strict=False))
        given |= {item.arg: item.value for item in node.keywords if item.arg is not None}
        if any(item.arg is None for item in node.keywords):
            self.any(node, "the fields come from a **")
        if UPDATE in given:
            self.add(given[UPDATE])

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if len(node.targets) == 1 and isinstance(target, ast.Subscript) and is_update(target.slice):
            self.understood.add(target.slice)
            self.add(node.value)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if node.attr == UPDATE:
            self.any(node, f"{UPDATE} is an attribute")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        named = isinstance(node.value, str) and UPDATE in node.value
        named = named or (isinstance(node.value, bytes) and UPDATE.encode() in node.value)
        if named and node not in self.understood:
            self.any(node, f"{UPDATE} is named outside a dict display")


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


def returned_keys(looked: Looked, project: Project) -> Keys:
    """Return the keys of the dicts that a decorated function returns."""
    if looked.node is None:
        return ANY
    follower = Follower(project, looked.taken)
    values = UpdateValues(follower, looked.taken)
    code = follower.stretch(looked.unit, looked.module)
    return Keys.union(
        written.keys for value in returned(looked.node) for written in values.of(value, code)
    )
