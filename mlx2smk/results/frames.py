"""Results as pandas data frames, for notebooks and scripts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.results.choosing import chosen_plan, chosen_trial
from mlx2smk.results.collecting import rare_collections
from mlx2smk.results.columns import table_of
from mlx2smk.results.rows import rows_of

if TYPE_CHECKING:
    import os

    from mlx2smk.results.columns import Table

NEEDED = "mlx2smk.load needs pandas, which is not installed: pip install pandas"


@rare_collections()
def load_frame(path: str | os.PathLike[str], experiment: str | None, trial: str | None) -> Any:
    """Return the results of an experiment as a data frame; `mlx2smk.load` describes it."""
    try:
        import pandas  # noqa: F401, ICN001, PLC0415 - asked first, before anything is read
    except ImportError:
        raise ImportError(NEEDED, name="pandas") from None
    directory = Path(path)
    try:
        plan = chosen_plan(directory, experiment)
        trials = plan.trials if trial is None else (chosen_trial(plan, trial),)
    except FaultError as fault:
        raise ValueError(f"{fault} ({fault.diagnostic.hint})") from None
    rows = rows_of(directory, plan, trials)
    return data_frame(table_of(rows, with_trial=len(trials) > 1).visible())


def data_frame(table: Table) -> Any:
    """Return a table as a data frame: integers and truth values stay what they are beside gaps."""
    import pandas as pd  # noqa: PLC0415

    columns = list(zip(*table.lines, strict=True)) or [()] * len(table.names)
    data = {
        name: pd.Series(list(cells), dtype=_dtype(cells))
        for name, cells in zip(table.names, columns, strict=True)
    }
    return pd.DataFrame(data, columns=list(table.names))


def _dtype(cells: tuple[Any, ...]) -> str:
    """Return the name of the type that holds all cells; a gap is NaN or NA."""
    kinds = {type(cell) for cell in cells if cell is not None}
    gaps = any(cell is None for cell in cells)
    if kinds == {bool}:
        return "boolean" if gaps else "bool"
    if kinds == {int} and all(abs(cell) < 1 << 63 for cell in cells if cell is not None):
        return "Int64" if gaps else "int64"
    if kinds and kinds <= {int, float} and all(_fits(cell) for cell in cells):
        return "float64"
    return "object"


def _fits(cell: Any) -> bool:
    """Tell whether a float holds the number exactly."""
    return not isinstance(cell, int) or abs(cell) <= 1 << 53
