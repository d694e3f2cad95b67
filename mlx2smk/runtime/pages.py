"""The pages of an experiment that Snakemake's report shows: its verdicts, and a table and figures of each trial."""

from __future__ import annotations

from . import records
from .html_pages import table_page, verdicts_page
from .plots import plots_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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
            page = verdicts_page(plan, outcome, columns, verdicts)
            records.write_text(self._verdicts, page)
        for (name, found), table, plots in zip(columns.items(), self._tables, self._plots):
            records.write_text(table, table_page(found, plan, name))
            records.write_text(plots, plots_of(found, f"{plan.stem}: {name}"))
