"""What the record of a run holds of what the run touched."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest
from bundles import one_trial

if TYPE_CHECKING:
    from pathlib import Path


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


ONE, TWO = sha(b"1\n"), sha(b"2\n")


def observed(folder: Path, body: str) -> dict[str, Any]:
    """Return what is observed of a run with that body, which has to succeed."""
    source = "def t():\n" + "".join(f"    {line}\n" for line in body.splitlines())
    bundle = one_trial(folder, source)
    (run,) = bundle.run_trial("t")
    assert run["success"], run
    return only(bundle.read("runs/t/0.json"))


def only(record: dict[str, Any]) -> dict[str, Any]:
    """Return the observation of the record's only run."""
    found: dict[str, Any] = record["observed"][0][0] if record["observed"] else {}
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with two files, of which one lies in a folder and is named like the other."""
    (tmp_path / "data.csv").write_text("1\n")
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch" / "data.csv").write_text("2\n")
    return tmp_path


REMOVALS = {
    "rmtree": "import shutil; shutil.rmtree('scratch')",
    "unlink": "import os; os.unlink('data.csv', dir_fd=os.open('scratch', os.O_RDONLY))",
    "rename": "import os; f = os.open('scratch', os.O_RDONLY)\n"
    "os.rename('data.csv', 'other.csv', src_dir_fd=f, dst_dir_fd=f)",
}


@pytest.mark.parametrize("how", REMOVALS)
def test_removal_in_a_folder_by_its_descriptor_hides_no_file_of_that_name(folder, how):
    found = observed(folder, f"{REMOVALS[how]}\nopen('data.csv').read()")
    assert found["files"] == {"data.csv": ONE}


MAKINGS = {
    "symlink": "os.symlink('/etc/hostname', 'data.csv', dir_fd=f)",
    "link": "os.link('other', 'data.csv', src_dir_fd=f, dst_dir_fd=f)",
    "rename": "os.rename('other', 'data.csv', src_dir_fd=f, dst_dir_fd=f)",
}


@pytest.mark.parametrize("how", MAKINGS)
def test_what_is_made_in_a_folder_by_its_descriptor_hides_no_file_of_that_name(folder, how):
    (folder / "scratch" / "data.csv").rename(folder / "scratch" / "other")
    start = "import os; f = os.open('scratch', os.O_RDONLY)"
    found = observed(folder, f"{start}\n{MAKINGS[how]}\nopen('data.csv').read()")
    assert found["files"] == {"data.csv": ONE}
    assert "data.csv" not in found.get("made", {})


def test_a_folder_that_is_made_in_one_by_its_descriptor_is_told_by_its_own_path(folder):
    body = "import os; os.mkdir('new', dir_fd=os.open('scratch', os.O_RDONLY))"
    assert observed(folder, body)["folders_made"] == ["scratch/new"]


def test_rmtree_uses_descriptors_still(folder):
    body = "import os, shutil\nassert shutil.rmtree.avoids_symlink_attacks\n"
    observed(folder, body + "assert os.stat in os.supports_dir_fd and os.stat in os.supports_fd")
    assert os.path.lexists(folder / "scratch")
