"""What a result was made from; `mlx explain` compares it with the current state."""

from __future__ import annotations

import os
import sys

from . import digests
from .contents import Contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .documents import (
        Context,
        FunctionEntry,
        JobMadeFrom,
        MadeFrom,
        TrialEntry,
        VerdictMadeFrom,
        VerificationEntry,
    )
    from .plan import Plan

MAGIC = "*?["


def of_call(plan: Plan, function: FunctionEntry, context: Context) -> MadeFrom:
    """Return the origin common to all functions: code, software, and each key of the context."""
    seen = {key: digests.of_json(value) for key, value in sorted(context.items())}
    conda, container = plan.data.get("conda"), plan.data.get("container")
    software = environment(plan.base, conda, container, plan.interpreter)
    return {"code": function["digest"], "context": seen, "environment": software}


def of_job(
    plan: Plan,
    trial: TrialEntry,
    context: Context,
    previous: str | None,
    files: Contents,
) -> JobMadeFrom:
    """Return the origin of a trial's job; `previous` is the job before it in a chain."""
    common = of_call(plan, trial, context)
    return {
        "code": common["code"],
        "context": common["context"],
        "environment": common["environment"],
        "inputs": dict(contents(plan.folder, trial["inputs"], files)),
        "python": interpreter(),
        "chained": trial["chained"],
        "previous": previous,
    }


def of_verdict(
    plan: Plan, function: VerificationEntry, context: Context, trials: str
) -> VerdictMadeFrom:
    """Return the origin of a verdict; `trials` is the folder of the results that it judges."""
    paths = {name: os.path.join(trials, f"{name}.json") for name in function["depends"]}
    return {
        **of_call(plan, function, context),
        "trials": {name: digests.of_file(path) for name, path in paths.items()},
    }


def contents(folder: str, paths: Iterable[str], files: Contents) -> list[tuple[str, Any]]:
    """Return declared inputs with the digests of their contents; the paths are relative to `folder`."""
    return [(path, declared(folder, path, files)) for path in paths]


def declared(folder: str, path: str, files: Contents) -> Any:
    """Return the content of a file, of all files below a folder, or of all files that match a pattern."""
    whole = os.path.join(folder, path)
    if not is_pattern(folder, path):
        return content(whole, files)
    return [[os.path.relpath(p, folder), content(p, files)] for p in matches(folder, path)]


def is_pattern(folder: str, path: str) -> bool:
    """Tell whether a declared path is a pattern, that is, does not exist under this name itself."""
    return any(sign in path for sign in MAGIC) and not os.path.lexists(os.path.join(folder, path))


def matches(folder: str, pattern: str) -> list[str]:
    """Return the absolute paths that match a pattern."""
    from glob import escape, glob

    return sorted(glob(os.path.join(escape(folder), pattern), recursive=True))


def content(path: str, files: Contents) -> Any:
    """Return the digest of a file or of all files below a folder; None if there is nothing."""
    if os.path.isdir(path):
        names = sorted(set(os.listdir(path)) - {"__pycache__"})
        return [[name, content(os.path.join(path, name), files)] for name in names]
    return files.digest(path)


def environment(
    base: str, conda: str | None, container: str | None, interpreter: str | None
) -> list[Any]:
    """Return a description of the requested software environment, without the version of Python.

    `interpreter` is the one that the user chose; without a choice it is not part of the description.
    """
    file = content(os.path.join(base, conda), Contents()) if conda else None
    chosen = [] if interpreter is None else [interpreter]
    return [file, container, *chosen]


def interpreter() -> list[Any]:
    """Return the Python version, as far as results may depend on it."""
    return [sys.implementation.name, *sys.version_info[:2]]
