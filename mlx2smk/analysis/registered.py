"""Classes that a base class keeps in a registry under certain keys, of which a slice has those that it looks up.

``__init_subclass__`` often does nothing but ``Base.known[name] = cls``. Who uses ``Base`` then needs of its
subclasses those alone that it names, and those under the keys that it looks up, if it does nothing else with
the registry.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.callees import Callee
from mlx2smk.analysis.confined import MODULE
from mlx2smk.analysis.constants import TEXT_METHODS, CodePlace, Constants
from mlx2smk.analysis.scope_frames import frame_inside
from mlx2smk.analysis.subclassing import HOOK
from mlx2smk.analysis.tables import keys_looked_up
from mlx2smk.analysis.values import Definition, Values
from mlx2smk.language.bindings import nodes_bound, scope_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from mlx2smk.analysis.facts import Facts
    from mlx2smk.analysis.project import Module, Unit

KEYED = "#"
"""Stands between a place and a key in the domain of a class that is registered under that key."""


class ClassRegistry(NamedTuple):
    """A dict of a class that holds its subclasses: ``fill`` is where its hook puts them in, under ``key``."""

    home: Module
    owner: ast.ClassDef
    name: str
    hook: ast.FunctionDef
    fill: ast.Attribute
    key: ast.expr

    @property
    def place(self) -> str:
        """The module and the name of the class."""
        return f"{self.home.dotted}:{self.owner.name}"


class RegisteredClass(NamedTuple):
    """A class that does nothing where it is defined but to be put into a registry under a key."""

    registry: ClassRegistry
    key: object


class RegisteredClasses:
    """Finds the classes in registries of their bases, each once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.registries: dict[str, ClassRegistry] = {}
        self._found: dict[Unit, RegisteredClass | None] = {}

    def of(self, unit: Unit, module: Module) -> RegisteredClass | None:
        """Return what a unit is if it defines a class that is registered under a certain key."""
        if unit not in self._found:
            self._found[unit] = self._find(unit.node, module)
        return self._found[unit]

    def domains(self, found: frozenset[str], unit: Unit, module: Module) -> frozenset[str]:
        """Return who can notice what a unit does, given who can if its key does not count."""
        entry = self.of(unit, module) if len(found) == 1 else None
        if entry is None or found != {f"{MODULE}{entry.registry.place}"}:
            return found
        return frozenset(f"{each}{KEYED}{entry.key!r}" for each in found)

    def _find(self, node: ast.stmt, module: Module) -> RegisteredClass | None:
        if not isinstance(node, ast.ClassDef) or node.decorator_list:
            return None
        registry = self._registry_above(node, module)
        if registry is None or any(each.arg is None for each in node.keywords):
            return None
        keys = _key_of(registry.key, node, registry.hook)
        self.registries[registry.place] = registry
        return RegisteredClass(registry, keys[0]) if keys else None

    def _registry_above(self, node: ast.ClassDef, module: Module) -> ClassRegistry | None:
        """Return the only registry that the definition of a class changes."""
        values, purity = Values(self.facts.project, module), self.facts.purity
        bases = [values.meaning(base) for base in node.bases]
        loud = [
            each
            for each in bases
            if isinstance(each, Definition) and not purity.is_quiet_base(each)
        ]
        filling = purity.filled_by_subclass(loud[0]) if len(loud) == 1 else None
        if filling is None or filling.names is None or len(filling.names) != 1:
            return None
        (name,) = filling.names
        home = filling.module
        found = nodes_bound(home.tree.body, name) if home.tree is not None else []
        owner = found[0] if len(found) == 1 else None
        return _registry_of(owner, home) if isinstance(owner, ast.ClassDef) else None


def _registry_of(owner: ast.ClassDef, home: Module) -> ClassRegistry | None:
    """Return the registry of a class whose hook does nothing but to put each subclass into it, under one key."""
    hooks = nodes_bound(owner.body, HOOK)
    hook = hooks[0] if len(hooks) == 1 else None
    if not isinstance(hook, ast.FunctionDef) or not hook.args.args:
        return None
    parts = [part for statement in hook.body for part in ast.walk(statement)]
    stores = [
        part
        for part in parts
        if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Store)
    ]
    cls, fill = hook.args.args[0].arg, stores[0].value if len(stores) == 1 else None
    put = [part.value for part in parts if isinstance(part, ast.Assign) and part.targets == stores]
    if not isinstance(fill, ast.Attribute) or not _is_name(fill.value, cls, owner.name):
        return None
    if len(put) != 1 or not _is_name(put[0], cls):
        return None
    known = {fill, *ast.walk(stores[0].slice)}
    if not all(part in known or _is_harmless(part, cls) for part in parts):
        return None
    return ClassRegistry(home, owner, fill.attr, hook, fill, stores[0].slice)


def _is_harmless(node: ast.AST, cls: str) -> bool:
    """Whether a part of a hook, its other parts aside, changes at most the new class itself."""
    if isinstance(node, ast.stmt):
        return isinstance(node, (ast.Expr, ast.Assign, ast.If, ast.Pass))
    if isinstance(node, ast.Attribute):
        stored = isinstance(node.ctx, ast.Store) and _is_name(node.value, cls)
        return stored or _is_super(node.value)
    if isinstance(node, ast.Call):
        return _is_super(node) or _is_super(getattr(node.func, "value", node))
    return not isinstance(node, (ast.Lambda, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom))


def _is_super(node: ast.AST) -> bool:
    """Whether this is ``super()``, of which hooks call their own namesake."""
    return isinstance(node, ast.Call) and ast.unparse(node) == "super()"


