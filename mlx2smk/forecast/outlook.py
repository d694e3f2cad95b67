"""What a forecast says of one function."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.reasons import reason_as_dict

if TYPE_CHECKING:
    from mlx2smk.forecast.reasons import Reason


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Functions that may change these keys of SETUP, which this one read when it last ran."""

    sources: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UncertainFile:
    """A file or folder that this one reads, and functions that make it, or fill it, and will or may run."""

    path: str
    makers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How many combinations (of setups and verifications: 1) will run, and why.

    ``run`` at least and ``may_run`` at most run the user's code; ``from_store`` come back without
    running; ``failed`` are recorded failures that stay. ``jobs``, at least, and ``may_jobs``, at most,
    are what Snakemake starts for them. ``collects``: all results of the trial are put together anew.
    ``seconds`` and ``may_seconds``: how long the runs will take one after another; None if unknown.
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
        """Return the outlook for programs."""
        return {**asdict(self), "reasons": [reason_as_dict(reason) for reason in self.reasons]}
