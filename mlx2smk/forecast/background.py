"""The data shared by all forecasts of one experiment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlx2smk.forecast.file_changes import Unsettled

if TYPE_CHECKING:
    from mlx2smk.forecast.code_changes import Code
    from mlx2smk.forecast.past import Past


@dataclass(frozen=True, slots=True)
class Background:
    """The earlier runs, the current code, and the runs forecast so far that will or may happen."""

    past: Past
    code: Code
    unsettled: Unsettled = field(default_factory=Unsettled)
