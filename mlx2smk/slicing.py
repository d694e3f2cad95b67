"""What a function is: the statements that its run can depend on, in its module and in local ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mlx2smk.source import Span

PieceKind = Literal["function", "class", "constant", "import", "statement"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a slice: one top-level statement, or one name of an import.

    ``module`` None is the experiment; ``value`` a simple constant's text, shortened; ``reached_from``
    the index of the piece that first needed this one, None for what is there from the start.
    """

    module: str | None
    names: tuple[str, ...]
    kind: PieceKind
    line: int
    digest: str
    value: str | None
    reached_from: int | None


@dataclass(frozen=True, slots=True)
class Widening:
    """Why a whole module was taken; ``dynamic`` if the code can look up names that nobody can foresee."""

    reason: str
    span: Span | None
    module: str | None
    dynamic: bool


@dataclass(frozen=True, slots=True)
class ModuleSlice:
    """What a function needs of one local module; ``path`` is relative to the experiment's folder."""

    name: str
    path: str
    text: str
    file_digest: str
    package: bool
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionSlice:
    """All that a function's run can depend on, as text that runs and as a digest of what it means."""

    statements: tuple[int, ...]
    text: str
    digest: str
    pieces: tuple[Piece, ...]
    modules: tuple[ModuleSlice, ...]
    widened: tuple[Widening, ...]
    removed: tuple[str, ...]
