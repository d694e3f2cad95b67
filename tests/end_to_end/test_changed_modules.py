"""A module that a run imports unforeseen is as the program makes it, although code that changes it is not in the slice."""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

EXPERIMENT = f"""\
import importlib
import os

import plugins
import registry
from mlx2smk import SETUP, setup, trial

registry.LIMIT = 2
{TRACING}

@setup()
def init():
    return {{"module": "registry"}}


@trial(1, {{"n": [1, 2]}})
def listed(n):
    ran("listed", n)
    found = importlib.import_module(SETUP["module"])
    return [sorted(found.KNOWN), found.LIMIT]


@trial(1, {{}})
def other():
    ran("other")
    return 1
"""
REGISTRY = """\
KNOWN = {}
LIMIT = 1


def register(function):
    KNOWN[function.__name__] = function
    return function
"""
PLUGINS = "from registry import register\n\n\n@register\ndef a(x):\n    return x\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "registry.py").write_text(REGISTRY)
    (tmp_path / "plugins.py").write_text(PLUGINS)
    return Folder(tmp_path, EXPERIMENT)


def test_what_changes_it_counts(folder):
    assert set(folder.run()) == {"listed 1", "listed 2", "other"}
    assert folder.results("listed") == [[["a"], 2]] * 2
    assert folder.run() == []
    (folder.path / "plugins.py").write_text(
        PLUGINS + PLUGINS.split("\n\n\n")[1].replace("a(", "b(")
    )
    assert set(folder.run()) == {"listed 1", "listed 2"}
    assert folder.results("listed") == [[["a", "b"], 2]] * 2
    folder.write(EXPERIMENT.replace("LIMIT = 2", "LIMIT = 3"))
    assert set(folder.run()) == {"listed 1", "listed 2"}
    assert folder.results("listed") == [[["a", "b"], 3]] * 2


def test_alone(folder):
    folder.run()
    assert folder.start("mlx2smk.cli", "repro", "listed", "n=1") == 0, folder.said
    assert "the same result as in the record" in folder.said
