"""The constants of a program that nothing ever changes: ``DEBUG = False`` at top level, and never anything else."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.import_calls import imported_name
from mlx2smk.analysis.modules import absolute
from mlx2smk.analysis.stars import binds_by_name
from mlx2smk.language.bindings import Imported, imports_of
from mlx2smk.language.keys import SETUP
from mlx2smk.language.scopes import split_dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mlx2smk.analysis.parsed_module import Module

    Lasting = Mapping[str, object]


class LastingConstants:
    """Finds the constants of modules, once for each.

    A name is no constant if any module assigns an attribute of this name, whatever it belongs to, or has it
    in a text, through which it may be assigned (``setattr(config, "DEBUG", True)``).
    """

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules = {module.dotted: module for module in modules if module.tree is not None}
        found = self._modules.values()
        self.settable = frozenset(name for module in found for name in _names_set(module))
        self._attributes = frozenset(name for module in found for name in _attributes_set(module))
        computed = any(map(_sets_computed_name, (c for m in found for c in m.of_kind(ast.Call))))
        self._sets_any = any(map(_sets_unknown_names, found)) or (
            computed and any(not _FINDERS.isdisjoint(_mentioned_in(module)) for module in found)
        )
        self._sets_handed_on = computed
        self._held = {module.dotted: list(_imports_of(module)) for module in found}
        self._handed_on: set[str] = set()
        for dotted in [dotted for module in found for dotted in self._handed_by(module)]:
            self._hand_on(dotted)
        self._found: dict[str, Lasting] = {}

    def of(self, module: Module) -> Lasting:
        """Return the constants by what a module's code calls them: ``DEBUG``, ``config.DEBUG``."""
        if module.dotted not in self._found:
            self._found[module.dotted] = {}
            unsure = self._sets_any or (self._sets_handed_on and module.dotted in self._handed_on)
            if module.tree is not None and not unsure and not binds_by_name(module):
                self._found[module.dotted] = dict(self._find(module, module.tree.body))
        return self._found[module.dotted]

    def _find(self, module: Module, body: list[ast.stmt]) -> Iterator[tuple[str, object]]:
        stored = module.bound_how_often
        for statement in () if stored["*"] else body:
            for name, value in _assigned(statement):
                if stored[name] == 1 and name not in self.settable | {SETUP}:
                    yield name, value
            for imported in _imports(statement):
                if stored[imported.bound] == 1:
                    yield from self._imported(imported, module)

    def _imported(self, imported: Imported, module: Module) -> Iterator[tuple[str, object]]:
        """Yield the constant that is imported, or those of the module that is."""
        base = absolute(imported.path[0], imported.level, module.parent_package) or ""
        name = ".".join(imported.path[1])
        if name in (found := self._given_by(base)):
            yield imported.bound, found[name]
        whole = ".".join(filter(None, (base, name)))
        for each, value in () if self._may_be_hidden(whole) else self._given_by(whole).items():
            yield f"{imported.bound}.{each}", value

    def _may_be_hidden(self, dotted: str) -> bool:
        """Whether a package may have something else under the name of a submodule."""
        package, _, name = dotted.rpartition(".")
        if package not in self._modules:
            return False
        stored = self._modules[package].bound_how_often
        same = [path for bound, path in self._held[package] if (bound, path) == (name, dotted)]
        return (
            stored[name] != len(same)
            or stored["*"] > 0
            or name in self._attributes
            or package in self._handed_on
        )

    def _given_by(self, dotted: str) -> Lasting:
        """Return the constants that a module's importers may rely on, by its own names."""
        module = self._modules.get(dotted)
        if module is None or dotted in self._handed_on:
            return {}
        return {name: value for name, value in self.of(module).items() if "." not in name}

    def _handed_by(self, module: Module) -> Iterator[str]:
        """Yield the modules that a module uses as objects, as others may then assign to their names."""
        names = dict(self._held[module.dotted])
        stars = [
            path.removesuffix(".*") for bound, path in self._held[module.dotted] if bound == "*"
        ]
        inner = {id(node.value) for node in module.of_kind(ast.Attribute)}
        for node in (*module.of_kind(ast.Name), *module.of_kind(ast.Attribute)):
            root, chain = split_dotted(node)
            if isinstance(root, ast.Name) and id(node) not in inner:
                known = [names[root.id]] if root.id in names else []
                for start in known or [f"{path}.{root.id}" for path in stars]:
                    yield ".".join((start, *chain))

    def _hand_on(self, dotted: str) -> None:
        """Note that a module is used as an object, and with it the modules that it holds."""
        module = self._module_at(dotted, frozenset())
        if module is not None and module not in self._handed_on:
            self._handed_on.add(module)
            for _, path in self._held[module]:
                self._hand_on(path)

    def _module_at(self, dotted: str, seen: frozenset[str]) -> str | None:
        """Return the module that a dotted name stands for, also where a module imports another one."""
        if dotted in self._modules or dotted in seen:
            return dotted if dotted in self._modules else None
        start, _, rest = dotted.rpartition(".")
        holder = self._module_at(start, seen | {dotted}) if start else None
        for bound, path in self._held.get(holder or "", ()):
            wanted = f"{path.removesuffix('.*')}.{rest}" if bound == "*" else path
            if bound in {rest, "*"}:
                found = self._module_at(wanted, seen | {dotted})
                if found is not None:
                    return found
        return None


