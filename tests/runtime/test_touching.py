"""What the record of a run holds of files and variables, by descriptors of folders too."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.handmade_bundles import one_trial

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
    linked = {"scratch/other": TWO} if how == "link" else {}
    assert found["files"] == {"data.csv": ONE, **linked}
    assert "data.csv" not in found.get("made", {})


def test_a_folder_that_is_made_in_one_by_its_descriptor_is_told_by_its_own_path(folder):
    body = "import os; os.mkdir('new', dir_fd=os.open('scratch', os.O_RDONLY))"
    assert observed(folder, body)["folders_made"] == ["scratch/new"]


LISTINGS = {
    "listdir": "os.listdir(f)",
    "scandir": "list(os.scandir(f))",
    "fwalk": "list(os.fwalk('scratch'))",
}


@pytest.mark.parametrize("how", LISTINGS)
def test_a_listing_by_descriptor_is_one_of_that_folder(folder, how):
    body = f"import os; f = os.open('scratch', os.O_RDONLY)\n{LISTINGS[how]}"
    assert observed(folder, body)["folders"] == {"scratch": ["data.csv"]}


PLAIN = {
    "bytes": ("open(b'data.csv').read()", {"data.csv": ONE}),
    "chdir": ("import os; os.chdir('scratch'); open('data.csv').read()", {"scratch/data.csv": TWO}),
    "in place": ("f = open('data.csv', 'r+'); f.truncate(0)", {"data.csv": ONE}),
    "before written": (
        "s = open('data.csv').read(); open('data.csv', 'w').write(s + 'more')",
        {"data.csv": ONE},
    ),
    "copied": ("import shutil; shutil.copy('data.csv', 'copy.csv')", {"data.csv": ONE}),
    "own": ("open('own', 'w').write('x'); open('own').read()", None),
    "thread": (
        (
            "import threading; t = threading.Thread(target=lambda: open('data.csv').read())\n"
            "t.start(); t.join()"
        ),
        {"data.csv": ONE},
    ),
    "fork": (
        "import os\nif not os.fork(): open('data.csv').read(); os._exit(0)\nos.wait()",
        {"data.csv": ONE},
    ),
    "program": (
        "import subprocess; subprocess.run(['cat', 'data.csv'], cwd='scratch')",
        {"scratch/data.csv": TWO},
    ),
}


@pytest.mark.parametrize("how", PLAIN)
def test_files_that_are_read(folder, how):
    body, files = PLAIN[how]
    assert observed(folder, body).get("files") == files


def test_a_crash_keeps_what_was_told_before(folder):
    source = "import os\ndef t():\n    open('data.csv').read()\n    os.abort()\n"
    bundle = one_trial(folder, source)
    (run,) = bundle.run_trial("t")
    assert not run["success"]
    assert only(bundle.read("runs/t/0.json"))["files"] == {"data.csv": ONE}


VARIABLES = {
    "os.environ['Q']": True,
    "os.environ.get('Q')": True,
    "os.getenv('Q')": True,
    "os.getenvb(b'Q')": True,
    "'Q' in os.environ": True,
    "os.environ.copy()['Q']": True,
    "dict(os.environ)": False,
    "os.environ.update(Q='2'); os.environ['Q']": False,
}


@pytest.mark.parametrize("body", VARIABLES)
def test_variables_that_are_read(folder, monkeypatch, body):
    monkeypatch.setenv("Q", "1")
    variables = observed(folder, f"import os; {body}").get("variables", {})
    assert variables == ({"Q": sha(b"1")} if VARIABLES[body] else {})


def test_rmtree_uses_descriptors_still(folder):
    body = "import os, shutil\nassert shutil.rmtree.avoids_symlink_attacks\n"
    observed(folder, body + "assert os.stat in os.supports_dir_fd and os.stat in os.supports_fd")
    assert os.path.lexists(folder / "scratch")
