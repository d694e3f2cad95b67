"""Results whose times say nothing, or something wrong: contents decide what runs again."""

from __future__ import annotations

import os

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

FUTURE = 4_000_000_000.0  # in 2096

UPDATED = (
    "import os\nfrom mlx2smk import setup, trial, verify\n"
    + TRACING
    + """
RATE = 1

@setup()
def init():
    return {"rate": RATE}

@trial(1, {"n": [1, 2], "__parallel__": 1})
def use(n):
    ran("use", n)
    return {"is": n * SETUP["rate"], "context_update": {"last": n * SETUP["rate"]}}

@trial(2, {})
def after():
    ran("after")
    return SETUP["last"]

@verify(["use"])
def check(results):
    ran("check")
    return SETUP["last"] > 5
"""
)


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "work").mkdir()
    lab = Folder(tmp_path / "work", UPDATED)
    lab.run()
    return lab


def date(lab, when):
    """Give each result the time that ``when`` gives it."""
    for path in (lab.path / "results").rglob("*"):
        os.utime(path, (when(path), when(path)))


def is_as_for_rate(lab, rate):
    """Check that all results are those of a rate, and that nothing is left to do."""
    assert [run["is"] for run in lab.results("use")] == [rate, 2 * rate]
    assert lab.results("after") == [2 * rate]
    assert lab.report()["verifications"]["check"]["verdict"] == (
        "supports" if 2 * rate > 5 else "refutes"
    )
    settled(lab)


@pytest.mark.parametrize(
    ("runs", "json", "others"),
    [
        (0, 0, 0),  # OSTree, and archives that are made to be reproducible
        (1, 1, 0),
        (FUTURE, 1, 1),  # 1: the store of Nix
        (FUTURE, FUTURE, 0),
        (FUTURE, 0.25, 0.25),
        (-1000, 0, 0),
        (FUTURE, -1000, -1000),
    ],
)
def test_the_first_and_the_last_times_there_are(lab, runs, json, others):
    def when(path):
        return runs if "runs" in path.parts else json if path.suffix == ".json" else others

    date(lab, when)
    lab.write(UPDATED.replace("RATE = 1", "RATE = 5"))
    assert lab.run() == ["after", "check", "use 1", "use 2"]
    is_as_for_rate(lab, 5)


STEPS = ["setup/init.json", "context/use.json", "runs/use/n~1.json", "runs/use/n~2.json"]
STEPS += ["trials/use.json", "context/after.json", "runs/after/once.json", "verify/check.json"]


@pytest.mark.parametrize(
    ("step", "when"),
    [(step, 1e9) for step in STEPS] + [("context/use.json", FUTURE), ("context/after.json", 0)],
)
def test_a_run_that_was_cut_short_and_copied_without_its_times(lab, step, when):
    lab.write(UPDATED.replace("RATE = 1", "RATE = 5"))
    lab.run(f"results/exp/{step}")
    date(lab, lambda _: when)
    lab.run()
    is_as_for_rate(lab, 5)
