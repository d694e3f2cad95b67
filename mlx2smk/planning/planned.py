"""What the compiler knows of one experiment once it is planned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.analysis import Analysis
    from mlx2smk.language.experiment import Experiment
    from mlx2smk.planning.evidence import Evidence
    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class PlannedExperiment:
    """An experiment with its analysis, its plan, and the evidence of earlier runs behind the plan."""

    experiment: Experiment
    analysis: Analysis
    plan: Plan
    evidence: Evidence
