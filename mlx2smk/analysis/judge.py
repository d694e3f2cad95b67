"""What is asked about the functions and classes that a statement calls or builds upon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import ast

    from mlx2smk.analysis.values import Definition, Values


class Judge(Protocol):
    """Knows which definitions are pure; asked for what a statement calls or builds upon."""

    def is_pure(self, definition: Definition) -> bool:
        """Whether calling a function or class has no effects."""

    def is_pure_factory(self, definition: Definition) -> bool:
        """Whether calling a function, and calling what it returns, has no effects."""

    def is_quiet_base(self, definition: Definition) -> bool:
        """Whether defining a subclass of a class has no effects."""

    def makes_members_purely(self, node: ast.ClassDef, values: Values) -> bool:
        """Whether defining a class makes no instances, as an enumeration does, or makes them purely."""

    def is_pure_decorator(self, node: ast.expr, values: Values) -> bool:
        """Whether applying a decorator has no effects."""

    def filled_by(self, definition: Definition) -> str | None:
        """Return the domain of a call that only fills containers of the function's own module."""

    def filled_by_decorator(self, node: ast.expr, values: Values) -> str | None:
        """Return the domain of a decorator that only fills containers of its own module."""
