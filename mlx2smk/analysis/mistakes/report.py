"""The input of the checks, and the report that they write to."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING

from mlx2smk.analysis.mistakes.certainty import Nesting
from mlx2smk.analysis.sites import certain_names
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.experiment import Setup, Trial, Verify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.slicing import FunctionSlice, Taken
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.diagnostics.source import Located, Span

    DecoratedFunction = Setup | Trial | Verify


@dataclass(frozen=True, eq=False)
class Looked:
    """A decorated function with its slice and the units in it."""

    function: DecoratedFunction
    module: Module
    slice: FunctionSlice
    taken: tuple[Taken, ...]

    @property
    def dynamic(self) -> bool:
        """Whether its code looks up, and so may bind, arbitrary names at run time."""
        return any(widening.dynamic for widening in self.slice.widened)

    @cached_property
    def unit(self) -> Unit:
        """The unit that defines it."""
        return next(unit for unit in self.module.units if unit.statement == self.function.statement)

    @cached_property
    def node(self) -> ast.FunctionDef | None:
        """Its definition; None if another decorator may change what it does."""
        node = self.unit.node
        return node if isinstance(node, ast.FunctionDef) and not node.decorator_list else None

    @cached_property
    def certain(self) -> frozenset[ast.expr]:
        """The expressions in it that certainly refer to names of the module."""
        return certain_names(self.unit.names)

    @cached_property
    def nesting(self) -> Nesting:
        """The parents of its nodes."""
        return Nesting(self.unit.node)


def setups(functions: Sequence[Looked]) -> Iterator[Looked]:
    """Yield the setups."""
    yield from (each for each in functions if isinstance(each.function, Setup))


def trials(functions: Sequence[Looked]) -> Iterator[Looked]:
    """Yield the trials."""
    yield from (each for each in functions if isinstance(each.function, Trial))


def verifications(functions: Sequence[Looked]) -> Iterator[Looked]:
    """Yield the verifications."""
    yield from (each for each in functions if isinstance(each.function, Verify))


class Report:
    """Collects messages about the experiment and its local modules, without duplicates."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._messages: dict[Diagnostic, bool] = {}
        self._sources: dict[str, Source] = {}

    def add(self, kind: type[Diagnostic], module: Module, node: Located, **fields: object) -> None:
        """Note a message about a location in a module."""
        self.add_at(kind, module, self._source(module).span(node), **fields)

    def add_at(self, kind: type[Diagnostic], module: Module, span: Span, **fields: object) -> None:
        """Note a message about a part of a module's text."""
        message = kind.at(self._source(module), span, **fields)
        self._messages[message] = module.name is not None

    def _source(self, module: Module) -> Source:
        """Return a module's source with its path as the user sees it."""
        own = self.project.experiment.source
        if module.name is None:
            return own
        path = str(PurePath(own.path).parent / (module.path or module.dotted))
        return self._sources.setdefault(path, Source(path, module.source.text))

    def ordered(self) -> tuple[Diagnostic, ...]:
        """Return the messages sorted by location, with the experiment's own file first."""
        messages = sorted(self._messages.items(), key=lambda entry: (entry[1], _place(entry[0])))
        return tuple(message for message, _ in messages)


def _place(message: Diagnostic) -> tuple[str, int, int, str, str]:
    line, column = (message.span.line, message.span.column) if message.span else (0, 0)
    return message.path, line, column, message.code, message.message
