"""Compiles experiments (``@setup``, ``@trial``, ``@verify``) to Snakemake workflows.

Experiments import the decorators from here; they return the functions unchanged. ``load`` is for notebooks
and scripts that look at results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.decorators import SETUP, VerificationResult, setup, trial, verify

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["SETUP", "VerificationResult", "setup", "trial", "verify"]


def load(
    path: str | os.PathLike[str] = ".", experiment: str | None = None, trial: str | None = None
) -> pd.DataFrame:
    """Return results as a pandas data frame: the columns of ``mlx results --format csv``, with types.

    ``path`` is the folder that was compiled into. ``experiment`` is the path or name of one of its
    experiments, and may be left out where there is only one; ``trial`` is for the combinations of one trial.
    Raises ImportError without pandas, and ValueError if nothing like that is compiled there.
    """
    from mlx2smk.results.frames import load_frame  # noqa: PLC0415

    frame: pd.DataFrame = load_frame(path, experiment, trial)
    return frame
