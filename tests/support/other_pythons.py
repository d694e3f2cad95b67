"""Other Pythons than the one that runs the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def find_python(version: str) -> str | None:
    """Return a Python such as "3.9" that starts: a pyenv has commands that do not.

    MLX_PYTHON39 (and so on) names one, if it is neither on PATH nor of a pyenv.
    """
    for path in _candidates(version):
        if subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            return path
    return None


def _candidates(version: str) -> Iterator[str]:
    name = f"python{version}"
    named = os.environ.get(f"MLX_PYTHON{version.replace('.', '')}"), shutil.which(name)
    yield from filter(None, named)
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{version}*/bin/{name}")))
