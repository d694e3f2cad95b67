"""Which files are restored from the store: what a trial declares, whatever an entry names."""

from __future__ import annotations

import json

import pytest

from mlx2smk.runtime.digests import of_file
from mlx2smk.runtime.outputs import Keeper, is_declared
from tests.support.handmade_bundles import Bundle
from tests.support.stored_runs import stored_line, stored_lines


@pytest.fixture(name="folder")
def _folder(tmp_path):
    """A folder with a link of the user's own to another place, and two links that lead out below."""
    folder, scratch = tmp_path / "work", tmp_path / "scratch"
    for path in (folder / "out/deep", scratch / "inner", tmp_path / "home"):
        path.mkdir(parents=True)
    (folder / "far").symlink_to(scratch)
    (folder / "out/away").symlink_to(tmp_path / "home")
    (folder / "out/file.txt").symlink_to(tmp_path / "home/file.txt")
    (scratch / "away").symlink_to(tmp_path / "home")
    return folder


@pytest.mark.parametrize(
    ("pattern", "name", "is_so"),
    [
        ("out/a.txt", "out/a.txt", True),
        ("out/a.txt", "out/b.txt", False),
        ("out/a.txt", "out/a.txt.more", False),
        ("./out//a.txt", "out/deep/../a.txt", True),
        ("out", "out/deep/b", True),
        ("out", "outer/b", False),
        ("out", "out/../exp.py", False),
        ("out", "../home/x", False),
        ("out", "out/away/x", False),
        ("out/file.txt", "out/file.txt", True),  # the link is replaced, not followed
        ("out/*.txt", "out/a.txt", True),
        ("out/*.txt", "out/.a.txt", False),
        ("out/*.txt", "out/deep/a.txt", False),
        ("out/*", "out/deep/b/c", True),  # a folder that fits, with all that is below it
        ("out/*", "out/away/x", False),
        ("**", "out/deep/b", True),
        ("out/**/*.txt", "out/x/y/a.txt", True),
        ("out/**/*.txt", "out/a.txt", True),
        ("out/**", "out/away/x", False),
        ("*.txt", "a.txt", True),
        ("*.txt", "../a.txt", False),
        ("out/[ab].txt", "out/b.txt", True),
        ("out/[ab].txt", "out/[ab].txt", True),
        ("far/a.txt", "far/a.txt", True),
        ("far/*", "far/a", True),
        ("far/**", "far/away/x", False),
        ("far", "far/inner/x", True),
        ("../scratch/*", "../scratch/x", True),
        ("../scratch/*", "../home/x", False),
    ],
)
def test_is_declared(folder, pattern, name, is_so):
    assert is_declared(str(folder), ["nothing", pattern], name) is is_so
    assert is_declared(str(folder), [pattern], str(folder / name)) is is_so


@pytest.mark.parametrize("digest", ["", "../../secret", "aa/../../../secret", "/etc/passwd"])
def test_a_digest_that_is_a_path_names_no_copy(tmp_path, digest):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "store/files/aa").mkdir(parents=True)
    assert not Keeper(str(tmp_path / "store/files")).has(digest)


MAKING = """
import os
def t(n):
    os.makedirs("out", exist_ok=True)
    with open(f"out/{n}.txt", "w") as file:
        file.write(str(n))
    with open("ran", "a") as file:
        file.write("x")
"""


@pytest.mark.parametrize("forged", ["exp.py", "../outside.txt", "out/2.txt"])
def test_an_entry_that_names_another_file_restores_nothing(tmp_path, forged):
    folder = tmp_path / "work"
    folder.mkdir()
    bundle = Bundle(folder, MAKING).trial("t", {"n": [1]}, outputs=["out/{n}.txt"])
    words = (*bundle.trial_words("t", "0", None), "--store", "store")
    bundle.run(*words)
    assert (folder / "out/1.txt").read_text() == "1"
    (folder / "out/1.txt").unlink()
    bundle.run(*words)
    assert (folder / "out/1.txt").read_text() == "1"
    assert (folder / "ran").read_text() == "x"  # the output came back without a run

    (line,) = stored_lines(folder / "store")
    digest = of_file(str(folder / "out/1.txt"))
    before = (folder / forged).read_text() if (folder / forged).exists() else None
    entry = json.loads(json.dumps(line.entry).replace("out/1.txt", forged))
    line.path.write_bytes(stored_line(line.key, entry))
    bundle.run(*words)
    after = (folder / forged).read_text() if (folder / forged).exists() else None
    assert after == before
    assert (folder / "ran").read_text() == "xx"
    assert digest == of_file(str(folder / "out/1.txt"))
