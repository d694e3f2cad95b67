"""Messages about the history of an experiment."""

from __future__ import annotations

from mlx2smk.diagnostics.diagnostic import Diagnostic


class NoFinishedRuns(Diagnostic):
    """There are not two finished runs that could be compared.

    Each run of Snakemake that makes a new report is added to the history in `.mlx/history`, unless the
    setting `mlx_history` is 0.
    """

    code = "MLX820"
    template = "mlx diff compares two finished runs, and there is {known}"
    advice = "run snakemake, edit the experiment, and run it again"


class UnknownFinishedRun(Diagnostic):
    """The history has no run with that number, and none of that commit.

    `mlx history` lists the runs with their numbers. Only the last ones are kept (setting `mlx_history`).
    """

    code = "MLX821"
    template = "there is no finished run {name!r}"
    advice = "mlx history lists them: {known}"
