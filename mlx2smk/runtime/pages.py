"""The pages of an experiment that Snakemake's report shows: its verdicts, and a table and figures of each trial."""

from __future__ import annotations

import sys
from functools import partial

from . import records
from .html_pages import page_of, table_page, verdicts_page
from .plots import image_of, plots_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .documents import Context, Verdict
    from .plan import Plan
    from .trial_columns import TrialColumns


class PagePaths:
    """Where to write the pages; the tables and figures are in the order of the trials."""

    def __init__(
        self, verdicts: str | None, tables: Sequence[str] = (), plots: Sequence[str] = ()
    ) -> None:
        self._verdicts = verdicts
        self._tables = tables
        self._plots = plots

    def write(
        self,
        plan: Plan,
        outcome: tuple[str, Context],
        columns: dict[str, TrialColumns],
        verdicts: dict[str, Verdict],
    ) -> None:
        """Write the pages; `outcome` is the status and the final context."""
        if self._verdicts is not None:
            _write(self._verdicts, lambda: verdicts_page(plan, outcome, columns, verdicts))
        for (name, found), table, plots in zip(columns.items(), self._tables, self._plots):
            _write(table, partial(table_page, found, plan, name))
            _write(plots, partial(plots_of, found, f"{plan.stem}: {name}"))


def _write(path: str, page: Callable[[], Iterable[str]]) -> None:
    """Write a page, or one that says why there is none: no result may be lost because it cannot be shown."""
    try:
        pieces = list(page())
    except Exception as error:  # noqa: BLE001 - a defect, or numbers that nothing can be computed with
        why = f"This could not be shown: {type(error).__name__}: {error}"
        print(f"mlx: {path}: {why}", file=sys.stderr)
        pieces = [image_of(why)] if path.endswith(".svg") else list(page_of(why))
    records.write_text(path, pieces)
