"""Experiments and what an analysis finds of them, put together by hand."""

from __future__ import annotations

import ast
import hashlib
from typing import TYPE_CHECKING, Any

from mlx2smk.analysis import Analysis, FunctionAnalysis
from mlx2smk.analysis.access import Access
from mlx2smk.analysis.slicing import FunctionSlice
from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.experiment import Experiment, Parameter, Setup, Trial, Verify
from mlx2smk.language.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.analysis.file_uses import FileUse
    from mlx2smk.analysis.slicing import ModuleSlice

SOMEWHERE = Span(1, 1, 1, 2)
NOTHING: frozenset[str] = frozenset()


def setup(name: str, order: int | None = None) -> Setup:
    return Setup(name=name, order=order, span=SOMEWHERE, statement=0)


def trial(name: str = "train", grid: dict[str, list[Any]] | None = None, **changes: Any) -> Trial:
    plain: dict[str, Any] = {
        "order": 1,
        "parameters": tuple(Parameter(key, tuple(values)) for key, values in (grid or {}).items()),
        "parallel": None,
        "threads": None,
        "resources": (),
        "inputs": (),
        "span": SOMEWHERE,
        "statement": 0,
    }
    return Trial(name=name, **{**plain, **changes})


def verify(name: str, *trial_names: str) -> Verify:
    return Verify(name=name, trial_names=trial_names, span=SOMEWHERE, statement=0)


def experiment(*items: Setup | Trial | Verify, path: str = "exp.py") -> Experiment:
    """Make an experiment; setups and trials are given in the order they run in."""
    return Experiment(
        source=Source(path, ""),
        tree=ast.Module(body=[], type_ignores=[]),
        setups=tuple(item for item in items if isinstance(item, Setup)),
        trials=tuple(item for item in items if isinstance(item, Trial)),
        verifications=tuple(item for item in items if isinstance(item, Verify)),
    )


def found(  # noqa: PLR0913 -- one for each thing that an analysis says
    name: str,
    *,
    code: str | None = None,
    reads: Iterable[str] | None = NOTHING,
    writes: Iterable[str] | None = NOTHING,
    trials_read: Iterable[str] | None = None,
    modules: tuple[ModuleSlice, ...] = (),
    files: Iterable[FileUse] = (),
) -> FunctionAnalysis:
    """Say what was found of a function; ``code`` stands for all of its slice (default: its name)."""
    piece = FunctionSlice(
        statements=(0,),
        text="",
        digest=hashlib.sha256((code or name).encode()).hexdigest(),
        pieces=(),
        modules=modules,
        widened=(),
        removed=(),
    )
    access = Access(Keys.from_list(reads), Keys.from_list(writes), (), ())
    return FunctionAnalysis(name, piece, access, Keys.from_list(trials_read), tuple(files))


def analysis(of: Experiment, *known: FunctionAnalysis) -> Analysis:
    """Complete an analysis: functions that nothing is said of touch no key of SETUP."""
    said = {function.name: function for function in known}

    def all_of(items: tuple[Setup, ...] | tuple[Trial, ...] | tuple[Verify, ...]) -> Any:
        return tuple(said.get(item.name) or found(item.name) for item in items)

    return Analysis(all_of(of.setups), all_of(of.trials), all_of(of.verifications))
