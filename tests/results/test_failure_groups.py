"""Which line of a traceback a group of failures is named by."""

from __future__ import annotations

import sys

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.results.failure_groups import failure_groups
from mlx2smk.results.rows import Row

EXPERIMENT = "from mlx2smk import trial\n\n@trial(1, {'n': [1]})\ndef t(n): ...\n"
OWN = ["exp.py", "lab/tools.py"]
OTHERS = [
    ".snakemake/conda/0123abcd_/lib/python3.11/json/decoder.py",
    ".venv/lib/python3.11/site-packages/numpy/core.py",
    "env/lib/python3.11/dist-packages/torch/nn.py",
    "own/lib/python3.11/json/decoder.py",
    f"{sys.base_prefix}/lib/python3.11/json/decoder.py",
]


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pyvenv.cfg").touch()
    options = CompileOptions(tmp_path)
    return compile_experiments([str(tmp_path / "exp.py")], options).units[0].plan


def place(folder, plan, *files):
    """Return the place of a failure whose traceback leads through these files, line 1, 2, ..."""
    frames = [
        f'  File "{folder / file}", line {line}, in f\n    x\n'
        for line, file in enumerate(files, 1)
    ]
    traceback = "Traceback (most recent call last):\n" + "".join(frames) + "ValueError: x\n"
    run = {"success": False, "type": "ValueError", "error": "x", "traceback": traceback}
    (group,) = failure_groups(folder, plan, [Row("t", 0, {"n": 1}, run)])
    return group.place


@pytest.mark.parametrize("own", OWN)
@pytest.mark.parametrize("other", OTHERS)
def test_the_innermost_line_of_the_users_own(tmp_path, plan, own, other):
    assert place(tmp_path, plan, "exp.py", own, other) == f"{own}:2 in f"


@pytest.mark.parametrize("other", OTHERS)
def test_else_the_innermost_of_all(tmp_path, plan, other):
    assert place(tmp_path, plan, OTHERS[0], other) == f"{tmp_path / other}:2 in f"
