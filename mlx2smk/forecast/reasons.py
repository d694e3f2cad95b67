"""Why something runs again: one class for each reason."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class CodeChanged:
    """A definition or statement that has changed since the results were made.

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
    """The code changed, and the earlier version is no longer known."""


@dataclass(frozen=True, slots=True)
class CodeReordered:
    """The statements have another order, or their text changed and is read by the code."""


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """A key of SETUP has another value; ``old`` and ``new`` are JSON texts, None if it is missing."""

    key: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class InputChanged:
    """A declared input has other content, or its declaration was added or removed."""

    path: str


@dataclass(frozen=True, slots=True)
class LimitChanged:
    """A limit, which ended a run, is another one now."""

    name: str


@dataclass(frozen=True, slots=True)
class FileChanged:
    """A file that was read has other content; ``makers`` are the earlier functions that write it."""

    path: str
    makers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileGone:
    """A file or folder that was read or looked for no longer exists."""

    path: str
    makers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FileAppeared:
    """A file or folder that did not exist when it was looked for now exists."""

    path: str


@dataclass(frozen=True, slots=True)
class FolderChanged:
    """A folder that was listed has other entries."""

    path: str


@dataclass(frozen=True, slots=True)
class ProductChanged:
    """A file that the function wrote has been changed."""

    path: str


@dataclass(frozen=True, slots=True)
class ProductGone:
    """A file that the function wrote no longer exists."""

    path: str


@dataclass(frozen=True, slots=True)
class VariableChanged:
    """An environment variable has another value."""

    name: str


@dataclass(frozen=True, slots=True)
class VariableSet:
    """An environment variable has been set."""

    name: str


@dataclass(frozen=True, slots=True)
class VariableUnset:
    """An environment variable is no longer set."""

    name: str


@dataclass(frozen=True, slots=True)
class PackageChanged:
    """A package that the code imports is installed in another version."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PackageGone:
    """A package that the code imports is no longer installed."""

    name: str
    old: str


@dataclass(frozen=True, slots=True)
class PackageInstalled:
    """A module that the code could not import is now installed."""

    name: str


@dataclass(frozen=True, slots=True)
class New:
    """This many combinations are new."""

    count: int


@dataclass(frozen=True, slots=True)
class Missing:
    """This many combinations ran before, but their results are missing."""

    count: int


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The combinations are grouped into other jobs, or have become or are no longer a chain."""


@dataclass(frozen=True, slots=True)
class SoftwareChanged:
    """The conda environment, the container or the chosen interpreter has changed."""


@dataclass(frozen=True, slots=True)
class Chained:
    """This many combinations of a chain come after one that runs again, or after another one than before."""

    count: int


@dataclass(frozen=True, slots=True)
class ResultsChanged:
    """The results of a trial that a verification judges will be, or were, collected again."""

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
    | LimitChanged
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
    """Return a reason as JSON data: the name of its class and its fields."""
    return {"reason": type(reason).__name__, **asdict(reason)}
