"""Why something runs again: one class a reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class CodeChanged:
    """A definition or statement that is not what it was when the results were made.

    ``name`` is empty for a statement that binds nothing. ``old`` and ``new`` are the texts of constants.
    ``path`` leads from the function that runs to the one that needs it.
    """

    change: Literal["changed", "added", "removed"]
    kind: str
    name: str
    file: str
    line: int
    old: str | None
    new: str | None
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeUnknown:
    """The code changed, and nobody knows any more what it was."""


@dataclass(frozen=True, slots=True)
class CodeReordered:
    """The same statements stand in another order, or their text, which is looked at, changed."""


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """A key of SETUP has another value; ``old`` and ``new`` are JSON texts, None if it is not there."""

    key: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class InputChanged:
    """A declared input has other content, or is declared only now, or is so no longer."""

    path: str


@dataclass(frozen=True, slots=True)
class FileChanged:
    """A file that was read has other content; ``makers`` are the functions before it that make it."""

    path: str
    makers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileGone:
    """A file or folder that was read or looked for is not there any more."""

    path: str
    makers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileAppeared:
    """A file or folder is there that was looked for in vain."""

    path: str


@dataclass(frozen=True, slots=True)
class FolderChanged:
    """A folder that was listed has other names in it."""

    path: str


@dataclass(frozen=True, slots=True)
class ProductChanged:
    """A file that the function itself made is not as it left it."""

    path: str


@dataclass(frozen=True, slots=True)
class ProductGone:
    """A file that the function itself made is not there any more."""

    path: str


@dataclass(frozen=True, slots=True)
class VariableChanged:
    """A variable of the environment has another value."""

    name: str


@dataclass(frozen=True, slots=True)
class VariableSet:
    """A variable of the environment is set that was not."""

    name: str


@dataclass(frozen=True, slots=True)
class VariableUnset:
    """A variable of the environment is not set that was."""

    name: str


@dataclass(frozen=True, slots=True)
class PackageChanged:
    """A package that the code imports is installed in another version."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PackageGone:
    """A package that the code imports is not installed any more."""

    name: str
    old: str


@dataclass(frozen=True, slots=True)
class PackageInstalled:
    """A module that the code looked for in vain can be imported now."""

    name: str


@dataclass(frozen=True, slots=True)
class New:
    """So many combinations have no result because they were not there before."""

    count: int


@dataclass(frozen=True, slots=True)
class Missing:
    """So many combinations ran before, but the files of their results are not there."""

    count: int


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The combinations are in other jobs than before, or have become a chain or ended to be one."""


@dataclass(frozen=True, slots=True)
class SoftwareChanged:
    """The conda environment, the container or the chosen interpreter is another one."""


@dataclass(frozen=True, slots=True)
class Chained:
    """So many combinations come after one that runs again, and may see what it writes."""

    count: int


@dataclass(frozen=True, slots=True)
class ResultsChanged:
    """The results of a trial that a verification judges are made anew, or are others."""

    trial: str


@dataclass(frozen=True, slots=True)
class CompilerChanged:
    """The results were made by another version of mlx2smk."""


Reason: TypeAlias = (
    CodeChanged
    | CodeUnknown
    | CodeReordered
    | KeyChanged
    | InputChanged
    | FileChanged
    | FileGone
    | FileAppeared
    | FolderChanged
    | ProductChanged
    | ProductGone
    | VariableChanged
    | VariableSet
    | VariableUnset
    | PackageChanged
    | PackageGone
    | PackageInstalled
    | New
    | Missing
    | Regrouped
    | SoftwareChanged
    | Chained
    | ResultsChanged
    | CompilerChanged
)


def reason_as_dict(reason: Reason) -> dict[str, Any]:
    """Return a reason for programs: its class's name and its fields."""
    return {"reason": type(reason).__name__, **asdict(reason)}
