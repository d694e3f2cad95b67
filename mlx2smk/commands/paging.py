"""Output for people: pages on a terminal, plain lines elsewhere."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlx2smk.planning.plan import Plan


def colours() -> bool:
    """Tell whether standard output is a terminal on which the user wants colours."""
    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def width() -> int | None:
    """Return the width of the terminal; None if standard output is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def show_lines(lines: Sequence[str]) -> None:
    """Print lines; on a terminal with fewer lines, in the user's pager."""
    text = "".join(f"{line}\n" for line in lines)
    pager = _pager()
    if pager and sys.stdout.isatty() and len(lines) >= shutil.get_terminal_size().lines:
        environment = {"LESS": "-FRSX", **os.environ}
        data = text.encode("utf-8", "backslashreplace")
        subprocess.run(pager, input=data, env=environment, check=False)
        return
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def _pager() -> list[str]:
    named = os.environ.get("PAGER") or "less"
    words = shlex.split(named)
    return words if words and shutil.which(words[0]) else []


def where_words(directory: Path, plan: Plan) -> list[str]:
    """Return the words that name a folder and an experiment, as far as a command needs them."""
    from mlx2smk.runtime.words import place_words  # noqa: PLC0415

    return place_words(str(directory), plan.experiment)
