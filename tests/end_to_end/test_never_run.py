"""Edits of branches that never run re-run nothing; should such a branch run after all, the whole file does."""

from __future__ import annotations

import pytest

from tests.support.checked_runs import checked
from tests.support.without_snakemake import Executor

EXPERIMENT = """\
import os
import sys
from typing import TYPE_CHECKING

from decorators import trial

import config
import model

if TYPE_CHECKING:
    import unused

put = setattr


def note():
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        file.write("t\\n")


@trial(1, {"n": [1, 2]})
def t(n):
    note()
    return model.score(n)
"""

CONFIG = "DEBUG = False\nMODE = 'fast'\n"

MODEL = """\
import sys

import config

if sys.version_info >= (3, 8):
    def start(n): return n
else:
    def start(n): return -n


def rare(n):
    return n * 100


def score(n):
    if config.DEBUG:
        return rare(n)
    elif config.MODE == "slow":
        return rare(n) + 1
    return start(n)
"""

FILES = {"exp.py": EXPERIMENT, "config.py": CONFIG, "model.py": MODEL, "unused.py": "A = 1\n"}


@pytest.fixture
def lab(tmp_path, server):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return Executor(tmp_path, server, follows=True)


@pytest.mark.parametrize(
    ("name", "old", "new", "count"),
    [
        ("exp", "    import unused", "    import unused as u, os.path", 0),
        ("model", "return -n", "return -n - 1", 0),
        ("model", "rare(n) + 1", "rare(n) + 2", 0),
        ("model", "n * 100", "n * 200", 0),
        ("model", "return rare(n)\n    elif", "rare(3)\n        return 4\n    elif", 0),
        ("config", "DEBUG = False", "DEBUG = True", 2),
        ("config", "'fast'", "'slow'", 2),
        ("config", "'fast'", "'faster'", 2),
        ("model", "if config.DEBUG", "if not config.DEBUG", 2),
        ("model", "(3, 8)", "(4, 0)", 2),
        ("model", "def start(n): return n\n", "def start(n): return n + 1\n", 2),
        ("exp", "put = setattr", "config.DEBUG = True", 2),
        ("config", "MODE", "DEBUG = True\nMODE", 2),
    ],
)
def test_an_edit(lab, name, old, new, count):
    assert checked(lab) == 2
    text = FILES[f"{name}.py"]
    assert text.count(old) == 1
    assert checked(lab, **{name: text.replace(old, new)}) == count


def test_a_branch_that_runs_after_all(lab):
    # Nobody can see what `put` sets.
    odd = EXPERIMENT.replace("    note()\n", '    put(sys.modules["config"], "DE" + "BUG", n == 2)\n    note()\n')  # fmt: skip
    checked(lab, exp=odd)
    assert checked(lab, exp=odd) == 0
    assert checked(lab, model=MODEL.replace("n * 100", "n * 200")) > 0
    assert (
        checked(
            lab, model=MODEL.replace("return rare(n)\n    elif", "return rare(n) + 5\n    elif")
        )
        > 0
    )
