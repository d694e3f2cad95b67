"""`mlx history` and `mlx diff` after real runs: what an edit did to code, verdicts and numbers."""

from __future__ import annotations

import json
import math
import subprocess

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_history import NoFinishedRuns, UnknownFinishedRun
from tests.support.traced_folder import Folder

pytestmark = pytest.mark.xdist_group("history")  # its runs are made once

EXPERIMENT = """
from mlx2smk import setup, trial, verify
SCALE = 0.5
@setup()
def init():
    return {"folds": 3}
def normalize(x):
    return x * SCALE
@trial(1, {"n": [1, 2, 3], "seed": [0, 1]})
def train(n, seed):
    return {"acc": normalize(n) + seed, "same": 1, "folds": SETUP["folds"]}
@trial(2, {"k": [1, 2]})
def other(k):
    return k
@verify(["train"])
def check(results):
    return all(r["result"]["acc"] < 3 for r in results["train"])
"""
SECOND = EXPERIMENT.replace("0.5", "0.75").replace('"folds": 3', '"folds": 4')
WHO = ("-c", "user.name=n", "-c", "user.email=e")


def git(folder, *words):
    command = ["git", *WHO, *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A folder with three finished runs: as it was, edited, and edited back to where it was."""
    path = tmp_path_factory.mktemp("remembered") / "at"
    path.mkdir()
    lab = Folder(path, EXPERIMENT, "--batch", "3")
    git(path, "init", "-q")
    git(path, "add", "exp.py")
    git(path, "commit", "-qm", "one")
    lab.run()
    lab.run()  # nothing runs
    lab.write(SECOND)
    lab.run()
    lab.second = lab.report()
    broken = EXPERIMENT.replace('return {"folds": 3}', 'raise ValueError("no")')
    lab.write(broken)
    lab.run(status=1)  # a run that does not finish
    lab.write(EXPERIMENT)
    lab.run()
    return lab


def shown(capsys, lab, *words, status=0):
    assert main([words[0], "-d", str(lab.path), *words[1:]]) == status
    captured = capsys.readouterr()
    return captured.out if not status else captured.err


@pytest.mark.slow
def test_history(capsys, lab):
    runs = json.loads(shown(capsys, lab, "history", "--format", "json"))
    assert [entry["run"] for entry in runs] == [3, 2, 1]
    assert [entry["status"] for entry in runs] == ["validated", "invalidated", "validated"]
    head = git(lab.path, "rev-parse", "HEAD")
    assert [entry["git"] for entry in runs] == [
        {"commit": head, "dirty": dirty} for dirty in (False, True, False)
    ]
    assert runs[-1]["changes"] is None
    assert runs[1]["changes"] == [
        "init() changed in exp.py:5",
        "SCALE changed 0.5 → 0.75 in exp.py:3, reached through train → normalize",
        "SETUP['folds'] changed 3 → 4",
    ]
    said = shown(capsys, lab, "history", "exp").splitlines()
    assert said[0].startswith("run 3, ")
    assert f"{head[:7]} (edited): invalidated" in "\n".join(said)
    assert "  verification check: supports → refutes" in said
    assert said.count("  trial train: 6 combinations") == 3


@pytest.mark.slow
def test_diff(capsys, lab):
    said = shown(capsys, lab, "diff", "1", "2").splitlines()
    assert "  status: validated → invalidated" in said
    assert "  verification check: supports → refutes" in said
    at = said.index(
        "  trial train: SCALE changed 0.5 → 0.75 in exp.py:3, reached through train → normalize; "
        "SETUP['folds'] changed 3 → 4"
    )
    # The same difference everywhere comes before acc, whose differences are 0.25 n, with n in 1, 1, 2, 2, 3, 3.
    half = 2.570582 * 0.25 * math.sqrt(4 / 5) / math.sqrt(6)
    assert said[at + 1 : at + 4] == [
        "    → folds 3.0 → 4.0 (+1.0 ± 0.0 over 6 pairs)",
        f"    → acc 1.5 → 2.0 (+0.5 ± {half:.6g} over 6 pairs)",
        "    → unchanged: same",
    ]
    assert not any(line.startswith("  trial other") for line in said)
    last = json.loads(shown(capsys, lab, "diff", "--format", "json"))
    assert (last["before"]["run"], last["after"]["run"]) == (2, 3)
    assert last["verifications"] == {"check": {"before": "refutes", "after": "supports"}}
    folds, acc = last["trials"]["train"]["differences"]
    assert (folds["metric"], folds["mean"]) == ("folds", -1)
    assert (acc["mean"], acc["pairs"]) == (-0.5, 6)
    assert acc["half"] == pytest.approx(half, rel=1e-5)
    commit = git(lab.path, "rev-parse", "HEAD")[:8]
    assert shown(capsys, lab, "diff", "1", commit).splitlines()[-1] == "  nothing has changed"


@pytest.mark.slow
def test_records_say_when_and_where_they_were_made(lab):
    record = json.loads((lab.path / "results/exp/runs/train/0-2.json").read_text())
    ((made, numbers),) = record["provenance"]
    assert numbers == [0, 1, 2]
    commit = git(lab.path, "rev-parse", "HEAD")
    # It came back from the store: it was made in the first run, before the checkout was edited.
    assert made["git"] == {"commit": commit, "dirty": False}
    first = json.loads((lab.path / ".mlx/history/exp/000001.json").read_text())
    last = json.loads((lab.path / ".mlx/history/exp/000003.json").read_text())
    assert made["when"] <= first["provenance"]["when"] < last["provenance"]["when"]
    for path in ("setup/init.json", "verify/check.json"):
        assert json.loads((lab.path / "results/exp" / path).read_text())["provenance"]
    assert "provenance" not in (lab.path / "results/exp/report.json").read_text()


@pytest.mark.slow
def test_wrong_runs(capsys, lab):
    said = shown(capsys, lab, "diff", "9", status=2)
    assert UnknownFinishedRun.code in said
    assert "1 to 3" in said
    assert UnknownFinishedRun.code in shown(capsys, lab, "diff", "exp", "abcdef0", status=2)
    assert "two runs" in shown(capsys, lab, "diff", "1", "2", "3", status=2)
    assert "MLX802" in shown(capsys, lab, "diff", "expp", status=2)


@pytest.mark.slow
def test_gc_keeps_what_the_runs_of_the_history_were_made_of(capsys, lab):
    said = shown(capsys, lab, "gc").splitlines()
    assert "earlier code: 1 file" in said[0]  # that of the setup that failed
    assert said[1].startswith("in all: 1 file,")
    lab.write(SECOND)
    lab.run()
    # All from the store: not even the durations are others.
    assert lab.report()["trials"] == lab.second["trials"]
    assert "history of exp" in shown(capsys, lab, "gc", "--history", "1")
    runs = json.loads(shown(capsys, lab, "history", "--format", "json"))
    assert [entry["run"] for entry in runs] == [4]
    said = shown(capsys, lab, "diff", status=1)
    assert NoFinishedRuns.code in said
