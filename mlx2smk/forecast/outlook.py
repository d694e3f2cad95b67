"""The forecast for one function."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.reasons import reason_as_dict

if TYPE_CHECKING:
    from mlx2smk.forecast.reasons import Reason


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Functions that may change these keys of SETUP, which this function read when it last ran."""

    sources: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UncertainFile:
    """A file or folder that this function reads, and functions that write it and will or may run."""

    path: str
    makers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How many combinations will run, and why; setups and verifications count as one.

    Between ``run`` and ``may_run`` combinations execute the user's code; ``from_store`` are restored
    instead; ``failed`` are recorded failures that stay. Snakemake starts between ``jobs`` and ``may_jobs``
    jobs for them. ``collects`` says that the trial's results are collected again. ``seconds`` and
    ``may_seconds`` are the total durations of the runs; None if unknown.
    """

    kind: str
    name: str
    line: int
    total: int
    run: int
    may_run: int
    from_store: int = 0
    failed: int = 0
    jobs: int = 0
    may_jobs: int = 0
    collects: bool = False
    seconds: float | None = None
    may_seconds: float | None = None
    reasons: tuple[Reason, ...] = ()
    uncertainty: Uncertainty | None = None
    uncertain_files: tuple[UncertainFile, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the outlook as JSON data."""
        return {**asdict(self), "reasons": [reason_as_dict(reason) for reason in self.reasons]}
