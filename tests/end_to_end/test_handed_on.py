"""SETUP in helpers and in the processes of pools: what edits run again, and what is foreseen."""

import json
import shutil
from collections import Counter

import pytest

from tests.support.explained_project import Project
from tests.support.paths import TESTS

POOLS = {"pooled": 2, "joined": 1}


@pytest.fixture
def project(tmp_path):
    shutil.copytree(TESTS / "projects" / "pooled", tmp_path / "pooled")
    return Project(tmp_path / "pooled")


def report(project):
    return json.loads((project.folder / "results/exp/report.json").read_text())


def results(project):
    return {
        name: [run["result"] for run in runs] for name, runs in report(project)["trials"].items()
    }


@pytest.mark.slow
def test_what_edits_run_again(project):
    ran, _ = project.run()
    assert ran == Counter(init=1, fit=2, pooled=2, joined=1, search=3, check=1)
    updates = [{"best": n, "seen": n} for n in (1, 2, 3)]
    assert results(project) == {
        "fit": [{"score": 10 * n + 3, "context_update": {"last": n}} for n in (1, 2)],
        "pooled": [[37, 47]] * 2,  # (x + 2) * 10 + 7
        "joined": [[37, 47]],
        "search": [{"context_update": update} for update in updates],
    }
    assert report(project)["status"] == "validated"
    assert report(project)["context"] == {
        "rate": 10,
        "depth": 3,
        "spare": 0,
        "best": 3,
        "last": 2,
        "seen": 3,
    }
    # a key that only unused code would read, and what no process uses
    project.edit('"spare": 0', '"spare": 1')
    project.edit("UNUSED = 3", "UNUSED = 4", "work.py")
    assert project.run()[0] == Counter(init=1)
    # what only the processes of the pools read
    (project.folder / "data.txt").write_text("8\n")
    project.foresee_and_run(POOLS)
    assert results(project)["pooled"] == [[38, 48]] * 2
    # what only the helper reads of SETUP
    project.edit('"depth": 3', '"depth": 4')
    assert project.run()[0] == Counter(init=1, fit=2)
    # Combinations that run in order see the updates of those before them; the third sees what it saw.
    project.edit('"rate": 10', '"rate": 20')
    project.edit('"best": 0', '"best": 2')
    ran, _ = project.run()
    assert ran == Counter(init=1, fit=2, search=2, check=1, **POOLS)
    assert results(project)["joined"] == [[68, 88]]
    updates[0]["best"] = 2
    assert results(project)["search"] == [{"context_update": update} for update in updates]


def test_what_is_read_and_written(project):
    project.mlx("compile", "exp.py")
    path = project.folder / "workflow/experiments/exp/plan.json"
    trials = {each["name"]: each for each in json.loads(path.read_text())["trials"]}
    seeds = {"seed", "numpy_seed", "torch_seed", "pythonhashseed"}
    reads = {name: set(each["reads"]) - seeds for name, each in trials.items()}
    assert reads == {
        "fit": {"rate", "depth"},
        "pooled": {"rate"},
        "joined": {"rate"},
        "search": {"best", "seen"},
    }
    writes = {name: each["writes"] for name, each in trials.items()}
    assert writes == {"fit": ["last"], "pooled": [], "joined": [], "search": ["best", "seen"]}
    assert [name for name, each in trials.items() if each["chained"]] == ["search"]
