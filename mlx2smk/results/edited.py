"""Which files of an experiment are not as they were compiled."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from mlx2smk.runtime import digests

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


def edited_files(directory: Path, plan: Plan) -> list[str]:
    """Return the files of an experiment that are not as they were compiled, as paths from its folder.

    None are where only the workflow and the results were copied to.
    """
    folder = plan.file_in(directory).parent
    if not (folder / plan.file).is_file():
        return []
    known = {module.path: module.file_digest for each in plan.functions for module in each.modules}
    known[plan.file] = plan.file_digest
    return sorted(path for path, digest in known.items() if _digest(folder / path) != digest)


def state_of(directory: Path, plan: Plan) -> str:
    """Return a text that changes whenever a file of an experiment does."""
    folder = plan.file_in(directory).parent
    paths = {plan.file, *(module.path for each in plan.functions for module in each.modules)}
    return " ".join(f"{path}:{_digest(folder / path)}" for path in sorted(paths))


def _digest(path: Path) -> str | None:
    try:
        return digests.of_file(os.fspath(path))
    except OSError:
        return None
