"""What a result was made from: kept beside it, for `mlx explain` to compare with what is there now."""

from __future__ import annotations

import os
import sys

from . import digests

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .plan import Plan


def of_call(plan: Plan, function: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    """Return what every function's result is made from: code, software, each key of the context."""
    seen = {key: digests.of_json(value) for key, value in sorted(context.items())}
    return {
        "code": function["digest"],
        "context": seen,
        "environment": environment(plan.base, plan.data, plan.interpreter),
    }


def of_job(
    plan: Plan, trial: dict[str, Any], context: dict[str, Any], previous: str | None
) -> dict[str, Any]:
    """Return what a trial's job is made from; `previous` is the job before it in a chain."""
    return {
        **of_call(plan, trial, context),
        "inputs": dict(contents(plan.folder, trial["inputs"])),
        "python": interpreter(),
        "chained": trial["chained"],
        "previous": previous,
    }


def of_verdict(
    plan: Plan, function: dict[str, Any], context: dict[str, Any], trials: str
) -> dict[str, Any]:
    """Return what a verdict is made from; `trials` is the folder of the results that it judges."""
    paths = {name: os.path.join(trials, f"{name}.json") for name in function["depends"]}
    return {
        **of_call(plan, function, context),
        "trials": {name: content(path) for name, path in paths.items()},
    }


def contents(folder: str, paths: Iterable[str]) -> list[tuple[str, Any]]:
    """Return input files with their contents' digests; the paths are relative to `folder`."""
    return [(path, content(os.path.join(folder, path))) for path in paths]


def content(path: str) -> Any:
    """Return the digest of a file, of all files below a folder, or None where there is nothing."""
    if os.path.isdir(path):
        return [[name, content(os.path.join(path, name))] for name in sorted(os.listdir(path))]
    return digests.of_file(path) if os.path.exists(path) else None


def environment(base: str, plan: dict[str, Any], interpreter: str | None) -> list[Any]:
    """Return what stands for the software that was asked for, beside the Python that it has.

    `interpreter` is the one that the user chose; without one, nothing stands for it.
    """
    conda = plan.get("conda")
    file = content(os.path.join(base, conda)) if conda else None
    chosen = [] if interpreter is None else [interpreter]
    return [file, plan.get("container"), *chosen]


def interpreter() -> list[Any]:
    """Return which Python runs, as far as results may depend on it."""
    return [sys.implementation.name, *sys.version_info[:2]]
