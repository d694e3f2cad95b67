"""Code that fills containers of modules and never looks into them, such as ``REGISTRY[name] = function``.

A function that has such code does not depend on what others put into the container: not on their entries.
The same holds for a check that nothing is put into it twice (``if name in REGISTRY: raise …``), in functions
that are only called while modules are loaded: where such a check fails, the whole program does.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.values import Values
from mlx2smk.language.bindings import imports_of, nodes_bound
from mlx2smk.language.scopes import below, nodes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlx2smk.analysis.facts import Facts
    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.project import Module, Project, Unit

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FILLING = frozenset({"append", "add", "extend", "update", "setdefault", "insert", "appendleft"})


def only_filled(
    unit: Unit, module: Module, linker: Linker, facts: Facts
) -> frozenset[tuple[Module, str]]:
    """Return the containers, with their modules, that a unit's code needs but does not look into."""
    if unit not in linker.filled:
        linker.filled[unit] = _only_filled(unit, module, linker, facts)
    return linker.filled[unit]


def _only_filled(
    unit: Unit, module: Module, linker: Linker, facts: Facts
) -> frozenset[tuple[Module, str]]:
    names = [each for each in linker.of(unit, module).names if _is_container(*each, facts)]
    if not names:
        return frozenset()
    values = Values(facts.project, module)
    name = unit.node.name if isinstance(unit.node, ast.FunctionDef) else None
    once = name is not None and facts.used_later.isdisjoint({name, _ANY})
    filling = {
        each.node
        for each in unit.names.references
        for around in [_around(each.node, unit.parents)]
        if _fills_instance(each.node, around, values, facts)
        or (_is_pythons(each.node, values) and _only_fills(each.node, around))
        or (once and _is_pythons(each.node, values) and _only_fails(each.node, around))
    }
    read = {
        (step.module, step.name) for step, node in linker.uses(unit, module) if node not in filling
    }
    return frozenset(names) - read


def _is_container(module: Module, name: str, facts: Facts) -> bool:
    values = Values(facts.project, module)
    return values.is_own_container(name) or facts.purity.is_instance(name, values)


def _is_pythons(node: ast.expr, values: Values) -> bool:
    """Whether this is a container of Python's own that a module has, or a method of one."""
    owners = [node, node.value] if isinstance(node, ast.Attribute) else [node]
    found = [at for at in map(values.holder, owners) if at is not None]
    return any(Values(values.project, at[0]).is_own_container(at[1]) for at in found)


_ANY = "*"
"""Stands for all names."""


def names_used_later(module: Module, project: Project) -> Iterator[str]:
    """Yield what functions use, which run later, and what is not called where it is used.

    The same holds for what is used where an exception does not end the program.
    """
    found = [(unit, each) for unit in module.units for each in unit.names.references]
    for unit, reference in found:
        parent = reference.parents[0] if reference.parents else None
        called = isinstance(parent, ast.Call) and parent.func is reference.node
        if (
            reference.deferred
            or not (called or isinstance(parent, _DEFINITIONS))
            or any(map(_goes_on, _around(reference.node, unit.parents)))
        ):
            yield from (reference.name, *reference.attributes)
    if any(_loads_and_goes_on(unit, module, project) for unit in module.units):
        yield _ANY


def _goes_on(node: ast.AST) -> bool:
    """Whether the program may go on after an exception in a statement, other than one of a missing module."""
    if isinstance(node, ast.Try):
        leaving = (part for each in node.finalbody for part in ast.walk(each))
        if any(isinstance(part, (ast.Break, ast.Continue, ast.Return)) for part in leaving):
            return True
        return any(_caught(each) - _OF_IMPORTS for each in node.handlers)
    return isinstance(node, (ast.With, ast.AsyncWith)) or type(node).__name__ == "TryStar"


def _caught(handler: ast.ExceptHandler) -> set[str]:
    of = handler.type
    kinds = of.elts if isinstance(of, ast.Tuple) else [of]
    return {each.id if isinstance(each, ast.Name) else _ANY for each in kinds}


