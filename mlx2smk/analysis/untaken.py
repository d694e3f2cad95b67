"""Branches that never run: ``if False:``, ``if TYPE_CHECKING:``, and ``if DEBUG:`` where that is always False.

They are taken out of the syntax trees, so that nothing in them counts. The conditions stay: where one is
edited, or the constant that it asks for, the code that has it runs again.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlx2smk.analysis.lasting import LastingConstants
from mlx2smk.analysis.scope_frames import is_generator
from mlx2smk.language.bindings import imports_of, is_main_guard, scope_of, untaken
from mlx2smk.language.scopes import Function, nodes_of, parameters_of, split_dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mlx2smk.analysis.parsed_module import Module

    Condition = Callable[[ast.expr], bool | None]

_OLDEST, _NEWEST = (3, 9), (3, 1000)
"""The versions of Python that may run jobs."""

_NOT_NOW = frozenset({"typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING"})
_VERSION = "sys.version_info"


class Untaken:
    """Takes the branches that never run out of a program's modules."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.constants = LastingConstants(modules)

    def without(self, module: Module) -> Module:
        """Return a module without its branches that never run."""
        if module.tree is None:
            return module
        conditions = _Conditions(self.constants.of(module), self._libraries(module))
        tree = _without(module.tree, conditions.known)
        if tree is module.tree or not isinstance(tree, ast.Module):
            return module
        return replace(module, tree=tree)

    def _libraries(self, module: Module) -> dict[str, str]:
        """Return what names stand for that are imported, and bound nowhere else."""
        often = module.bound_how_often
        found = {
            each.bound: ".".join((each.path[0], *each.path[1]))
            for node in module.import_statements
            for each in imports_of(node)
            if not each.level and often[each.bound] == 1
        }
        asked = {"TYPE_CHECKING", "version_info"} & self.constants.settable
        return {} if asked or often["*"] else found


def _without(node: ast.AST, known: Condition) -> ast.AST:
    """Return a statement, or what has statements, without branches that never run."""
    changed: dict[str, list[ast.AST]] = {}
    for name in _BLOCKS:
        block = getattr(node, name, None)
        if isinstance(block, list):
            inside = [_without(each, known) for each in block]
            if any(new is not old for new, old in zip(inside, block, strict=True)):
                changed[name] = inside
    if isinstance(node, ast.If) and not is_main_guard(node):
        taken = known(node.test)
        gone = {True: "orelse", False: "body"}.get(taken) if taken is not None else None
        if gone is not None and getattr(node, gone):
            changed[gone] = [untaken(getattr(node, gone))]
    if not changed:
        return node
    fields = {name: getattr(node, name, None) for name in node._fields} | changed
    copy = type(node)(**fields)
    if isinstance(node, Function) and isinstance(copy, Function) and not _is_alike(node, copy):
        return node
    return ast.copy_location(copy, node) if hasattr(node, "lineno") else copy


def _is_alike(one: Function, other: Function) -> bool:
    """Whether a function is of the same kind without a branch: a generator, and with the same local names.

    ``if False: yield`` makes a generator of it, and an assignment a local variable.
    """
    before, after = scope_of(one.body), scope_of(other.body)
    kept = {*(item.name for item in after.bindings), *(arg.arg for arg in parameters_of(one.args))}
    lost = {item.name for item in before.bindings} - kept
    return (
        is_generator(one) == is_generator(other)
        and (before.global_names, before.nonlocal_names)
        == (after.global_names, after.nonlocal_names)
        and lost.isdisjoint(name for node in nodes_of(other) for name in _mentioned(node))
    )


def _mentioned(node: ast.AST) -> Iterable[str]:
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    return (node.id,) if isinstance(node, ast.Name) else ()


_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


class _UnknownError(Exception):
    """The value of an expression is not known."""


class _Conditions:
    """Knows the values of conditions that are always the same."""

    def __init__(self, constants: Mapping[str, object], libraries: Mapping[str, str]) -> None:
        self.constants = constants
        self.libraries = libraries

    def known(self, node: ast.expr) -> bool | None:
        """Return whether a condition holds, None if that is not known."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.known(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.BoolOp):
            found = {self.known(each) for each in node.values}
            decisive = isinstance(node.op, ast.Or)
            return decisive if decisive in found else None if None in found else not decisive
        try:
            return bool(self._value(node))
        except (_UnknownError, TypeError):
            return None

    def _value(self, node: ast.expr) -> object:
        match node:
            case ast.Constant():
                return node.value
            case ast.Tuple() | ast.List() | ast.Set():
                return _COLLECTIONS[type(node)](map(self._value, node.elts))
            case ast.Name() | ast.Attribute():
                return self._named(node)
            case ast.Subscript(slice=ast.Constant(value=0)) if self._is_version(node.value):
                return _OLDEST[0]
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                if self._is_version(left):
                    return self._of_versions(op, self._value(right))
                sides = self._value(left), self._value(right)
                if type(op) in _OPERATORS and _may_compare(op, *sides):
                    return _OPERATORS[type(op)](*sides)
        raise _UnknownError

    def _named(self, node: ast.expr) -> object:
        text = ast.unparse(node)
        if text in self.constants:
            return self.constants[text]
        if self._library(node) in _NOT_NOW:
            return False
        if (
            isinstance(node, ast.Attribute)
            and node.attr == "major"
            and self._is_version(node.value)
        ):
            return _OLDEST[0]
        raise _UnknownError

    def _library(self, node: ast.expr) -> str:
        root, chain = split_dotted(node)
        name = self.libraries.get(root.id, "") if isinstance(root, ast.Name) else ""
        return ".".join((name, *chain)) if name else ""

    def _is_version(self, node: ast.expr) -> bool:
        return self._library(node) == _VERSION

    def _of_versions(self, op: ast.cmpop, right: object) -> bool:
        """Compare all versions of Python that may run a job with one."""
        if type(op) not in _ORDERED or not isinstance(right, tuple):
            raise _UnknownError
        found = {bool(_OPERATORS[type(op)]((*each, 0), right)) for each in (_OLDEST, _NEWEST)}
        if len(found) > 1:
            raise _UnknownError
        return found.pop()


_COLLECTIONS: Mapping[type[ast.expr], Callable[[Iterable[object]], object]] = {
    ast.Tuple: tuple,
    ast.List: list,
    ast.Set: set,
}


def _may_compare(op: ast.cmpop, left: object, right: object) -> bool:
    """Whether a comparison is the same in a run: whether equal constants are one object is not known."""
    identity = isinstance(op, (ast.Is, ast.IsNot))
    return not identity or any(each is None or isinstance(each, bool) for each in (left, right))


_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_OPERATORS: Mapping[type[ast.cmpop], Callable[[Any, Any], object]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
}
"""Comparisons of constants."""
