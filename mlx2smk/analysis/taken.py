"""What a slice consists of while it is found: units, and why whole modules are among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ast

    from mlx2smk.analysis.dynamic import Dynamic
    from mlx2smk.analysis.project import Module, Unit
    from mlx2smk.diagnostics.source import Span


@dataclass(frozen=True, slots=True)
class Widening:
    """Why a whole ``module`` was taken, and the place that is to blame: a span of the module ``blamed``.

    ``dynamic`` if the code can look up names that nobody can foresee.
    """

    reason: str
    span: Span | None
    module: str | None
    blamed: str | None
    dynamic: bool


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A unit in a slice, with the index of what first needed it.

    ``loads``: the name that it binds is not needed, but the module of this name is loaded by it.
    """

    module: Module
    unit: Unit
    reached_from: int | None
    loads: str | None = None


class ModuleAsObject(NamedTuple):
    """A module that is used as an object, where nobody knows yet for which of its names."""

    module: Module
    node: ast.expr
    item: Taken
    position: int


class OpenLookup(NamedTuple):
    """A look-up of which nobody knows yet what it may find."""

    dynamic: Dynamic
    item: Taken
    position: int
