"""What runs learn with a slice that earlier runs have widened makes no results out of date."""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

EXPERIMENT = (
    "import importlib\nimport os\nfrom mlx2smk import trial\n"
    + TRACING
    + """
@trial(1, {"n": [1, 2]})
def t(n):
    ran("t", n)
    with open("names.txt") as file:
        names = file.read().split()
    for name in names:
        n = importlib.import_module(name).changed(n)
    return n
"""
)
BOTH = ["t 1", "t 2"]


def test_names_that_a_widened_slice_misses(tmp_path):
    names = tmp_path / "names.txt"
    for at, name in enumerate(("first", "second", "third"), start=1):
        (tmp_path / f"{name}.py").write_text(f"def changed(n): return n + {at}\n")
    names.write_text("first")
    lab = Folder(tmp_path, EXPERIMENT)
    assert lab.run() == BOTH
    assert lab.run() == []
    for at, name in enumerate(("second", "third"), start=2):
        # The slice gets what the run before has used, and the run uses one more.
        (tmp_path / "first.py").write_text(f"def changed(n): return n + {at * 10}\n")
        names.write_text(f"first {name}")
        lab.command("explain", "exp.py")
        # the changed files come before what the slice has learned
        assert lab.said.splitlines()[1] == "  names.txt changed"
        assert "changed" in lab.said.splitlines()[2]
        assert "first.py" in lab.said.splitlines()[2]
        assert lab.run() == BOTH
        assert lab.results("t") == [n + at * 10 + at for n in (1, 2)]
        assert lab.run() == []
    (tmp_path / "third.py").write_text("def changed(n): return n\n")
    assert lab.run() == BOTH
    assert lab.results("t") == [31, 32]
    assert lab.run() == []
