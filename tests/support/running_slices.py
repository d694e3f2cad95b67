"""Runs a trial twice, of the whole files and of its slice alone, each in a Python of its own."""

import subprocess
import sys
from pathlib import Path

from tests.support.sliced_texts import HEAD, analysed

SHOW = """
import sys
import mlx2smk.decorators
sys.modules["decorators"] = mlx2smk.decorators
sys.path.insert(0, ".")
sys.dont_write_bytecode = True
import exp
print(repr(exp.t()))
"""


def experiment(before, body):
    """Return the text of an experiment with a trial `t`."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    return f"{HEAD}{before}\n@trial(1, {{}})\ndef t():\n{lines}\n"


def outcome(folder: Path, files: dict[str, str]) -> str:
    """Write files into a folder and return what `t` of `exp.py` prints and returns there."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-c", SHOW], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check_slice(folder: Path, before, body, files):
    """Check that the slice of `t` does what the whole files do; return the analysis of `t`."""
    text = experiment(before, body)
    found = analysed(text, files)["t"]
    sliced = {item.path: item.text for item in found.slice.modules}
    whole = outcome(folder / "whole", {"exp.py": text, **files})
    assert outcome(folder / "slice", {"exp.py": found.slice.text, **sliced}) == whole
    return found
