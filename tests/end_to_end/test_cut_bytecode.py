"""Bytecode of the worker that a full disk has cut short, as Python leaves it without an error."""

import os

import pytest

from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

TEXT = f"""\
import os
from mlx2smk import trial
{TRACING}

@trial(1, {{"n": [1, 2]}})
def t(n):
    ran(n)
    return n
"""


def test_it_is_made_again(tmp_path):
    folder = Folder(tmp_path, TEXT)
    assert folder.run() == ["1", "2"]
    cached = list((tmp_path / "workflow" / "mlx").rglob("*.pyc"))
    assert cached
    for path in cached:
        os.truncate(path, path.stat().st_size // 2)
    folder.write(TEXT.replace("return n", "return -n"))
    assert folder.run() == ["1", "2"]
    assert folder.results("t") == [-1, -2]
