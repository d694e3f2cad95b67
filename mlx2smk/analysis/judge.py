"""What is asked about the functions and classes that a statement calls or builds upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlx2smk.analysis.confined import FAILING, MODULE, OWN_MODULE

if TYPE_CHECKING:
    import ast

    from mlx2smk.analysis.changes import Changes
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.values import Definition, Values


@dataclass(frozen=True, slots=True, eq=False)
class Filling:
    """A change of nothing but objects that a module holds: those of some names, None if it is not known which."""

    module: Module
    names: frozenset[str] | None

    @property
    def domains(self) -> list[str]:
        """Who can notice it."""
        if self.names is None:
            return [f"{MODULE}{self.module.dotted}"]
        return [f"{MODULE}{self.module.dotted}:{name}" for name in sorted(self.names)] or [FAILING]


def both(one: Filling, other: Filling | None) -> Filling | None:
    """Return what two pieces of code fill together."""
    if other is None or one.names is None or other.names is None:
        return None if other is None else Filling(one.module, None)
    return Filling(one.module, one.names | other.names)


def filling_of(evaluation: Changes) -> Filling | None:
    """Return what some code fills if it does nothing else; it may fail."""
    if not evaluation.domains <= {OWN_MODULE, FAILING}:
        return None
    known = OWN_MODULE not in evaluation.domains
    return Filling(evaluation.values.module, frozenset(evaluation.touches) if known else None)


class Judge(Protocol):
    """Knows which definitions are pure; asked for what a statement calls or builds upon."""

    @property
    def keeps_output(self) -> bool:
        """Whether the program may look at what it prints."""

    @property
    def lets_fail(self) -> bool:
        """Whether it does not matter if a function that is called fails."""

    @property
    def notices_letting_go(self) -> bool:
        """Whether the program may notice that an object is let go of."""

    def is_pure(self, definition: Definition) -> bool:
        """Whether calling a function or class has no effects."""

    def calls_purely(self, node: ast.Call, values: Values) -> bool:
        """Whether a call has no effects, as whatever it may call only computes."""

    def is_pure_function(self, node: ast.expr, values: Values) -> bool:
        """Whether calling what an expression stands for has no effects."""

    def loads_quietly(self, dotted: str) -> bool:
        """Whether loading a local module has no effects."""

    def is_pure_in_class(self, owner: Definition, name: str) -> bool:
        """Whether calling a static method or class method of a class has no effects."""

    def is_quiet_base(self, definition: Definition) -> bool:
        """Whether defining a subclass of a class has no effects."""

    def makes_members_purely(self, node: ast.ClassDef, values: Values) -> bool:
        """Whether defining a class makes no instances, as an enumeration does, or makes them purely."""

    def is_pure_decorator(self, node: ast.expr, values: Values, *, of_new: bool = False) -> bool:
        """Whether applying a decorator has no effects, at most on what it decorates if that is new."""

    def filled_by(self, definition: Definition) -> Filling | None:
        """Return what a call fills that changes nothing but objects of the function's own module."""

    def filled_by_decorator(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what a decorator fills that changes nothing but objects of its own module."""

    def filled_by_call(self, node: ast.Call, values: Values) -> Filling | None:
        """Return what a call fills, whatever it may call, that changes nothing but objects of one module."""

    def filled_by_applying(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what a decorator fills, whatever it may be, that changes nothing but objects of one module."""

    def changed_by(self, node: ast.expr, values: Values) -> Filling | None:
        """Return what changing the object changes that an expression stands for; None if that is not known."""

    def filled_by_subclass(self, definition: Definition) -> Filling | None:
        """Return what defining a subclass of a class fills that changes nothing but objects of the class's module."""

    def filled_by_metaclass(self, definition: Definition) -> Filling | None:
        """Return what defining a class of a metaclass fills that changes nothing but objects of the metaclass's module."""

    def filled_by_method(self, node: ast.Call, values: Values) -> Filling | None:
        """Return what a call of a method fills that changes nothing but the instance, which a module holds."""

    def is_container(self, name: str, values: Values) -> bool:
        """Whether a name is bound to an instance of the user's that is a container of Python's."""

    def is_instance(self, name: str, values: Values) -> bool:
        """Whether a name is bound once, to an instance that its module makes of a class of the user's."""
