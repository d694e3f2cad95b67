"""Limits of combinations that change: what they ended runs again, and nothing else does."""

import pytest

from tests.support.traced_folder import TRACING, Folder

EXPERIMENT = f"""
import os
from mlx2smk import trial, verify
{TRACING}
@trial(1, {{"n": [0, 1, 2, 3, 4]}}, timeout=LIMIT)
def quick(n):
    ran("quick", n)
    if n == 4:
        raise ValueError(n)
    while n == 1:
        pass
    return n

@trial(2, {{"n": [5, 6]}}, timeout=LIMIT)
def other(n):
    ran("other", n)
    return n

@verify(["quick"])
def check(results):
    ran("check")
    return [run.get("type") for run in results["quick"]][1] == "TimeoutError"
"""


def with_limit(limit):
    return EXPERIMENT.replace("timeout=LIMIT", limit)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 3])
def test_what_a_limit_ended_runs_again_when_it_changes(tmp_path, batch):
    folder = Folder(tmp_path, with_limit("timeout=2"), f"--batch={batch}")
    everything = ["check", *(f"other {n}" for n in (5, 6)), *(f"quick {n}" for n in range(5))]
    assert folder.run() == everything
    assert folder.results("quick") == [0, "TimeoutError", 2, 3, "ValueError"]
    assert folder.run() == []
    folder.write(with_limit("timeout=2.5"))
    folder.command("explain", "exp.py")
    assert "quick: 1 of 5 run" in folder.said
    assert "timeout=, which ended runs, changed" in folder.said
    assert folder.run() == ["check", "quick 1"]
    assert folder.report()["trials"]["quick"][1]["limit"] == {"timeout": 2.5}
    folder.write(with_limit('timeout=2.5, memory="2 GB"'))
    assert folder.run() == []
