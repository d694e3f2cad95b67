"""Names that differ only by case, on disks that do not distinguish them.

Such a disk is imitated where the compiler asks for it; a real one (exFAT, in a file) is used where this machine
can mount it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from snakemake.exceptions import WorkflowError

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_folder import SameOnThisDisk
from mlx2smk.runtime import letter_case
from mlx2smk.runtime.workflow.compiled import CompiledFolder
from mlx2smk.runtime.workflow.preflight import check_names_differ

TEXT = """\
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {"a": 1, "A": 2}

@trial(1, {"v": ["a", "A", "b"], "V": [1]})
def run(v, V):
    return v

@verify(["run"])
def Run(results):
    return True
"""
DISTINCT = TEXT.replace("def Run(", "def check(")


@pytest.fixture(name="folder")
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    Path("exp.py").write_text(TEXT)
    return tmp_path


@pytest.fixture(name="careless")
def _careless(monkeypatch):
    """Have the file system look as if it ignored the case of names."""

    really = os.path.lexists

    def there(path):
        folder = Path(path).parent
        names = {each.name.casefold() for each in folder.iterdir()} if folder.is_dir() else set()
        return really(path) or Path(path).name.casefold() in names

    monkeypatch.setattr(os.path, "lexists", there)


def test_names_that_are_alike():
    assert list(letter_case.alike(["run", "a", "Run", "RUN", "b"])) == [
        ("run", "Run"),
        ("run", "RUN"),
    ]
    assert list(letter_case.alike(["a", "b", "a_", "a"])) == []


def test_the_disk_of_a_folder_is_asked_without_writing(folder):
    there = sorted(folder.iterdir())
    assert not letter_case.is_ignored_in(str(folder))
    assert not letter_case.is_ignored_in(str(folder / "none" / "yet"))
    assert sorted(folder.iterdir()) == there


@pytest.mark.usefixtures("careless")
def test_such_a_disk_is_told_from_what_is_there_or_above(folder):
    assert letter_case.is_ignored_in(str(folder))
    assert letter_case.is_ignored_in(str(folder / "none" / "yet"))
    (folder / "1").mkdir()
    (folder / "1" / "2").touch()
    assert letter_case.is_ignored_in("1")
    (folder / "EXP.PY").touch()
    (folder / "1" / "a").touch()
    (folder / "1" / "A").touch()
    assert not letter_case.is_ignored_in("1")  # both are there, so the disk tells them apart


@pytest.mark.usefixtures("folder", "careless")
def test_functions_that_would_share_their_files_are_refused(capsys):
    assert main(["compile", "exp.py", "--directory", "new"]) == 1
    said = capsys.readouterr().err
    assert f"exp.py:12:5: {SameOnThisDisk.code} this disk does not distinguish 'Run' from" in said
    assert not Path("new").exists()
    Path("exp.py").write_text(DISTINCT)
    assert main(["compile", "exp.py", "--directory", "new"]) == 0


@pytest.mark.usefixtures("folder")
def test_elsewhere_they_are_two():
    assert main(["compile", "exp.py"]) == 0


def test_a_workflow_that_came_from_elsewhere_is_refused_before_it_runs(folder, monkeypatch):
    assert main(["compile", "exp.py"]) == 0
    compiled = CompiledFolder(folder / "workflow")
    check_names_differ(compiled)
    monkeypatch.setattr(letter_case, "is_ignored_in", lambda _folder: True)
    with pytest.raises(WorkflowError, match=r"does not distinguish Run from run, .* of exp, "):
        check_names_differ(compiled)


@pytest.fixture(name="exfat")
def _exfat(tmp_path):
    """Mount a disk that ignores case."""
    tools = ("losetup", "mkfs.exfat", "mount.exfat-fuse", "umount")
    if os.geteuid() != 0 or not all(map(shutil.which, tools)):
        pytest.skip("no exFAT here")
    disk, place = tmp_path / "disk", tmp_path / "mounted"
    disk.write_bytes(b"")
    os.truncate(disk, 64 << 20)
    place.mkdir()

    def tool(*words):
        return subprocess.run(words, capture_output=True, text=True, check=False)

    loop = tool("losetup", "-f", "--show", disk).stdout.strip()
    try:
        tool("mkfs.exfat", disk)
        if not loop or tool("mount.exfat-fuse", loop, place).returncode:
            pytest.skip("exFAT cannot be mounted here")
        yield place
        tool("umount", place)
    finally:
        tool("losetup", "-d", loop)


def test_a_real_one(exfat, monkeypatch, capsys):
    monkeypatch.chdir(exfat)
    Path("exp.py").write_text(TEXT)
    assert main(["compile", "exp.py"]) == 1
    assert main(["compile", "exp.py", "--directory", "new"]) == 1
    assert capsys.readouterr().err.count(SameOnThisDisk.code) == 2
    Path("exp.py").write_text(DISTINCT)
    assert main(["compile", "exp.py"]) == 0
