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
from mlx2smk.analysis.known import PURE_BUILTINS, READING_METHODS
from mlx2smk.analysis.known_packages import (
    DATA_READ,
    QUIET_CONTEXTS,
    UNCHANGEABLE,
)
from mlx2smk.analysis.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlx2smk.language.bindings import Binding


class Objects:
    """Says who can notice what an expression of a module changes; None: anybody."""

    def __init__(self, values: Values) -> None:
        self.values = values

    def made(self, node: ast.expr) -> str:
        """Return what an expression stands for, empty if that is not known."""
        return self._made(node, frozenset())

    def called(self, node: ast.Call) -> str | None:
        """Return the domain that a call changes."""
        name = self._made(node.func, frozenset())
        found = "logs" if self._adds_stream(name, node) else call_domain(name, node)
        if found is not None:
            return found
        maker = OWN_MODULE if name in READS else _maker(name)
        loud = name.rpartition(".")[2] in LOUD_METHODS
        return None if loud or not self._is_quiet(node) else maker

    def _adds_stream(self, name: str, node: ast.Call) -> bool:
        """Whether a call gives a logger a handler that writes to no file."""
        made = {self._made(item, frozenset()) for item in node.args}
        return name == "logging.getLogger().addHandler" and made <= _STREAMS

    def changed(self, node: ast.expr) -> str | None:
        """Return the domain that assigning to items or attributes of an object changes."""
        name = self._made(node, frozenset())
        return domain(name, CHANGES) or (_maker(name) if "()" in name else None)

    def opened(self, node: ast.expr) -> str | None:
        """Return the domain that a ``with`` changes: that of a file which is only read."""
        is_file = isinstance(node, ast.Call) and self._made(node, frozenset()) == "open()"
        return call_domain("open", node) if is_file and isinstance(node, ast.Call) else None

    def is_quiet_context(self, node: ast.expr) -> bool:
        """Whether entering and leaving this in a ``with`` leaves everything as it was."""
        return self._made(node, frozenset()) in QUIET_CONTEXTS

    def only_computes(self, node: ast.Attribute) -> bool:
        """Whether this is a method that changes nothing, of an object that a library has made."""
        name = self._made(node, frozenset())
        holder = self._made(node.value, frozenset()).replace("[]", "")
        if holder in DATA_READ:
            return node.attr in READING_METHODS
        return "()" in name and name.startswith(UNCHANGEABLE)

    def touched(self, node: ast.Call) -> frozenset[str] | None:
        """Return the names that lead to what a call changes besides a library; None if they are not known."""
        name = self._made(node.func, frozenset())
        if name in READS:
            files = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
            return self.behind(
                *(part for part in files if self._made(part, frozenset()) == "open()")
            )
        # A function that makes something new changes nothing.
        return self.behind(node) if "()" in name else frozenset()

    def behind(self, *nodes: ast.AST) -> frozenset[str] | None:
        """Return the names of the module that lead to objects in some code; None if they are not known."""
        linked = self._linked()
        found: set[str] = set()
        for name in {name for node in nodes for name in holders(node)}:
            if self.values.local(name) is None:
                found |= linked.get(name, frozenset()) if self.is_changeable(name) else frozenset()
                continue
            for binding in self.values.bindings(name):
                if binding.value is None or binding.kind not in {"value", "element"}:
                    return None
                inside = holders(binding.value)
                if any(self.values.local(each) is not None for each in inside):
                    return None
                found.update(*(linked.get(each, ()) for each in inside))
        return frozenset(found)

    def _linked(self) -> Mapping[str, frozenset[str]]:
        known, module = self.values.project.linked, self.values.module
        if module not in known:
            known[module] = linked_names(Values(self.values.project, module))
        return known[module]

    def is_changeable(self, name: str) -> bool:
        """Whether a name of the module may stand for an object that code can change."""
        found = self.values.bindings(name)
        if all(item.kind in {"function", "class", "import"} for item in found):
            return False
        if all(item.kind == "value" and _is_fixed(item.value) for item in found):
            return False
        return not self._made(ast.Name(name, ast.Load()), frozenset()).startswith(_FIXED)

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
        if function == "copy.deepcopy" and not all(
            self._copies_alike(item, seen) for item in given
        ):
            return ""  # objects of the user's classes may say themselves what a copy of them is
        return _path(f"{function}()")

    def _copies_alike(self, node: ast.expr, seen: frozenset[str]) -> bool:
        """Whether an expression is plain data, or what a library has made of such."""
        return self.values.is_plain(node) or _maker(self._made(node, seen)) is not None

    def _bound(self, name: str, seen: frozenset[str]) -> str:
        """Return what a name stands for, if it is always the same."""
        kinds = {"augmented", "deleted"}
        found = [item for item in self.values.bindings(name) if item.kind not in kinds]
        values = [item.value if item.kind == "value" else self._entered(item) for item in found]
        if name in seen or not values:
            return ""
        made = {"" if item is None else self._made(item, seen | {name}) for item in values}
        return made.pop() if len(made) == 1 else ""

    def _entered(self, binding: Binding) -> ast.expr | None:
        """Return the expression of the ``with`` that binds a name."""
        return self.values.module.entered.get(binding.node) if binding.kind == "other" else None


def linked_names(values: Values) -> dict[str, frozenset[str]]:
    """Return, for each name of a module, the names that may lead to the same objects, itself included.

    These are the names that statements bring together: by assigning one to the other, or by handing it over.
    """
    module, objects = values.module, Objects(values)
    found: dict[str, set[str]] = {}
    for unit in module.units:
        if isinstance(unit.node, (*_DEFINITIONS, ast.Import, ast.ImportFrom)):
            continue
        together = {
            name
            for name in holders(unit.node)
            if name in module.bindings and objects.is_changeable(name)
        }
        union = set(together).union(*(found.get(name, ()) for name in together))
        found.update(dict.fromkeys(union, union))
    return {name: frozenset(names) for name, names in found.items()}


def holders(node: ast.AST) -> frozenset[str]:
    """Return the names in some code, without those of which it uses only numbers and texts."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name):
            found.add(part.id)
        if isinstance(part, ast.Call) and ast.unparse(part.func) in _MEASURES:
            continue
        if not (isinstance(part, ast.Attribute) and part.attr in _SIZES):
            waiting.extend(ast.iter_child_nodes(part))
    return frozenset(found)


def _is_fixed(node: ast.expr | None) -> bool:
    """Whether a value is one that nothing can change: a number, a text, a tuple of these."""
    if isinstance(node, (ast.Tuple, ast.UnaryOp, ast.BinOp)):
        parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        return all(map(_is_fixed, parts))
    return isinstance(node, (ast.Constant, ast.JoinedStr, ast.Compare))


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_MEASURES = frozenset({"len", "int", "float", "str", "bool", "range", "repr", "isinstance"})
_SIZES = frozenset({"shape", "size", "ndim", "dtype"})
_STREAMS = frozenset({"logging.NullHandler()", "logging.StreamHandler()"})
_FIXED = ("pathlib.Path()", "os.path.", "logging.")
"""What libraries make that nobody changes by using it."""


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
