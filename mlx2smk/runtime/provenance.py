"""When, where and with which Python runs were made, and from which commit: for people, never compared.

It stands beside what results rest on, not among it: no digest and no key of the store has it.
"""

from __future__ import annotations

import os
import sys
import time

from . import jsontext, observed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .documents import Commit, Provenance, Provenances

COMMITS = "MLX_COMMITS"
"""The variable in which Snakemake's process hands its jobs the commits of the experiments, by name."""


def of_process(stem: str) -> Provenance:
    """Return the provenance of what this process makes for an experiment; the time is when it began."""
    found: Provenance = {
        "when": now(),
        "host": os.uname().nodename,
        "python": ".".join(map(str, sys.version_info[:3])),
    }
    commit = commit_of(stem)
    if commit is not None:
        found["git"] = commit
    return found


def now() -> str:
    """Return the time in seconds, in UTC, as ISO 8601 writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def commit_of(stem: str) -> Commit | None:
    """Return the commit that Snakemake's process has found for an experiment; None if it has found none."""
    try:
        found = jsontext.loads(os.environ.get(COMMITS, "{}"))[stem]
        commit: Commit = {"commit": str(found["commit"]), "dirty": bool(found["dirty"])}
    except (KeyError, TypeError, ValueError):
        return None
    return commit


def of_runs(each: Iterable[Provenance]) -> Provenances:
    """Return those of runs in order, each with the numbers of the runs that have it."""
    return observed.grouped(each)


def of_run(groups: Provenances, number: int) -> Provenance:
    """Return that of one run; empty if it is not known, as of what earlier versions have made."""
    return observed.of_number(groups, number)
