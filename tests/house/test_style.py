"""The checks that are not tests: one `pytest` runs them all."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT

RULES = [ROOT / "rules", ROOT / "workflow"]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["mypy", "--platform", "darwin", "--cache-dir", ".mypy_cache/darwin"],
        ["mypy", "examples"],
        ["basedpyright", "--pythonpath", sys.executable, "examples"],
        ["snakefmt", "--check", *map(str, RULES)],
    ],
    ids=lambda command: " ".join(command).replace(sys.executable, "PYTHON"),
)
def test_clean(command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def modules():
    """Return all modules but those of folders that are not the package's: whatever comes is among them."""
    others = {"tests", "examples", "benchmarks", "build", "dist"}
    folders = [path for path in ROOT.iterdir() if path.name not in others and path.name[0] != "."]
    return [path for folder in folders for path in folder.rglob("*.py")]


def test_modules_stay_small():
    sources = modules()
    there = {path.relative_to(ROOT).parts[0] for path in sources}
    assert {"mlx2smk"} <= there <= {"mlx2smk", "rules", "docs"}
    long = {
        str(path.relative_to(ROOT)): count
        for path in sources
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long