_OF_IMPORTS = frozenset({"ImportError", "ModuleNotFoundError"})


def _loads_and_goes_on(unit: Unit, module: Module, project: Project) -> bool:
    """Whether code imports a local module where an exception does not end the program."""
    return any(
        _may_load(node, module, project) and any(map(_goes_on, _around(node, unit.parents)))
        for node in unit.nodes
    )


def _may_load(node: ast.AST, module: Module, project: Project) -> bool:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return any(True for each in imports_of(node) for _ in project.loaded_by(each, module))
    if isinstance(node, ast.Attribute):
        return node.attr in _IMPORTING
    return isinstance(node, ast.Name) and node.id in _IMPORTING


_IMPORTING = frozenset({"import_module", "__import__", "exec_module", "run_path", "exec"})


def _fills_instance(
    node: ast.expr, around: Sequence[ast.AST], values: Values, facts: Facts
) -> bool:
    """Whether code only calls a method of an instance, as a decorator or a statement, that fills it."""
    found = facts.purity.instances.method_of(node, values) if _is_for_effect(node, around) else None
    return found is not None and _method_fills(*found, facts, frozenset())


def _is_for_effect(node: ast.AST, around: Sequence[ast.AST]) -> bool:
    """Whether something is a decorator, or called to decorate something or for its effect alone."""
    inside = node
    for each in around:
        if isinstance(each, _DEFINITIONS):
            return inside in each.decorator_list
        if isinstance(each, ast.Expr):
            return inside is not node
        if not isinstance(each, ast.Call) or each.func is not inside:
            return False
        inside = each
    return False


def _method_fills(
    method: ast.FunctionDef, cls: ast.ClassDef, facts: Facts, seen: frozenset[str]
) -> bool:
    """Whether a method puts something into its instance, and does nothing else with it."""
    parameters = [*method.args.posonlyargs, *method.args.args]
    if not parameters or method.decorator_list or method.name in seen:
        return method.name in seen
    this, parents = parameters[0].arg, parents_in(method)
    once = facts.used_later.isdisjoint({method.name, _ANY})
    for node in parents:
        if isinstance(node, ast.Name) and node.id == this:
            attribute, *around = _around(node, parents) or [node]
            if not isinstance(attribute, ast.Attribute) or attribute.value is not node:
                return False
            if not (
                _attribute_fills(attribute, around)
                or (once and _only_fails(attribute, around, this))
                or _calls_filling(attribute, around, cls, facts, seen | {method.name})
            ):
                return False
    return True


def _attribute_fills(node: ast.Attribute, around: Sequence[ast.AST]) -> bool:
    """Whether code puts something into ``self.items``."""
    parent = around[0] if around else None
    if isinstance(parent, ast.Attribute):
        return parent.attr in _FILLING and _is_statement(parent, around[1:])
    return _is_stored_into(node, around)


def _calls_filling(
    node: ast.Attribute,
    around: Sequence[ast.AST],
    cls: ast.ClassDef,
    facts: Facts,
    seen: frozenset[str],
) -> bool:
    """Whether code calls a method of the instance that fills it, too."""
    called = bool(around) and isinstance(around[0], ast.Call) and around[0].func is node
    methods = nodes_bound(cls.body, node.attr)
    method = methods[0] if called and len(methods) == 1 else None
    return isinstance(method, ast.FunctionDef) and _method_fills(method, cls, facts, seen)


def parents_in(root: ast.AST) -> dict[ast.AST, ast.AST]:
    """Return what stands around each node of some code."""
    return {child: node for node in nodes_of(root) for child in below(node)}


def _around(node: ast.AST, parents: Mapping[ast.AST, ast.AST]) -> list[ast.AST]:
    """Return what stands around a node, nearest first."""
    found: list[ast.AST] = []
    while node in parents:
        node = parents[node]
        found.append(node)
    return found


def _only_fills(node: ast.expr, around: Sequence[ast.AST]) -> bool:
    """Whether code only puts something into what a name stands for."""
    if isinstance(node, ast.Attribute) and node.attr in _FILLING and _is_statement(node, around):
        return True
    return _is_stored_into(node, around)


