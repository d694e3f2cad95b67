"""`mlx run --only --limit`: a part of the grids, in a folder of its own; what ran counts in the whole run."""

from __future__ import annotations

import json

import pytest

from mlx2smk.cli import main
from mlx2smk.results.gc import garbage
from tests.support.traced_folder import TRACING, Folder

EXPERIMENT = (
    "import os\n"
    + TRACING
    + """
from mlx2smk import setup, trial, verify
import helper
@setup()
def init():
    return {"total": 0}
@trial(1, {"lr": [1, 2, 3], "seed": [0, 1]})
def train(lr, seed):
    ran("train", lr, seed)
    return helper.twice(lr) + seed
@trial(2, {"k": [1, 2, 3]})
def chain(k):
    ran("chain", k)
    return {"context_update": {"total": SETUP["total"] + k}}
@verify(["train"])
def check(results):
    ran("check", [run["result"] for run in results["train"]])
    return len(results["train"]) == 6
"""
)


@pytest.mark.slow
def test_a_part_runs_and_counts_later(tmp_path, capsys):
    (tmp_path / "at").mkdir()
    lab = Folder(tmp_path / "at", EXPERIMENT)
    (lab.path / "helper.py").write_text("def twice(x):\n    return 2 * x\n")
    trace = tmp_path / "at.trace"
    words = ["mlx2smk.cli", "run", "exp.py", "-q", "--only", "seed == 1 and lr > 1", "--limit", "2"]
    assert lab.start(*words, trace=trace) == 0, lab.said
    assert sorted(trace.read_text().splitlines()) == [
        *("chain 1", "chain 2", "check [5, 7]", "train 2 1", "train 3 1")
    ]
    part = "seed == 1 and lr > 1, at most 2 combinations of a trial"
    assert f"exp: invalidated (only a part: {part})" in lab.said
    assert "mlx results -d .mlx/part/exp" in lab.said
    assert not (lab.path / "results").exists()
    assert not (lab.path / "workflow").exists()
    there = lab.path / ".mlx" / "part" / "exp"
    report = json.loads((there / "results/exp/report.json").read_text())
    assert report["partial"] == part
    assert report["context"] == {"total": 3}
    assert [run["params"] for run in report["trials"]["train"]] == [
        {"lr": 2, "seed": 1},
        {"lr": 3, "seed": 1},
    ]
    assert main(["results", "-d", str(there), "--trial", "train", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["result"] for row in rows] == [5, 7]
    # The whole run takes over what has run, the chain as far as it is the same.
    ran = lab.run()
    assert ran == [
        *("chain 3", "check [2, 3, 4, 5, 6, 7]", "train 1 0", "train 1 1", "train 2 0", "train 3 0")
    ]
    assert "partial" not in lab.report()
    assert lab.report()["context"] == {"total": 6}
    assert (
        lab.report()["trials"]["train"][3]["duration"] == report["trials"]["train"][0]["duration"]
    )
    assert [path.name for path in (lab.path / ".mlx/history/exp").glob("*.json")] == ["000001.json"]
    # The part is of an experiment that is still there.
    assert not [each.what for each in garbage(lab.path) if "partial" in each.what]
    crate = tmp_path / "crate"
    assert main(["report", "-d", str(there), "--crate", str(crate)]) == 0
    assert (crate / "exp.py").read_text() == (lab.path / "exp.py").read_text()
