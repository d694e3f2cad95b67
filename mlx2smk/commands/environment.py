"""The options for software environments, relative to the folder that is compiled into."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import argparse

INSIDE = "python"
"""The interpreter in an environment, unless the user names another one."""


def check(given: argparse.Namespace) -> None:
    """Raise ValueError if a file does not exist or an interpreter does not start."""
    for option, value in (("--conda", given.conda), ("--container", given.container)):
        if {"{", "}"} <= set(str(value)):
            raise ValueError(f"{option}: Snakemake would take the braces in {value} for wildcards")
    if given.conda and not given.conda.is_file():
        raise ValueError(f"--conda: there is no file {given.conda}")
    if given.container and _is_local(given.container) and not Path(given.container).exists():
        raise ValueError(f"--container: there is no file {given.container}")
    if _is_path_here(given):
        _check_interpreter(given.python)


def container(given: argparse.Namespace) -> str | None:
    """Return the image; the path of a file is relative to the folder that is compiled into."""
    image: str | None = given.container
    return _rebased(image, given.directory) if image and _is_local(image) else image


def job_interpreter(given: argparse.Namespace) -> str | None:
    """Return the interpreter for jobs, inside the environment if there is one; None for Snakemake's own."""
    if _is_path_here(given):
        found = _rebased(given.python, given.directory)
        return found if "/" in found else f"./{found}"
    python: str | None = given.python
    return python or (INSIDE if given.conda or given.container else None)


def chosen(given: argparse.Namespace) -> str | None:
    """Return the interpreter if results depend on it; None for the default one."""
    python = job_interpreter(given)
    return None if python == INSIDE and (given.conda or given.container) else python


def _is_path_here(given: argparse.Namespace) -> bool:
    """Tell whether the interpreter is a path on this machine, not a name or a path in an environment."""
    return not given.conda and not given.container and "/" in (given.python or "")


def _check_interpreter(path: str) -> None:
    if not Path(path).exists():
        raise ValueError(f"--python: there is no file {path}")
    if not Path(path).is_file() or not os.access(path, os.X_OK):
        raise ValueError(f"--python: {path} is no program that can be started")


def _is_local(image: str) -> bool:
    return not urlsplit(image).scheme


def _rebased(path: str, directory: Path) -> str:
    return path if Path(path).is_absolute() else os.path.relpath(path, directory)
