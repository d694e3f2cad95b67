"""Finds the fixed paths that a trial reads or writes, which all of its combinations share.

Only paths that are certainly the same for all combinations count; computed paths are observed at run time.
Together with the keys of SETUP these decide what may run in parallel.
"""

from __future__ import annotations

import ast
import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.calls import calls_of
from mlx2smk.analysis.openers import LIBRARY_CALLS, METHODS, MODES, OPEN_METHOD, PATH_METHODS
from mlx2smk.analysis.path_texts import Paths
from mlx2smk.analysis.values import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.calls import Call
    from mlx2smk.analysis.openers import ModeArgument, PathArgument
    from mlx2smk.analysis.path_texts import Text
    from mlx2smk.analysis.project import Project, Unit
    from mlx2smk.analysis.slicing import Taken
    from mlx2smk.diagnostics.source import Span
    from mlx2smk.language.experiment import Trial
    from mlx2smk.language.keys import Keys


@dataclass(frozen=True, slots=True)
class FileUse:
    """A place that reads or writes a file; ``module`` None is the experiment.

    ``path`` is normalised; values from SETUP or the environment are represented by their names.
    """

    path: str
    reads: bool
    writes: bool
    span: Span
    module: str | None


class FileFinder:
    """Finds the files of trials; the calls of each unit are collected only once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._calls: dict[Unit, tuple[Call, ...]] = {}

    def uses(self, trial: Trial, taken: Sequence[Taken], writes: Keys) -> tuple[FileUse, ...]:
        """Return the uses of fixed paths in a trial's slice; ``writes`` are the keys it may update."""
        calls = [call for taken_unit in taken for call in self._of_unit(taken_unit)]
        finder = _Uses(self.project, Paths(self.project, trial, calls, writes))
        moves = any(map(finder.moves, calls))
        uses = dict.fromkeys(use for call in calls for use in finder.of(call))
        return tuple(use for use in uses if not (moves and _is_relative(use.path)))

    def _of_unit(self, taken_unit: Taken) -> tuple[Call, ...]:
        if taken_unit.unit not in self._calls:
            self._calls[taken_unit.unit] = calls_of(taken_unit.unit.node, taken_unit.module)
        return self._calls[taken_unit.unit]


@dataclass(frozen=True, slots=True)
class _Uses:
    project: Project
    paths: Paths

    def moves(self, call: Call) -> bool:
        """Whether a call changes to an unknown folder, after which relative paths cannot be resolved."""
        if self._library(call) not in {"os.chdir", "contextlib.chdir"}:
            return False
        return not (call.node.args and self.paths.of(call.node.args[0], call.place))

    def of(self, call: Call) -> Iterator[FileUse]:
        """Yield the uses of files in one call."""
        arguments, mode = self._arguments(call)
        for argument in arguments:
            for text in sorted(self._texts(argument, call)):
                for how in self._ways(argument, text, mode, call):
                    path = _normal(text.text + _ending(argument, text))
                    span = call.place.module.source.span(call.node)
                    reads, writes = "r" in how, "w" in how
                    if path and (reads or writes):
                        yield FileUse(path, reads, writes, span, call.place.module.name)

    def _library(self, call: Call) -> str | None:
        meaning = self.paths.called(call.node, call.place)
        return meaning.name if isinstance(meaning, Library) else None

    def _arguments(self, call: Call) -> tuple[Sequence[PathArgument], ModeArgument | None]:
        name, function = self._library(call), call.node.func
        if name in LIBRARY_CALLS:
            return LIBRARY_CALLS[name], MODES.get(name)
        if not isinstance(function, ast.Attribute) or name is not None:
            return (), None
        if function.attr in PATH_METHODS:
            owner = self.paths.of(function.value, call.place)
            is_path = any(text.path for text in owner)
            return (PATH_METHODS[function.attr] if is_path else ()), OPEN_METHOD
        return METHODS.get(function.attr, ()), None

    def _texts(self, argument: PathArgument, call: Call) -> frozenset[Text]:
        if argument.position == -1:
            function = call.node.func
            owner = function.value if isinstance(function, ast.Attribute) else None
            return frozenset(text for text in self.paths.of(owner, call.place) if text.path)
        node = _argument(call.node, argument.position, argument.keyword)
        return self.paths.of(node, call.place)

    def _ways(
        self, argument: PathArgument, text: Text, mode: ModeArgument | None, call: Call
    ) -> Iterator[str]:
        if argument.how == "file":
            # When a file is copied into a folder, the folder itself is not what is written.
            yield "w" if posixpath.splitext(text.text)[1] else ""
        elif argument.how != "mode" or mode is None:
            yield argument.how
        else:
            yield self._by_mode(mode, call)

    def _by_mode(self, mode: ModeArgument, call: Call) -> str:
        """Return how a file is opened; an unknown mode counts as reading and writing."""
        node = _argument(call.node, mode.position, "mode")
        if node is None:
            modes = {mode.default}
        else:
            modes = {text.text for text in self.paths.of(node, call.place)} or {"r+"}
        reads = any(set(each) & set("r+") or not set(each) & set("wax") for each in modes)
        writes = any(set(each) & set("wax+") for each in modes)
        return "r" * reads + "w" * writes


def _argument(call: ast.Call, position: int | None, keyword: str) -> ast.expr | None:
    given = (word.value for word in call.keywords if word.arg == keyword)
    if position is None or position >= len(call.args):
        return next(given, None)
    return call.args[position]


def _ending(argument: PathArgument, text: Text) -> str:
    return "" if text.text.endswith(argument.ending) else argument.ending


def _normal(path: str) -> str:
    """Normalise a path; return an empty text for what is not a shared file, such as a device."""
    if not path or path.startswith("/dev/") or path == ":memory:" or "\0" in path:
        return ""
    # A `..` behind an unknown part of a path cannot be resolved.
    known = ".." not in path or not path.startswith(("SETUP[", "$"))
    return posixpath.normpath(path) if known else path


def _is_relative(path: str) -> bool:
    return not path.startswith(("/", "~"))