def _is_stored_into(node: ast.expr, around: Sequence[ast.AST]) -> bool:
    """Whether this is what ``… [key] = value`` assigns to an item of."""
    parent, *rest = around or (None,)
    if not isinstance(parent, ast.Subscript) or parent.value is not node or not rest:
        return False
    stored = isinstance(parent.ctx, ast.Store)
    return stored and isinstance(rest[0], ast.Assign) and parent in rest[0].targets


def _is_statement(method: ast.Attribute, around: Sequence[ast.AST]) -> bool:
    """Whether a method is called, and perhaps one that fills what it returns, and nothing is done with the result."""
    if len(around) < 2 or not isinstance(around[0], ast.Call) or around[0].func is not method:
        return False
    if isinstance(around[1], ast.Expr):
        return True
    further = around[1]
    inner = isinstance(further, ast.Attribute) and method.attr == "setdefault"
    return (
        inner
        and isinstance(further, ast.Attribute)
        and further.attr in _FILLING
        and (_is_statement(further, around[2:]))
    )


def _only_fails(node: ast.expr, around: Iterable[ast.AST], this: str | None = None) -> bool:
    """Whether code only asks whether a container has something already, to raise an exception if so.

    What is left out makes this less often true, and where it is true the whole program fails. The container
    is what ``node`` stands for, or one of an instance, ``this``.
    """
    start = ast.unparse(node) if this is None else f"{this}."
    inside: ast.AST = node
    for each in around:
        if isinstance(each, ast.Assert):
            return inside is each.test and _asks(each.test, ast.NotIn, start)
        if isinstance(each, ast.If) and _raises(each) and _asks(each.test, ast.In, start):
            return True
        if isinstance(each, _SCOPES):
            return False
        inside = each
    return False


def _raises(node: ast.If) -> bool:
    return not node.orelse and all(isinstance(item, ast.Raise) for item in node.body)


def _asks(test: ast.expr, op: type[ast.cmpop], start: str) -> bool:
    """Whether a condition holds only if something is in a container, or is not; ``self.`` stands for all of self's."""
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(_asks(each, op, start) for each in test.values)
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], op)
        and _is_one_of(ast.unparse(test.comparators[0]), start)
    )


def _is_one_of(container: str, start: str) -> bool:
    inner = start.endswith(".") and container.startswith(start)
    return container == start or (inner and container.removeprefix(start).isidentifier())


_SCOPES = (ast.Lambda, ast.NamedExpr, ast.For, ast.While, *_DEFINITIONS)


class Unread:
    """The containers of a slice that its code fills, and that nobody reads as far as is known."""

    def __init__(self) -> None:
        self._found: set[tuple[Module, str]] = set()
        self._places: set[str] = set()
        self._read: set[tuple[Module, str]] = set()
        self._whole: set[Module] = set()
        self._all_read = False

    def add(self, module: Module, name: str) -> bool:
        """Add a container that some code only fills; False if other code reads it."""
        if self._all_read or module in self._whole or (module, name) in self._read:
            return False
        self._found.add((module, name))
        self._places.add(f"{module.dotted}:{name}")
        return True

    def read(self, module: Module, name: str) -> None:
        """Note that code reads a name of a module."""
        self._read.add((module, name))
        self._found.discard((module, name))
        self._places.discard(f"{module.dotted}:{name}")

    def read_module(self, module: Module) -> None:
        """Note that code reads any name of a module."""
        self._whole.add(module)
        for each in [each for each in self._found if each[0] is module]:
            self.read(*each)

    def read_all(self) -> list[tuple[Module, str]]:
        """Note that code may read any name; return those that nobody has read so far."""
        self._all_read = True
        return sorted(self._found, key=lambda each: (each[0].dotted, each[1]))

    def __len__(self) -> int:
        """Return how many names code is known to read; with each more, more effects may be noticed."""
        return len(self._read)

    def __contains__(self, place: object) -> bool:
        """Whether nobody reads a container (``module:name``)."""
        return place in self._places
