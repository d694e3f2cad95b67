"""An experiment whose names and texts would be HTML or JavaScript if nobody took care."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.looked_at_project import mlx, start

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = """</script><script>document.title = 'owned'</script>'"<img src=x onerror=alert(1)>"""
HOSTILE_EXPERIMENT = f"""\
from mlx2smk import setup, trial, verify
TEXT = {HOSTILE!r}

@setup()
def init():
    return {{"<b>key": TEXT}}

@trial(1, {{"text": [{HOSTILE!r}, "<!--", "\\ud800 alone"]}})
def run(text):
    if text == "<!--":
        raise ValueError(TEXT)
    return {{"<i>field": text, "number": len(text)}}

@verify(["run"])
def check(results):
    raise RuntimeError(TEXT)
"""


def run_hostile(folder: Path) -> Path:
    """Compile and run the experiment in a new folder; return the folder."""
    folder.mkdir()
    (folder / "exp.py").write_text(HOSTILE_EXPERIMENT)
    mlx(folder, "compile", "exp.py")
    start(folder, "snakemake", "-j2")
    return folder
