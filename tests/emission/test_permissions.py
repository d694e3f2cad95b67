"""Files that are made have the permissions that the user's umask asks for, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mlx2smk.cli import main
from tests.support.without_snakemake import BundledWorker, Executor

EXPERIMENT = """
from decorators import setup, trial, verify

@setup()
def init():
    return {"base": 1, "pythonhashseed": 3}

@trial(1, {"n": [1, 2]}, outputs=["made/{n}.txt"])
def t(n):
    import os
    os.makedirs("made", exist_ok=True)
    with open(f"made/{n}.txt", "w") as file:
        file.write("made")
    return SETUP["base"] + n

@verify(["t"])
def check(results):
    return True
"""


def permissions(folder):
    """Return all permissions of files, apart from those of execution, and of folders."""
    files, folders = set(), set()
    for path in folder.rglob("*"):
        mode = path.stat().st_mode & 0o777
        (folders if path.is_dir() else files).add(mode if path.is_dir() else mode & 0o666)
    return files, folders


@pytest.mark.parametrize("umask", [0o002, 0o022, 0o077])
def test_they_are_those_of_the_umask(tmp_path, monkeypatch, umask):
    before = os.umask(umask)
    try:
        folder = tmp_path / "work"
        folder.mkdir()
        monkeypatch.chdir(folder)
        Path("exp.py").write_text(EXPERIMENT)
        assert main(["compile", "exp.py"]) == 0
        assert Executor(folder, BundledWorker()).run()["status"] == "validated"
        assert main(["results", "-o", "table.csv", "--format", "csv"]) == 0
        assert main(["new", "other.py"]) == 0
        assert main(["gc"]) == 0
    finally:
        os.umask(before)
    assert permissions(folder) == ({0o666 & ~umask}, {0o777 & ~umask})
    assert (folder / ".mlx/store/files").is_dir()
