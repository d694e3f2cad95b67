"""SETUP kept by modules, instances and copies: what is read of it, what edits run again, and what the analysis misses."""

import json
import shutil
from collections import Counter

import pytest

from tests.support.explained_project import Project
from tests.support.paths import TESTS

SEEDS = {"seed", "numpy_seed", "torch_seed", "pythonhashseed"}


@pytest.fixture
def project(tmp_path):
    shutil.copytree(TESTS / "projects" / "training", tmp_path / "training")
    return Project(tmp_path / "training")


def reads(project):
    project.mlx("compile", "exp.py")
    path = project.folder / "workflow/experiments/exp/plan.json"
    plan = json.loads(path.read_text())
    found = {each["name"]: each for each in [*plan["trials"], *plan["verifications"]]}
    assert not any(each.get("chained") for each in found.values())
    return {
        name: None if each["reads"] is None else set(each["reads"]) - SEEDS
        for name, each in found.items()
    }


def report(project):
    return json.loads((project.folder / "results/exp/report.json").read_text())


def test_what_is_read(project):
    assert reads(project) == {
        "plain": {"rate", "steps"},
        "decaying": {"rate", "steps", "decay"},
        "scaled": {"scale", "name"},
        "formatted": {"rate", "steps"},  # and what no analysis sees
        "check": {"last"},
    }


@pytest.mark.slow
def test_what_edits_run_again(project):
    # A text that reads a key of an attribute is not seen: the run says so, and the next compile knows.
    with pytest.raises(AssertionError, match=r"formatted read SETUP\['spare'\]"):
        project.run()
    project.run()
    results = {
        name: [run["result"] for run in runs] for name, runs in report(project)["trials"].items()
    }
    assert results == {
        "plain": [9 * n for n in (1, 2)],
        "decaying": [{"y": (3 * n - 1) * 3 - 1, "context_update": {"last": n}} for n in (1, 2)],
        "scaled": [10 + 1],
        "formatted": ["0 1"],
    }
    assert report(project)["status"] == "validated"
    assert reads(project)["formatted"] == {"rate", "steps", "spare"}
    project.edit('"decay": 1', '"decay": 2')
    project.edit('"name": "x"', '"name": "y"')
    project.edit("self.decay = ", "self.decay = 2 * ", "trainers.py")
    assert project.run()[0] == Counter(init=1, decaying=2, scaled=1)
    project.edit('"steps": 2', '"steps": 1')
    assert project.run()[0] == Counter(init=1, plain=2, decaying=2, formatted=1, check=1)
