"""Runs whole files in place of slices: what a run needs that the analysis has left out of its slices.

A run that asks for a name that its slice leaves out starts again with the whole file; a local module that
it imports unforeseen is loaded as a whole. Its result then rests on the content of these files.
"""

from __future__ import annotations

import os

from . import digests
from .guards import is_filled
from .loader import file_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .child import Task
    from .documents import FunctionEntry
    from .plan import Plan


def with_whole_files(plan: Plan, function: FunctionEntry, files: Iterable[str]) -> FunctionEntry:
    """Return the function with these files as they are, in place of their slices."""
    whole = set(files)
    if not whole:
        return function
    modules = [m for m in function["modules"] if file_of(m, plan.folder) not in whole]
    wide: Any = {**function, "modules": modules}
    if plan.file in whole:
        wide["slice"], wide["removed"] = os.path.relpath(plan.file, plan.base), []
        wide["partial"] = []
    found: FunctionEntry = wide
    return found


def changed_experiment(plan: Plan) -> str | None:
    """Return the experiment's file name if it has changed since compile time, or None."""
    compiled = plan.data.get("file_digest")
    if not compiled or digests.of_file(plan.file) == compiled:
        return None
    return os.path.basename(plan.file)


def version_of(task: Task, observer: Any, *more: Any) -> str:
    """Return what stands for the code that a task runs, with whatever else is to count."""
    files = [observer.content(file) for file in task.whole]
    return digests.of_json([task.function["digest"], *more, files])


def left_out_names(
    plan: Plan, function: FunctionEntry, missed: Iterable[tuple[str, str]]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield, for names that were missed in files, the files, the modules (None: the experiment) and the names.

    A module that other code would have filled, or may notice what that does, takes all of the experiment, as
    that code may be anywhere.
    """
    modules = {file_of(module, plan.folder): module["name"] for module in function["modules"]}
    filled = function.get("filled", ())
    for file, name in missed:
        module = modules.get(file)
        if is_filled(module, filled):
            yield from ((each, module, name) for each in (plan.file, *modules))
        elif file == plan.file or module is not None:
            yield file, module, name
        elif is_filled(name, filled):
            yield from ((each, name, None) for each in (plan.file, *modules))
