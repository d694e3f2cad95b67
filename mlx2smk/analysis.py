"""Experiment -> Analysis: what each decorated function is made of, and what of SETUP it touches."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.context import Access
from mlx2smk.slicing import FunctionSlice, Widening

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.experiment import Experiment, Setup, Trial, Verify


@dataclass(frozen=True, slots=True)
class FunctionAnalysis:
    """One decorated function: its slice and its use of SETUP.

    ``trials_read``, of verifications only: the trials whose results the body can touch; None for all.
    """

    name: str
    slice: FunctionSlice
    access: Access
    trials_read: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Analysis:
    """The analysed functions, in the order of the experiment's own three tuples."""

    setups: tuple[FunctionAnalysis, ...]
    trials: tuple[FunctionAnalysis, ...]
    verifications: tuple[FunctionAnalysis, ...]

    def __getitem__(self, name: str) -> FunctionAnalysis:
        for function in (*self.setups, *self.trials, *self.verifications):
            if function.name == name:
                return function
        raise KeyError(name)


def analyse(experiment: Experiment, folder: Path) -> Analysis:
    """Find slices and uses of SETUP; ``folder`` is where the experiment lies."""
    del folder
    return Analysis(
        tuple(_whole(experiment, item) for item in experiment.setups),
        tuple(_whole(experiment, item) for item in experiment.trials),
        tuple(_whole(experiment, item) for item in experiment.verifications),
    )


def _whole(experiment: Experiment, item: Setup | Trial | Verify) -> FunctionAnalysis:
    digest = hashlib.sha256(f"{item.name}\n{ast.dump(experiment.tree)}".encode()).hexdigest()
    everything = FunctionSlice(
        statements=tuple(range(len(experiment.tree.body))),
        text=experiment.source.text,
        digest=digest,
        pieces=(),
        modules=(),
        widened=(Widening("not analysed yet", None, None, dynamic=True),),
        removed=(),
    )
    return FunctionAnalysis(item.name, everything, Access(None, None, (), ()), None)
