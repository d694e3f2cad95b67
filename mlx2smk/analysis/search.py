"""Folders that a program adds to ``sys.path``, as far as its text shows them.

All paths are relative to the experiment's folder, which jobs run in; ``.`` is that folder itself.
"""

from __future__ import annotations

import ast
import posixpath
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlx2smk.language.scopes import own_scope
from mlx2smk.runtime.paths import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

OWN_FOLDER = "."

PYTHONS = "<python>"
"""Stands among the folders for those of the standard library and of installed packages."""


def extended(roots: tuple[str, ...], tree: ast.Module, path: str) -> tuple[str, ...]:
    """Return the folders that are searched for modules after a module of this path has run."""
    folders = _Folders(tree, path)
    for statement in tree.body:
        for node in own_scope(statement):
            for index, entry in _additions(node):
                found = folders.of(entry)
                if found is not None and found not in roots and not is_of_packages(found):
                    at = len(roots) if index is None else min(index, _before_python(roots))
                    roots = (*roots[:at], found, *roots[at:])
    return roots


def _before_python(roots: tuple[str, ...]) -> int:
    return roots.index(PYTHONS) if PYTHONS in roots else len(roots)


def is_of_packages(folder: str) -> bool:
    """Whether installed packages lie in a folder: they are followed by their versions, wherever they are."""
    return PurePosixPath(folder).name in PLACES


def _additions(node: ast.AST) -> Iterator[tuple[int | None, ast.expr]]:
    """Yield what a statement or call adds to ``sys.path``, with the index, None for the end."""
    if isinstance(node, ast.AugAssign) and _is_search_path(node.target):
        yield from ((None, entry) for entry in _entries(node.value))
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    owner, method, given = node.func.value, node.func.attr, node.args
    if (ast.unparse(owner), method) == ("site", "addsitedir"):
        yield from ((None, entry) for entry in given[:1])
    elif _is_search_path(owner):
        if method == "insert" and len(given) == 2:
            yield _index(given[0]), given[1]
        elif method == "append":
            yield from ((None, entry) for entry in given)
        elif method == "extend" and given:
            yield from ((None, entry) for entry in _entries(given[0]))


def _index(node: ast.expr) -> int | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, int) else None


def _is_search_path(node: ast.expr) -> bool:
    return ast.unparse(node) == "sys.path"


def _entries(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, (ast.List, ast.Tuple)) else ()


class _Folders:
    """Reads expressions that stand for folders, seen from a module's top level."""

    def __init__(self, tree: ast.Module, path: str) -> None:
        self.path = path
        self.values: dict[str, list[ast.expr | None]] = {}
        for statement in tree.body:
            for node in own_scope(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    self.values.setdefault(node.id, []).append(None)
                elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    self.values.setdefault(node.targets[0].id, []).append(node.value)

    def of(self, node: ast.expr, depth: int = 0) -> str | None:
        """Return the path that an expression stands for, None if it is not known or absolute."""
        if depth > _DEEP:
            return None
        match node:
            case ast.Constant():
                text = node.value if isinstance(node.value, str) else "/"
                found = None if text.startswith("/") else posixpath.normpath(text or OWN_FOLDER)
            case ast.Name():
                found = self._of_name(node.id, depth)
            case ast.BinOp(op=ast.Div()):
                found = self._joined([node.left, node.right], depth)
            case ast.Attribute(attr="parent"):
                found = self._above(node.value, 1, depth)
            case ast.Subscript():
                found = self._of_parents(node, depth)
            case ast.Call():
                found = self._of_call(node, depth)
            case _:
                found = None
        return found

    def _of_name(self, name: str, depth: int) -> str | None:
        if name == "__file__":
            return self.path
        found = [value for value in self.values.get(name, ()) if value is not None]
        # Each assignment is met twice: as a statement, and as its target.
        only = len(found) == 1 and len(self.values[name]) == 2
        return self.of(found[0], depth + 1) if only else None

    def _of_parents(self, node: ast.Subscript, depth: int) -> str | None:
        value, index = node.value, node.slice
        if not isinstance(value, ast.Attribute) or value.attr != "parents":
            return None
        steps = index.value if isinstance(index, ast.Constant) else None
        return self._above(value.value, steps + 1, depth) if isinstance(steps, int) else None

    def _of_call(self, node: ast.Call, depth: int) -> str | None:
        function, given = node.func, node.args
        name = function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)
        if name in {"getcwd", "cwd"} and not given:
            return OWN_FOLDER
        if name in {"resolve", "absolute"} and isinstance(function, ast.Attribute):
            return self.of(function.value, depth + 1)
        if name == "joinpath" and isinstance(function, ast.Attribute):
            return self._joined([function.value, *given], depth)
        if name == "dirname" and len(given) == 1:
            return self._above(given[0], 1, depth)
        if name in _SAME and len(given) == 1:
            return self.of(given[0], depth + 1)
        return self._joined(given, depth) if name in {"join", "Path"} and given else None

    def _joined(self, parts: Sequence[ast.expr], depth: int) -> str | None:
        found = [self.of(part, depth + 1) for part in parts]
        known = [part for part in found if part is not None]
        return posixpath.normpath(posixpath.join(*known)) if len(known) == len(parts) else None

    def _above(self, node: ast.expr, steps: int, depth: int) -> str | None:
        path = self.of(node, depth + 1)
        return None if path is None else posixpath.normpath(posixpath.join(path, *[".."] * steps))


_SAME = frozenset(
    {"abspath", "realpath", "normpath", "expanduser", "fspath", "str", "Path", "PurePath"}
)
_DEEP = 20
