"""The README's first experiment, run as the README says."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.support.readme_commands import blocks

if TYPE_CHECKING:
    from pathlib import Path


def does_as_shown(python: str | Path, folder: Path) -> None:
    """Compile it, run it, and look at its results in a folder; check that what comes of it is what is shown."""
    ((name, text),) = blocks("file").items()
    (folder / name).write_text(text, encoding="utf-8")
    in_python(python, folder, "mlx2smk.cli", "compile", name)
    done = in_python(python, folder, "snakemake", "-j8")
    assert blocks("output")["coin"] in done.stderr
    command, _, shown = blocks("results")["coin"].partition("\n")
    done = in_python(python, folder, "mlx2smk.cli", *command.removeprefix("$ mlx ").split())
    assert done.stdout == shown


def in_python(
    python: str | Path, folder: Path, module: str, *words: str
) -> subprocess.CompletedProcess[str]:
    """Run a module of a Python in a folder; it must succeed."""
    done = subprocess.run(
        [python, "-m", module, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done
