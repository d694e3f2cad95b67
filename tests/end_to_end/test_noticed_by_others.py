"""A module that a library imports by a name in a file notices what the rest of the program does, such as seeding."""

from __future__ import annotations

import random

import pytest

from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

EXPERIMENT = """\
import os
import pydoc
import runpy
import yaml
import seeds
import drawing
from mlx2smk import trial
{tracing}

@trial(1, {{}})
def t():
    ran("t")
    with open("name.txt") as file:
        name = file.read()
    return {found}

@trial(1, {{}})
def alone():
    ran("alone")
    return 1
"""
FOUND = (
    'pydoc.locate(name + ".drawn")()',
    'yaml.unsafe_load(f"!!python/object/apply:{name}.drawn []")',
    'runpy.run_module(name)["drawn"]()',
)
SEEDS = "import random\nrandom.seed({})\n"
DRAWING = "import random\n\ndef drawn():\n    return random.randrange(1000)\n\ndef unused():\n    return 1\n"


def drawn(seed, below):
    return random.Random(seed).randrange(below)  # noqa: S311 -- what the program draws


@pytest.mark.parametrize("found", FOUND)
def test_numbers_are_those_of_the_seed(tmp_path, found):
    (tmp_path / "name.txt").write_text("drawing")
    (tmp_path / "drawing.py").write_text(DRAWING)
    (tmp_path / "seeds.py").write_text(SEEDS.format(1))
    lab = Folder(tmp_path, EXPERIMENT.format(tracing=TRACING, found=found))
    lab.run()
    assert lab.results("t") == [drawn(1, 1000)]
    assert lab.run() == []
    (tmp_path / "seeds.py").write_text(SEEDS.format(2))
    assert "t" in lab.run()
    assert lab.results("t") == [drawn(2, 1000)]
    assert lab.run() == []
    (tmp_path / "drawing.py").write_text(DRAWING.replace("1000", "10"))
    assert lab.run() == ["t"]
    assert lab.results("t") == [drawn(2, 10)]
    assert lab.run() == []
