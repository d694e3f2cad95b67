"""What an expression may be or hold, as far as reading that may change it: an iterator, or what has a name.

Operators and methods that are not known give what their objects hold, and functions that are not known what
they are and what they are given. Libraries give what they are known to, or perhaps an iterator.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING

from mlx2smk.analysis.additions import additions, puts_something, root_of
from mlx2smk.analysis.alternatives import meanings
from mlx2smk.analysis.known import CHANGING_METHODS, ITERATORS, READING_METHODS, listed
from mlx2smk.analysis.later_changes import (
    changed_by,
    changed_in,
    changes_any,
    origins_of,
    values_inside,
)
from mlx2smk.analysis.library_gifts import (
    ITERATING_ATTRIBUTES,
    gives_data,
    gives_data_one_by_one,
    gives_elements,
    gives_parts,
    is_iterating_method,
    is_known_object,
)
from mlx2smk.analysis.moving import LOOKING, Along, Lead, Manner, Motion, NameUse
from mlx2smk.analysis.objects import Objects
from mlx2smk.analysis.scope_frames import frame_of, is_generator, targets_of
from mlx2smk.analysis.values import Definition, Library, Values
from mlx2smk.language.scopes import Function, defaults_of, nodes_of, parameters_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Self

    from mlx2smk.analysis.names import Comprehension
    from mlx2smk.language.bindings import Binding, Imported


class Asked:
    """What was asked about the names of inner scopes, each thing once, and is still to be answered."""

    def __init__(self) -> None:
        self._known: set[object] = set()
        self._names: dict[tuple[int, Manner], object] = {}
        self._waiting: list[Callable[[], Iterator[Lead]]] = []

    def later(self, key: object, answer: Callable[[], Iterator[Lead]]) -> None:
        """Ask something unless it was asked before."""
        if key not in self._known:
            self._known.add(key)
            self._waiting.append(answer)

    def is_new(self, bindings: tuple[Binding, ...], manner: Manner) -> bool:
        """Whether nobody has asked about the bindings of a name; there may be too many to compare them."""
        key = id(bindings), manner
        if key in self._names:
            return False
        self._names[key] = bindings  # which keeps them, and so their address
        return True

    def answers(self) -> Iterator[Lead]:
        """Yield the answers to all that was asked."""
        while self._waiting:
            yield from self._waiting.pop()()


class ExpressionLeads:
    """Goes through expressions of a scope that are used in some manner."""

    def __init__(self, values: Values, manner: Manner, asked: Asked) -> None:
        self.values = values
        self.manner = manner
        self.asked = asked

    def but(self, values: Values | None = None, manner: Manner | None = None) -> Self:
        """Return the same in another scope, or for what is used in another manner."""
        return type(self)(values or self.values, manner or self.manner, self.asked)

    def function(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of a function."""
        raise NotImplementedError

    def class_or_instance(self, node: ast.ClassDef) -> Iterator[Lead]:
        """Yield the leads of a class, or of its instances if it is called."""
        raise NotImplementedError

    def yielded(self, node: Function) -> Iterator[Lead]:
        """Yield the leads of the elements of what a function returns, or of what it yields."""
        raise NotImplementedError

    def all_of(self, nodes: Iterable[ast.expr | None]) -> Iterator[Lead]:
        """Yield the leads of some expressions."""
        for node in nodes:
            yield from self.of(node)

    def of(self, node: ast.expr | None) -> Iterator[Lead]:
        """Yield the leads of an expression."""
        match node:
            case None | ast.Constant() | ast.JoinedStr() | ast.Compare():
                return
            case ast.Name():
                yield from self.named(node.id)
            case ast.Attribute():
                yield from self._attribute(node)
            case ast.Call():
                yield from self._call(node)
            case ast.GeneratorExp():
                yield Motion.MOVES
                yield from changed_in([node], self.values)
                yield from self.all_of(part.iter for part in node.generators)
                yield from self.but(self.values.inside(targets_of(node))).of(node.elt)
            case ast.Lambda():
                yield from self._lambda(node)
            case ast.IfExp():
                yield from self.all_of([node.body, node.orelse])
            case ast.Subscript() | ast.NamedExpr() | ast.Starred() | ast.Await():
                yield from self.of(node.value)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                yield from self._comprehension(node)
            case _:
                yield from self.all_of(
                    part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)
                )

    def elements(self, node: ast.expr | None) -> Iterator[Lead]:
        """Yield the leads of what iterating over an expression gives."""
        match node:
            case None | ast.Constant() | ast.JoinedStr():
                return
            case ast.List() | ast.Tuple() | ast.Set():
                yield from self._items(node.elts)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                yield from self._comprehension(node)
            case ast.IfExp():
                yield from (*self.elements(node.body), *self.elements(node.orelse))
            case ast.BoolOp():
                yield from (each for part in node.values for each in self.elements(part))
            case ast.BinOp():
                yield from (*self.elements(node.left), *self.elements(node.right))
            case ast.NamedExpr() | ast.Starred():
                yield from self.elements(node.value)
            case ast.Name():
                yield from self._elements_of_name(node.id)
            case ast.Call():
                yield from self._elements_of_call(node)
            case _:  # of a dict, it may be the values
                yield from self.of(node)

    def bound(self, binding: Binding) -> Iterator[Lead]:
        """Yield the leads of what a statement binds to a name of the scope."""
        node = binding.node
        if binding.kind in {"value", "element"}:
            iterated = Manner.ELEMENTS in {self.manner, *_OF_LOOPS.get(binding.kind, ())}
            yield from self.elements(binding.value) if iterated else self.of(binding.value)
        elif isinstance(node, Function):
            yield from self.function(node)
        elif isinstance(node, ast.ClassDef):
            yield from self.class_or_instance(node)
        elif isinstance(node, ast.AugAssign):
            yield from self.of(node.value)
        elif binding.kind in {"other", "global"}:
            yield from self._given(binding)

    def library_name(self, imported: Imported) -> Iterator[Lead]:
        """Yield the leads of a name that is imported from a library."""
        meaning = self.values.behind(imported, ())
        if isinstance(meaning, Library) and self.manner not in LOOKING:
            yield from [Motion.MOVES] if listed(meaning.name, ITERATORS) else []

    def _items(self, nodes: Iterable[ast.expr]) -> Iterator[Lead]:
        for node in nodes:
            starred = isinstance(node, ast.Starred)
            yield from self.elements(node) if starred else self.of(node)

    def _comprehension(self, node: Comprehension) -> Iterator[Lead]:
        inner = self.but(self.values.inside(targets_of(node)))
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield from inner.all_of(parts)

    def _lambda(self, node: ast.Lambda) -> Iterator[Lead]:
        yield from self.all_of(defaults_of(node.args))
        yield from self.kept_by(node, [node.body])
        if self.manner not in LOOKING:
            names = tuple(arg.arg for arg in parameters_of(node.args))
            inside = self.values.inside(frame_of((), names))
            yield from self.but(inside, self.manner.returned).of(node.body)

    def kept_by(self, node: ast.Lambda | Function, body: Iterable[ast.AST]) -> Iterator[Lead]:
        """Yield the leads of what a function keeps of the scopes around it."""
        if not self.values.frames:
            return
        names = {part.id for each in body for part in nodes_of(each) if isinstance(part, ast.Name)}
        own = {arg.arg for arg in parameters_of(node.args)}
        kept = [name for name in sorted(names - own) if self.values.local(name) is not None]
        yield from [Motion.MOVES] if changes_any(body, kept) else []
        for name in kept:
            yield from self.but(manner=Manner.IS).named(name)

    def named(self, name: str) -> Iterator[Lead]:
        """Yield the leads of a name."""
        local = self.values.local(name)
        if local is not None:
            inner = self.but(self.values.outside(name))
            for binding in local if self.asked.is_new(local, self.manner) else ():
                self.asked.later((binding, self.manner), partial(inner.bound, binding))
        elif name in self.values.module.bindings or self.values.module.imports(name):
            yield NameUse(self.values.module, name, self.manner)
        elif self.manner not in LOOKING and listed(name, ITERATORS):
            yield Motion.MOVES

    def _attribute(self, node: ast.Attribute) -> Iterator[Lead]:
        library = self.values.library(node)
        if library:
            if listed(library, ITERATORS) and (self.manner not in LOOKING or library in _STREAMS):
                yield Motion.MOVES
            return
        origins = [*origins_of(node, self.values, self.manner)]
        yield from origins
        if not origins:
            if node.attr in ITERATING_ATTRIBUTES:
                yield Motion.MOVES
            # What is called may be any method.
            whole = self if self.manner in LOOKING else self.but(None, Manner.ALL)
            yield from whole.of(node.value)

    def _call(self, node: ast.Call) -> Iterator[Lead]:
        for meaning in meanings(node.func, self.values):
            if isinstance(meaning, Library):
                yield from self._library_call(meaning.name, node)
            else:
                yield from self._own_call(meaning, node)

    def _own_call(self, meaning: Definition | None, node: ast.Call) -> Iterator[Lead]:
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = [*node.args, *(each.value for each in node.keywords)]
        if meaning is not None:
            yield NameUse(meaning.module, meaning.node.name, self.manner.called)
            yield from self._changed_later(meaning, given)
        elif method in ITERATING_ATTRIBUTES:
            yield Motion.MOVES
            yield from self.of(node.func)
        elif method and is_known_object(made := Objects(self.values).made(node.func)):
            yield from [Motion.MOVES] if is_iterating_method(made) else []
            return
        elif isinstance(node.func, ast.Attribute) and method in READING_METHODS | CHANGING_METHODS:
            yield from self.of(node.func.value)
            if method == "join":
                return
        else:
            yield from [Motion.UNKNOWN] if self._is_parameter(node.func) else []
            yield from self.but(manner=self.manner.called).of(node.func)
        yield from self.all_of(given)

    def _is_parameter(self, node: ast.expr) -> bool:
        found = self.values.local(node.id) if isinstance(node, ast.Name) else None
        return any(isinstance(each.node, ast.Pass) for each in found or ())

    def _library_call(self, name: str, node: ast.Call) -> Iterator[Lead]:
        named = [each.value for each in node.keywords]
        if listed(name, ITERATORS) or name == "collections.defaultdict":
            yield Motion.MOVES
            yield from self._called_by_iterator(name, node)
            yield from self.all_of([*node.args, *named])
        elif gives_elements(name):
            for each in node.args:
                yield from self.elements(each)
            yield from self.all_of(named)
        elif not gives_data(name):
            made_by = [each.value for each in node.keywords if each.arg in _FACTORIES]
            yield from self.but(None, self.manner.called).all_of(made_by)
            if not gives_parts(name):
                yield Motion.UNKNOWN
            yield from self.all_of([*node.args, *named])

    def _called_by_iterator(self, name: str, node: ast.Call) -> Iterator[Lead]:
        """Yield what changes with an iterator that calls a function whenever it is read."""
        if name in {"map", "filter", "iter"} or name.startswith("itertools."):
            methods = [each for each in node.args if isinstance(each, (ast.Attribute, ast.Lambda))]
            yield from changed_in(methods, self.values)
            for meaning in map(self.values.meaning, node.args):
                if isinstance(meaning, Definition) and isinstance(meaning.node, Function):
                    yield from changed_by(meaning.node, values_inside(meaning, self.values))

    def _changed_later(self, meaning: Definition, given: Iterable[ast.expr]) -> Iterator[Lead]:
        """Yield what a generator is given that it may change whenever it is read."""
        node = meaning.node
        if isinstance(node, Function) and is_generator(node) and puts_something(node):
            for root in filter(None, map(root_of, given)):
                if self.values.local(root.id) is None:
                    yield Along(NameUse(self.values.module, root.id))

    def _elements_of_name(self, name: str) -> Iterator[Lead]:
        reading = self.manner is Manner.IS
        yield from self.but(None, Manner.ELEMENTS if reading else None).named(name)

    def _elements_of_call(self, node: ast.Call) -> Iterator[Lead]:
        found = meanings(node.func, self.values)
        for meaning in found:
            if isinstance(meaning, Definition):
                yield from self._elements_of_definition(meaning, node)
            elif meaning is None:
                yield from self._elements_of_method(node)
            elif meaning.name in {"itertools.tee", "itertools.groupby"}:
                # Elements of the elements are none.
                yield from [] if self.manner is Manner.ELEMENTS else [Motion.MOVES]
                yield from self.all_of(node.args)
            elif gives_data_one_by_one(meaning.name):
                return
            elif meaning.name in {"map", "itertools.starmap"} and node.args:
                yield from self.but(manner=self.manner.called).of(node.args[0])
                yield from (each for part in node.args[1:] for each in self.elements(part))
            elif listed(meaning.name, ITERATORS) or gives_elements(meaning.name):
                yield from (each for part in node.args for each in self.elements(part))
                yield from self.all_of(each.value for each in node.keywords)
            else:
                library = self._library_call(meaning.name, node)
                yield from (each for each in library if each is not Motion.UNKNOWN)

    def _elements_of_method(self, node: ast.Call) -> Iterator[Lead]:
        """Yield the leads of what is in something that a method gives; of an iterator, that is data."""
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        for each in self._own_call(None, node):
            if name in READING_METHODS or not isinstance(each, Motion):
                yield each

    def put_into(self, name: str) -> Iterator[Lead]:
        """Yield the leads of what code puts into the object of a name of the module."""
        found = additions(self.values.project)
        for added in found.get((self.values.module, name), ()):
            manner = Manner.IS if self.manner is Manner.ELEMENTS else self.manner
            puts = added.manner is Manner.PUTS
            yield from self.but(added.values, added.manner if puts else manner).of(added.node)

    def _elements_of_definition(self, meaning: Definition, node: ast.Call) -> Iterator[Lead]:
        given = [*node.args, *(each.value for each in node.keywords)]
        yield from self.all_of(given)
        if isinstance(meaning.node, Function):
            there = self.but(Values(self.values.project, meaning.module))
            key = meaning.node, self.manner, "yielded"
            self.asked.later(key, partial(there.yielded, meaning.node))
        else:
            yield NameUse(meaning.module, meaning.node.name, self.manner.called)

    def _given(self, binding: Binding) -> Iterator[Lead]:
        """Yield the leads of what gives a name its object in another way than by plain assignment."""
        for node, how in self.values.module.giving.get(binding.node, ()):
            if how == "elements" or self.manner is Manner.ELEMENTS:
                yield from self.elements(node)
            else:
                yield from (self.but(None, Manner.ALL) if how == "entered" else self).of(node)


_OF_LOOPS = {"element": (Manner.ELEMENTS,)}
_FACTORIES = frozenset({"default_factory", "factory"})
_STREAMS = frozenset({"sys.stdin", "sys.stdin.buffer"})
