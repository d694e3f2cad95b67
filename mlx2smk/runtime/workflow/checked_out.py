"""Which commits the experiments are of: asked of git once, when Snakemake starts, for the jobs' records.

Whatever goes wrong, there is no answer: nothing depends on it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from .. import layout
from ..provenance import COMMITS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..documents import Commit
    from .compiled import CompiledFolder

GIT_SECONDS = 20
"""Seconds to wait for git, which looks at all files of a repository."""

OID = "# branch.oid "
EDITED = ("1 ", "2 ", "u ")
UNTRACKED = "? "


def tell_jobs(compiled: CompiledFolder) -> None:
    """Put the commits of all experiments where jobs find them: into the environment."""
    states: dict[Path, tuple[str, list[str]] | None] = {}
    found: dict[str, Commit] = {}
    for stem in compiled.stems():
        root = _repository(compiled.folder(stem).resolve())
        if root is not None and root not in states:
            states[root] = _state(root)
        state = states[root] if root else None
        if root is not None and state is not None:
            files = [os.path.relpath(path.resolve(), root) for path in compiled.code_files(stem)]
            found[stem] = {"commit": state[0], "dirty": _is_dirty(state[1], files)}
    os.environ[COMMITS] = json.dumps(found)


def _repository(folder: Path) -> Path | None:
    """Return the repository that a folder is in; None if it is in none."""
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def _state(root: Path) -> tuple[str, list[str]] | None:
    """Return the commit of a repository and the lines about what differs from it; None if there is none.

    What this tool writes does not count, even if it is in the repository.
    """
    own = (Path(name).resolve() for name in layout.OWN_FOLDERS)
    inside = [path.relative_to(root).as_posix() for path in own if path.is_relative_to(root)]
    words = [
        "--porcelain=v2",
        "--branch",
        "-z",
        "--",
        ".",
        *(f":(exclude,literal){p}" for p in inside),
    ]
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "status", *words],
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    lines = os.fsdecode(done.stdout).split("\0")
    commit = next((line[len(OID) :] for line in lines if line.startswith(OID)), "")
    return (commit, lines) if commit.isalnum() else None


def _is_dirty(lines: list[str], files: list[str]) -> bool:
    """Tell whether anything that the commit has was edited, or code of the experiment is not in it."""
    untracked = [line[len(UNTRACKED) :] for line in lines if line.startswith(UNTRACKED)]
    missing = any(
        file == path or (path.endswith("/") and file.startswith(path))
        for path in untracked
        for file in files
    )
    return missing or any(line.startswith(EDITED) for line in lines)
