"""What Numba keeps of compiled functions (`cache=True`) holds for one version of the code.

Numba itself looks at the file of a function alone. Expected values are arithmetic.
"""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

HELPER = "from numba import njit\n\n@njit\ndef scale(x):\n    return x * 2\n"

COMPILED = (
    "import os\nfrom numba import njit\nimport helper\nfrom mlx2smk import trial\n"
    + TRACING
    + """
@njit(cache=True)
def f(x):
    return helper.scale(x) + 1

@trial(1, {"n": [1, 2]})
def t(n):
    ran("t", n)
    return f(n)
"""
)


def test_an_edit_of_a_compiled_function_in_another_file(tmp_path):
    (tmp_path / "helper.py").write_text(HELPER)
    lab = Folder(tmp_path, COMPILED)
    assert lab.run() == ["t 1", "t 2"]
    assert lab.results("t") == [3, 5]
    assert list(tmp_path.glob("__pycache__/numba-*/**/*.nbc"))
    settled(lab)
    (tmp_path / "helper.py").write_text(HELPER.replace("x * 2", "x * 10"))
    assert lab.run() == ["t 1", "t 2"]
    assert lab.results("t") == [11, 21]
    settled(lab)
    lab.command("repro", "t", "n=1")
    assert "the same result" in lab.said