def _is_name(node: ast.expr, *names: str) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def _key_of(node: ast.expr, cls: ast.ClassDef, hook: ast.FunctionDef) -> list[object]:
    """Return the key under which a hook puts a class, an empty list if it is not certain."""
    match node:
        case ast.Name():
            return _of_name(node.id, cls, hook)
        case ast.Attribute(value=ast.Name(id=owner)) if owner == hook.args.args[0].arg:
            return [cls.name] if node.attr in _NAMES else _of_body(node.attr, cls)
        case ast.Subscript():
            parts = [_key_of(node.value, cls, hook), _literal(node.slice)]
            return _combined(parts, _item)
        case ast.Call(func=ast.Attribute() as function, keywords=[]):
            parts = [_key_of(each, cls, hook) for each in (function.value, *node.args)]
            combine = TEXT_METHODS.get(function.attr)
            return [] if combine is None else _combined(parts, combine)
        case _:
            return _literal(node)


def _combined(parts: list[list[object]], combine: Callable[..., object]) -> list[object]:
    try:
        return [combine(*(part[0] for part in parts))]
    except (TypeError, LookupError, ValueError):
        return []


def _of_name(name: str, cls: ast.ClassDef, hook: ast.FunctionDef) -> list[object]:
    """Return the value of a keyword with which a class is defined, or of its default."""
    if len(frame_inside(hook).get(name, ())) != 1:
        return []
    args = hook.args
    positional = [*zip(reversed(args.args), reversed(args.defaults), strict=False)]
    default = dict([*positional, *zip(args.kwonlyargs, args.kw_defaults, strict=True)])
    given = {each.arg: each.value for each in cls.keywords}
    parameter = next((arg for arg in (*args.args[1:], *args.kwonlyargs) if arg.arg == name), None)
    return [] if parameter is None else _literal(given.get(name, default.get(parameter)))


def _of_body(name: str, cls: ast.ClassDef) -> list[object]:
    """Return the value of a constant of a class."""
    found = [each for each in scope_of(cls.body).bindings if each.name == name]
    plain = len(found) == 1 and found[0].kind == "value" and found[0].node in cls.body
    return _literal(found[0].value) if plain else []


def _literal(node: ast.expr | None) -> list[object]:
    try:
        return [] if node is None else [ast.literal_eval(node)]
    except ValueError:
        return []


def _item(group: object, key: object) -> object:
    if isinstance(group, str) and isinstance(key, int):
        return group[key]
    raise TypeError


_NAMES = frozenset({"__name__", "__qualname__"})


class AskedEntries:
    """The registries of one slice, and the keys under which it looks classes up."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._all = False
        self._keys: dict[str, list[object] | None] = {}
        self._waiting: dict[Unit, tuple[Module, RegisteredClass]] = {}

    @property
    def size(self) -> int:
        """How much is known to be asked for; it grows until all is known."""
        return self._all + sum(1 if keys is None else 1 + len(keys) for keys in self._keys.values())

    def read_all(self) -> None:
        """Note that code may read any registry."""
        self._all = True

    def waits(self, unit: Unit, module: Module, name: str) -> bool:
        """Whether a unit that changes what a class of its module holds is not needed as far as is known."""
        entry = self.facts.registered.of(unit, module)
        if entry is None or (entry.registry.home, entry.registry.owner.name) != (module, name):
            return False
        own = self.facts.of(module)[unit.index]
        if own.effect is not None or own.touches != {name} or name in unit.names.bound:
            return False
        self._waiting[unit] = module, entry
        return not self.has(entry.registry.place, entry.key)

    def has(self, place: str, key: object) -> bool:
        """Whether the slice looks up a class under a key, or may look up any."""
        keys = self._keys.setdefault(place, [])
        return self._all or keys is None or key in keys

    def grown(
        self, known: Constants, called_elsewhere: Collection[tuple[str, str]]
    ) -> Iterator[tuple[Unit, Module]]:
        """Yield units that define classes which are looked up, once more of this is known."""
        for place in self._keys:
            registry = self.facts.registered.registries[place]
            unseen = (registry.home.dotted, registry.owner.name) in called_elsewhere
            self._keys[place] = None if unseen else self._asked(registry, known)
        for unit, (module, entry) in self._waiting.items():
            if self.has(entry.registry.place, entry.key):
                yield unit, module

    def _asked(self, registry: ClassRegistry, known: Constants) -> list[object] | None:
        """Return the keys that a slice looks up in a registry; None if it may use it in another way."""
        finder = self.facts.purity.calling.finder
        owner = Callee("class", registry.owner, Values(self.facts.project, registry.home))
        if not finder.is_as_written(owner, registry.owner):
            return None
        if finder.contents.uses_in_classes(registry.name, registry.owner) is None:
            return None
        found: list[object] = []
        for item in (each for each in known.taken if each.loads is None):
            if _lists_attributes(item.unit):
                return None
            for node in item.unit.names.attributes:
                if node.attr == registry.name and node is not registry.fill:
                    keys = keys_looked_up(node, CodePlace(item.unit, item.module), known)
                    if keys is None:
                        return None
                    found += [key for key in keys if key not in found]
        return found


def _lists_attributes(unit: Unit) -> bool:
    """Whether code may look at all that a class has."""
    names = {each.name for each in unit.names.references}
    return not _LISTING.isdisjoint(names | {each.attr for each in unit.names.attributes})


_LISTING = frozenset({"__dict__", "dir", "getmembers", "getmembers_static", "vars"})