def _imports_of(module: Module) -> Iterator[tuple[str, str]]:
    """Yield the names that a module's imports bind, with the dotted names of what they stand for."""
    for imported in (each for node in module.import_statements for each in imports_of(node)):
        base = absolute(imported.path[0], imported.level, module.parent_package) or ""
        yield imported.bound or "*", ".".join(filter(None, (base, *imported.path[1])))


def _imports(node: ast.AST) -> Iterable[Imported]:
    return imports_of(node) if isinstance(node, (ast.Import, ast.ImportFrom)) else ()


def _assigned(node: ast.stmt) -> Iterator[tuple[str, object]]:
    """Yield the name and the constant that a statement assigns to it."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(value, ast.Constant) and len(targets) == 1 and isinstance(targets[0], ast.Name):
        yield targets[0].id, value.value


def _attributes_set(module: Module) -> Iterator[str]:
    for attribute in module.of_kind(ast.Attribute):
        if not isinstance(attribute.ctx, ast.Load):
            yield attribute.attr


def _names_set(module: Module) -> Iterator[str]:
    """Yield the names that a module may give to something, or mentions in texts."""
    yield from _attributes_set(module)
    yield from (each.arg for each in module.of_kind(ast.keyword) if each.arg is not None)
    yield from (text.rpartition(".")[2] for text in module.texts)


def _sets_unknown_names(module: Module) -> bool:
    """Whether a module may assign names of any module that are not written out, or load modules that do."""
    attributes = module.of_kind(ast.Attribute)
    return (
        not _LOADERS.isdisjoint(_mentioned_in(module))
        or "" in starts_imported(module)
        or any(each.id in {"exec", "eval"} for each in module.of_kind(ast.Name))
        or any(each.attr == "__dict__" and not _is_own(each.value) for each in attributes)
        or any(each.attr in _SETTERS and _may_be_module(each.value) for each in attributes)
        or any(map(_patches_computed_name, module.of_kind(ast.Call)))
    )


def _mentioned_in(module: Module) -> set[str]:
    """Return the names that a module imports or uses, and those of attributes."""
    return {
        *(each.name.rpartition(".")[2] for each in module.of_kind(ast.alias)),
        *(each.id for each in module.of_kind(ast.Name)),
        *(each.attr for each in module.of_kind(ast.Attribute)),
    }


def starts_imported(module: Module) -> set[str]:
    """Return how the names of modules start that calls of ``import_module`` import; an empty text if that is unknown."""
    given = {call.func: call.args for call in module.of_kind(ast.Call)}
    mentions: list[ast.expr] = [
        *(each for each in module.of_kind(ast.Name) if each.id == _BY_CALL),
        *(each for each in module.of_kind(ast.Attribute) if each.attr == _BY_CALL),
    ]
    renamed = any(each.name == _BY_CALL and each.asname for each in module.of_kind(ast.alias))
    starts = {imported_name(given[each], module)[0] if each in given else "" for each in mentions}
    return starts | ({""} if renamed else set())


_BY_CALL = "import_module"


_SETTERS = frozenset({"__setattr__", "__delattr__"})


def _may_be_module(node: ast.expr) -> bool:
    known = isinstance(node, ast.Name) and node.id == "object"
    return isinstance(node, (ast.Name, ast.Attribute)) and not known and not _is_own(node)


_LOADERS = frozenset(
    {
        *("__import__", "spec_from_file_location", "run_path", "run_module"),
        *("iter_modules", "walk_packages", "load_module", "exec_module"),
    }
)
"""How code loads modules that are not looked at here."""

_FINDERS = frozenset(
    {
        *("modules", "getmodule", "resolve_name", _BY_CALL),
        *("get_objects", "get_referrers", "get_referents"),
    }
)
"""How code finds a module that no other code hands on as an object."""


def _sets_computed_name(node: ast.Call) -> bool:
    if not isinstance(node.func, ast.Name) or node.func.id not in {"setattr", "delattr"}:
        return False
    name = node.args[1] if len(node.args) > 1 else None
    return not (isinstance(name, ast.Constant) or (node.args and _is_own(node.args[0])))


def _patches_computed_name(node: ast.Call) -> bool:
    """Whether a call such as ``mock.patch("config." + name, 1)`` assigns a name that it composes."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "multiple":
        return any(each.arg is None for each in node.keywords)
    first = node.args[0] if node.args else None
    if name == "dict" and isinstance(first, ast.Constant):
        return str(first.value).endswith("__dict__")
    if name == "patch":
        return not isinstance(first, ast.Constant)
    text = isinstance(first, (ast.BinOp, ast.JoinedStr))
    return name in {"dict", "setattr"} and isinstance(function, ast.Attribute) and text


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}
