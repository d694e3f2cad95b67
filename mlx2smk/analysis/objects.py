"""Objects that a module has made by calls of libraries, and what using them changes.

``f()`` stands for what a call of the library's function f has returned, ``f().m`` for its attribute m.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.confined import (
    CHANGES,
    LOUD_METHODS,
    MAKERS,
    OWN_MODULE,
    READS,
    call_domain,
    domain,
)
from mlx2smk.analysis.known import PURE_BUILTINS

if TYPE_CHECKING:
    from mlx2smk.analysis.values import Values
    from mlx2smk.language.bindings import Binding


class Objects:
    """Says who can notice what an expression of a module changes; None: anybody."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def called(self, node: ast.Call) -> str | None:
        """Return the domain that a call changes."""
        name = self._made(node.func, frozenset())
        found = call_domain(name, node)
        if found is not None:
            return found
        maker = OWN_MODULE if name in READS else _maker(name)
        loud = name.rpartition(".")[2] in LOUD_METHODS
        return None if loud or not self._is_quiet(node) else maker

    def changed(self, node: ast.expr) -> str | None:
        """Return the domain that assigning to items or attributes of an object changes."""
        name = self._made(node, frozenset())
        return domain(name, CHANGES) or (_maker(name) if "()" in name else None)

    def opened(self, node: ast.expr) -> str | None:
        """Return the domain that a ``with`` changes: that of a file which is only read."""
        is_file = isinstance(node, ast.Call) and self._made(node, frozenset()) == "open()"
        return call_domain("open", node) if is_file and isinstance(node, ast.Call) else None

    def _is_quiet(self, node: ast.Call) -> bool:
        """Whether a call hands over nothing that the object might change, or call later."""
        given = [*node.args, *(item.value for item in node.keywords)]
        parts = [part for item in given for part in ast.walk(item)]
        # What is called there is judged as a call of its own.
        called = {part.func for part in parts if isinstance(part, ast.Call)}
        return not any(map(self._is_elsewhere, given)) and all(
            self._is_data(part)
            for part in parts
            if isinstance(part, (ast.Name, ast.Lambda)) and part not in called
        )

    def _is_data(self, node: ast.Name | ast.Lambda) -> bool:
        """Whether this is no function, or one that only computes."""
        if isinstance(node, ast.Lambda):
            return False
        found = self.values.bindings(node.id)
        if not found:
            return node.id in PURE_BUILTINS or node.id in {"__file__", "__name__"}
        if all(item.kind == "import" for item in found):
            return True
        return self.values.is_plain(node) or bool(self._made(node, frozenset()))

    def _is_elsewhere(self, node: ast.AST) -> bool:
        """Whether an expression has names of other local modules in it."""
        names = (item.id for item in ast.walk(node) if isinstance(item, ast.Name))
        return any(
            self.values.project.load(base or "") is not None
            for name in names
            for imported in self.values.module.imports(name)
            for base, _ in [self.values.project.base(imported, self.values.module)]
        )

    def _made(self, node: ast.expr, seen: frozenset[str]) -> str:
        """Return what an expression stands for, empty if that is not known."""
        library = self.values.library(node)
        if library:
            return library
        if isinstance(node, ast.Attribute):
            inner = self._made(node.value, seen)
            return _path(f"{inner}.{node.attr}") if inner else ""
        if isinstance(node, ast.Call):
            return self._returned(node, seen)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            left = self._made(node.left, seen)
            return left if left == "pathlib.Path()" else ""
        if isinstance(node, ast.Subscript):
            inner = self._made(node.value, seen)
            return f"{inner}[]" if inner else ""
        return self._bound(node.id, seen) if isinstance(node, ast.Name) else ""

    def _returned(self, node: ast.Call, seen: frozenset[str]) -> str:
        function = self._made(node.func, seen)
        given = [*node.args, *(item.value for item in node.keywords)]
        # It may keep what it is given, and so be a way to what others hold.
        if not function or any(map(self._is_elsewhere, given)):
            return ""
        return _path(f"{function}()")

    def _bound(self, name: str, seen: frozenset[str]) -> str:
        """Return what a name stands for, if it is always the same."""
        found = [item for item in self.values.bindings(name) if item.kind != "deleted"]
        values = [item.value if item.kind == "value" else self._entered(item) for item in found]
        if name in seen or not values:
            return ""
        made = {"" if item is None else self._made(item, seen | {name}) for item in values}
        return made.pop() if len(made) == 1 else ""

    def _entered(self, binding: Binding) -> ast.expr | None:
        """Return the expression of the ``with`` that binds a name."""
        tree = self.values.module.tree
        for node in ast.walk(tree) if tree is not None and binding.kind == "other" else ():
            if isinstance(node, ast.withitem) and node.optional_vars is binding.node:
                return node.context_expr
        return None


def _maker(name: str) -> str | None:
    """Return what using an object changes that a call has made; the call itself makes it."""
    return domain(name.partition("()")[0], MAKERS)


def _path(name: str) -> str:
    """Return a path's name for what is a path again, such as its parent."""
    return "pathlib.Path()" if name in _PATHS else name


_PATHS = frozenset(
    {
        *("pathlib.Path().parent", "pathlib.Path().absolute()", "pathlib.Path().resolve()"),
        *("pathlib.Path().joinpath()", "pathlib.Path().expanduser()", "pathlib.Path.cwd()"),
        *("pathlib.Path.home()", "pathlib.Path().with_name()", "pathlib.Path().with_suffix()"),
    }
)
