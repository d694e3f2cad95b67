"""Records what a run did that the analysis did not foresee, so that the next compile knows it.

Each record is a file of its own in `.mlx/unforeseen/EXPERIMENT`: jobs that run at the same time cannot
overwrite each other's, and the same surprise is recorded once.
"""

from __future__ import annotations

from . import digests, layout, records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .documents import Surprise
    from .plan import Plan

FORMAT = "mlx2smk-unforeseen"
VERSION = 1


def keep(plan: Plan, function: str, surprise: Surprise) -> None:
    """Record what a function of the experiment did."""
    record = {"format": FORMAT, "version": VERSION, "function": function, **surprise}
    name = digests.of_json(record)[:16]
    records.write(f"{layout.unforeseen_folder(plan.stem)}/{name}.json", record)
