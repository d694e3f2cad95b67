"""Locks that coordinate changes and runs in a folder; the system releases them when a process dies.

A command that compiles or deletes holds ``.mlx/compile.lock``. Each running Snakemake shares
``.mlx/run.lock`` (``rules/mlx.smk`` takes it). A command that changes what Snakemake reads needs that
lock exclusively.
"""

from __future__ import annotations

import errno
import fcntl
import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOCK_PATIENCE = 1.0
"""Seconds to wait silently for another command, or for a Snakemake that only does a dry run."""

_UNSUPPORTED = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}


@contextmanager
def changing(directory: Path) -> Iterator[None]:
    """Hold the lock for changing the folder, after waiting for any other holder."""
    with _lock_file(directory / layout.COMPILE_LOCK) as file:
        if not _locked_soon(file):
            sys.stderr.write("mlx: waiting for another mlx that changes this folder\n")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def undisturbed(directory: Path) -> Iterator[bool]:
    """Yield whether no Snakemake runs in the folder; if so, none can start inside this context."""
    with _lock_file(directory / layout.RUN_LOCK) as file:
        yield _locked_soon(file)


def is_locked(directory: Path) -> bool:
    """Tell whether Snakemake has locked outputs in the folder, as it does while it runs."""
    return any((directory / ".snakemake" / "locks").glob("*"))


def check_quiet(directory: Path) -> None:
    """Raise ValueError if Snakemake has locked outputs in the folder."""
    if is_locked(directory):
        raise ValueError("snakemake is running here (if it was killed: snakemake --unlock)")


@contextmanager
def quiet(directory: Path) -> Iterator[None]:
    """Hold the folder exclusively; raise ValueError if Snakemake runs there."""
    check_quiet(directory)
    if not (directory / layout.RUN_LOCK).parent.is_dir():  # nothing was compiled here
        yield
        return
    with changing(directory), undisturbed(directory) as free:
        if not free:
            raise ValueError("snakemake is running here: wait until it ends, or stop it")
        yield


def _lock_file(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("a", encoding="utf-8")


def _locked_soon(file: IO[str]) -> bool:
    limit = time.monotonic() + LOCK_PATIENCE
    while not _locked(file):
        if time.monotonic() > limit:
            return False
        time.sleep(0.05)
    return True


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
    return True
