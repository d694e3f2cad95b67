"""Which arguments of calls of libraries say whether these have effects."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from mlx2smk.analysis.known import (
    FILLING_ARRAYS,
    HIGHER_ORDER,
    HIGHER_ORDER_FIRST,
    WRAPPING_METHODS,
)
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def as_numpy(name: str) -> str:
    """Return numpy's name of a function, if it is from a package that offers numpy's functions."""
    package = next((each for each in _LIKE_NUMPY if name.startswith(each)), "")
    return f"numpy.{name.removeprefix(package)}" if package else name


_LIKE_NUMPY = ("autograd.numpy.", "cupy.", "jax.numpy.")


def fills_an_array(name: str, node: ast.Call) -> bool:
    """Whether a function of numpy may be given an array for its result, which others may hold."""
    most = FILLING_ARRAYS.get(name.removeprefix("numpy."), len(node.args))
    starred = any(isinstance(each, ast.Starred) for each in node.args)
    return (
        len(node.args) > most
        or starred
        or any(keyword.arg in {"out", None} for keyword in node.keywords)
    )


def functions_given(name: str, node: ast.Call) -> list[ast.expr]:
    """Return the functions that a call of ``map``, ``sorted`` and the like is given."""
    called = HIGHER_ORDER[name]
    keys = [keyword.value for keyword in node.keywords if keyword.arg in {*called, None}]
    return [*node.args[:1], *keys] if name in HIGHER_ORDER_FIRST else keys


def called_later(calls: Iterable[ast.Call]) -> Iterator[ast.expr]:
    """Yield the functions passed to fields: ``field(default_factory=f)``, ``Factory(f)``."""
    for call in calls:
        yield from (keyword.value for keyword in call.keywords if keyword.arg in _CALLED_LATER)
        if ast.unparse(call.func).rpartition(".")[2] == "Factory":
            yield from call.args[:1]


_CALLED_LATER = frozenset({"default_factory", "factory", "converter", "validator", "on_setattr"})


def is_wrapping_method(node: ast.expr, values: Values) -> bool:
    """Whether this is a method such as ``memory.cache`` that makes another function of one."""
    at = values.holder(node.value) if isinstance(node, ast.Attribute) else None
    if at is None or not isinstance(node, ast.Attribute):
        return False
    made = Objects(Values(values.project, at[0])).made(ast.Name(at[1], ast.Load()))
    return f"{made}.{node.attr}" in WRAPPING_METHODS


def class_head(node: ast.ClassDef, values: Values) -> tuple[list[ast.expr], list[ast.expr]]:
    """Return the bases and the metaclasses of a class, those that functions of ``six`` give it among them."""
    bases: list[ast.expr] = []
    metaclasses = [each.value for each in node.keywords if each.arg == "metaclass"]
    for each in node.bases:
        given = _arguments_of("six.with_metaclass", each, values)
        bases += given[1:] if given else [each]
        metaclasses += given[:1]
    for each in node.decorator_list:
        metaclasses += _arguments_of("six.add_metaclass", each, values)
    return bases, metaclasses


def _arguments_of(name: str, node: ast.expr, values: Values) -> list[ast.expr]:
    """Return what a certain function is given, nothing if it is another one or that is not clear."""
    if not isinstance(node, ast.Call) or values.library(node.func) != name:
        return []
    clear = not node.keywords and not any(isinstance(each, ast.Starred) for each in node.args)
    return node.args if clear else []


def makes_exception(node: ast.expr, values: Values) -> bool:
    """Whether an expression makes one of Python's own exceptions."""
    name = values.library(node.func) if isinstance(node, ast.Call) else ""
    kind = getattr(builtins, name, None) if name else None
    return isinstance(kind, type) and issubclass(kind, BaseException)


def is_pythons_method(node: ast.expr | None) -> bool:
    """Whether this is a method of Python's own, as in ``__setattr__ = dict.__setitem__``."""
    return node is not None and ast.unparse(node) in {"dict.__setitem__", "object.__setattr__"}
