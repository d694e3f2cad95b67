"""What the user wrote: the setups, trials and verifications of one experiment file."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from mlx2smk.diagnostics.source import Source, Span


@dataclass(frozen=True, slots=True)
class Mark:
    """The decorator that declares a function, and the module that it was imported from."""

    node: ast.Call
    module: str


@dataclass(frozen=True, slots=True)
class Setup:
    """A function that contributes to the context; ``order`` None runs after all that have one.

    ``mark``, here and below, is None for a function that is analysed without being declared.
    """

    name: str
    order: int | None
    span: Span  # of the name in the `def` line, as in the classes below
    statement: int  # index of the definition in the module's body, as in the classes below
    mark: Mark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a trial's grid with its values: the exact Python objects, in the order written."""

    name: str
    values: tuple[object, ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The values as literals."""
        return tuple(map(repr, self.values))

    def mentions(self, word: str) -> bool:
        """Whether a word is in the text of a value: much faster to find than to look into each value."""
        return any(word in text for text in self.texts)


@dataclass(frozen=True, slots=True)
class Trial:
    """A function that runs once for each combination of its parameters' values.

    ``parallel`` is ``__parallel__`` (None: not said); ``threads``, ``resources`` and ``inputs`` have
    Snakemake's meaning, with inputs relative to the experiment's folder. So are ``outputs``, in which
    ``{name}`` stands for a parameter's value. ``timeout`` (seconds) and ``memory`` (bytes) are the limits of
    each combination.
    """

    name: str
    order: int
    parameters: tuple[Parameter, ...]
    parallel: int | None
    threads: int | None
    resources: tuple[tuple[str, int | float | str], ...]
    inputs: tuple[str, ...]
    span: Span
    statement: int
    outputs: tuple[str, ...] = ()
    timeout: int | float | None = None
    memory: int | None = None
    mark: Mark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Verify:
    """A function that judges the trials' results; ``trial_names`` has no name twice."""

    name: str
    trial_names: tuple[str, ...]
    span: Span
    statement: int
    mark: Mark | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Experiment:
    """One experiment file: setups and trials in the order they run in, verifications in file order."""

    source: Source
    tree: ast.Module
    setups: tuple[Setup, ...]
    trials: tuple[Trial, ...]
    verifications: tuple[Verify, ...]

    @property
    def functions(self) -> tuple[Setup | Trial | Verify, ...]:
        """All that is declared: setups, then trials, then verifications."""
        return (*self.setups, *self.trials, *self.verifications)
