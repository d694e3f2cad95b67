"""Where the files of a compiled experiment are, relative to the folder that it was compiled into.

This is the only place that spells these names. Results and logs of an experiment have folders of their
own (`results_of`, `logs_of`), which a module of another Snakefile may move elsewhere: what lies inside
them is relative to them. All paths are written with `/`.
"""

from __future__ import annotations

BUNDLE = "workflow"
RESULTS = "results"
LOGS = "logs"
PRIVATE = ".mlx"
OWN_FOLDERS = (BUNDLE, RESULTS, LOGS, PRIVATE)
"""The folders that the compiler and its workflows write."""

SNAKEFILE = f"{BUNDLE}/Snakefile"
MANIFEST = f"{BUNDLE}/.mlx2smk.json"
RULES = f"{BUNDLE}/rules/mlx.smk"
WORKER = f"{BUNDLE}/mlx/worker.py"
RUNTIME = f"{BUNDLE}/mlx/mlx_runtime"
CAPTIONS = f"{BUNDLE}/report"
PROFILES = f"{BUNDLE}/profiles"
EXPERIMENTS = f"{BUNDLE}/experiments"

STORE = f"{PRIVATE}/store"
FORCED = f"{STORE}/forced"
ARCHIVE = f"{PRIVATE}/code"
DIGESTS = f"{PRIVATE}/digests"
DROPPED = f"{PRIVATE}/dropped"
HISTORY = f"{PRIVATE}/history"
PARTS = f"{PRIVATE}/part"
"""The folders of partial runs, each like one that was compiled into, with the same private folder."""

COMPILE_LOCK = f"{PRIVATE}/compile.lock"
RUN_LOCK = f"{PRIVATE}/run.lock"

REPORT = "report.json"
PAGE = "report.html"
REPORT_LOG = "report.log"
RECORD_FOLDERS = ("setup", "context", "packing", "runs", "updates", "trials", "verify")
"""The folders in the results of an experiment; logs have `collect` instead of `updates` and `trials`."""


def experiment_folder(stem: str) -> str:
    """Return the folder of the plan and the slices of an experiment."""
    return f"{EXPERIMENTS}/{stem}"


def plan_path(stem: str) -> str:
    """Return the path of the plan of an experiment."""
    return f"{EXPERIMENTS}/{stem}/plan.json"


def order_path(stem: str) -> str:
    """Return the path of what runs have shown about the order that shared files require."""
    return f"{PRIVATE}/order/{stem}.json"


def history_of(stem: str) -> str:
    """Return the folder of what finished runs of an experiment came to."""
    return f"{HISTORY}/{stem}"


def unforeseen_folder(stem: str) -> str:
    """Return the folder of what runs did of an experiment that its analysis had not foreseen."""
    return f"{PRIVATE}/unforeseen/{stem}"


def results_of(stem: str) -> str:
    """Return the folder of the results of an experiment."""
    return f"{RESULTS}/{stem}"


def logs_of(stem: str) -> str:
    """Return the folder of the logs of an experiment."""
    return f"{LOGS}/{stem}"


# In the results of an experiment


def setup_path(name: str) -> str:
    """Return the path of the record that a setup leaves."""
    return f"setup/{name}.json"


def context_path(function: str) -> str:
    """Return the path of the part of SETUP that a function may read."""
    return f"context/{function}.json"


def run_path(trial: str, job: str) -> str:
    """Return the path of the record that a job of a trial leaves."""
    return f"runs/{trial}/{job}.json"


def kept_path(record: str) -> str:
    """Return the path of the failures that are left of a job's record of which `mlx retry` forgets some."""
    return f"{record}.kept"


def runs_folder(trial: str) -> str:
    """Return the folder of the records that jobs of a trial leave."""
    return f"runs/{trial}"


def packing_path(trial: str) -> str:
    """Return the path of what was decided, while a trial ran, about the jobs of its tail."""
    return f"packing/{trial}.json"


def collected_path(trial: str) -> str:
    """Return the path of all runs of a trial."""
    return f"trials/{trial}.json"


def updates_path(trial: str) -> str:
    """Return the path of the updates of SETUP by a trial."""
    return f"updates/{trial}.json"


def verdict_path(verification: str) -> str:
    """Return the path of the record that a verification leaves."""
    return f"verify/{verification}.json"


def record_path(kind: str, name: str, job: str = "") -> str:
    """Return the path of the record of a function of a kind, as plans call it; trials need a job."""
    if kind == "trials":
        return run_path(name, job)
    return setup_path(name) if kind == "setups" else verdict_path(name)


VERDICTS_PAGE = "pages/verdicts.html"
"""What Snakemake's report shows of an experiment; it has a table and figures of each trial besides."""


def table_path(trial: str) -> str:
    """Return the path of the page with the table of a trial's runs."""
    return f"pages/tables/{trial}.html"


def plots_path(trial: str) -> str:
    """Return the path of the image with the figures of a trial."""
    return f"pages/plots/{trial}.svg"


# In its logs


def log_path(step: str, name: str) -> str:
    """Return the path of the log of a `setup`, `context`, `pack`, `collect` or `verify` step."""
    return f"{step}/{name}.log"


def run_log_path(trial: str, job: str) -> str:
    """Return the path of the log of a job of a trial."""
    return f"runs/{trial}/{job}.log"
