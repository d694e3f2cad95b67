"""Jobs that share no folder with Snakemake: each runs in an empty one, as a pod of Kubernetes does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.planning import batching
from tests import reference
from tests.support.paths import TESTS

EXPERIMENT = """\
import helper
from mlx2smk import setup, trial


@setup()
def init():
    return {"base": 10}


@trial(1, {"n": [1, 2, 3]})
def t(n):
    if n == 2:
        raise ValueError(n)
    return helper.double(n) + SETUP["base"]
"""
SUBMIT = """\
#!/bin/sh
# Runs the script to its end before it says its number.
mkdir "$PODS/$$" && cd "$PODS/$$" || exit 1
sh "$1" > log 2>&1
echo $? > status
echo $$
"""
STATUS = """\
#!/bin/sh
[ "$(cat "$PODS/$1/status")" = 0 ] && echo success || echo failed
"""


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Return the options for a cluster, and for a storage in the folder `shelf`."""
    for name, script in {"submit": SUBMIT, "status": STATUS}.items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    (tmp_path / "pods").mkdir()
    monkeypatch.setenv("PODS", str(tmp_path / "pods"))
    monkeypatch.setenv("PYTHONPATH", str(TESTS / "support" / "plugins"))
    return [
        *("--executor", "cluster-generic", "--jobs", "2"),
        *("--cluster-generic-submit-cmd", str(tmp_path / "submit")),
        *("--cluster-generic-status-cmd", str(tmp_path / "status")),
        *("--seconds-between-status-checks", "1", "--latency-wait", "1"),
        *("--shared-fs-usage", "none", "--job-deploy-sources"),
        *("--default-storage-provider", "shelf"),
        *("--default-storage-prefix", str(tmp_path / "shelf")),
    ]


FOLLOWING = """\
import os
from mlx2smk import setup, trial


@setup()
def init():
    return {"base": 10}


@trial(1, {"n": [1, 2]}, inputs=["data.txt"])
def of_input(n):
    with open("data.txt") as file, open(f"scratch{n}.txt", "w") as scratch:
        scratch.write(file.read())
    with open(f"scratch{n}.txt") as scratch:
        return [os.environ["MLXTEST_LEVEL"], n * int(scratch.read()), os.getcwd()]


@trial(1, {})
def plain():
    return [SETUP["base"], os.getcwd()]
"""


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "home" / "code").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path / "home"


def run(cluster, tmp_path):
    """Run Snakemake; return its report and what it said."""
    command = [sys.executable, "-m", "snakemake", *cluster]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    logs = [path.read_text() for path in tmp_path.glob("pods/*/log")]
    assert done.returncode == 0, "\n".join([said, *logs])
    return json.loads((tmp_path / "shelf/results/exp/report.json").read_text()), said


@pytest.mark.slow
def test_an_experiment_with_its_modules(tmp_path, home, cluster):
    (home / "code" / "exp.py").write_text(EXPERIMENT)
    (home / "code" / "helper.py").write_text("def double(n):\n    return 2 * n\n")
    assert main(["compile", "code/exp.py", "--batch", "2"]) == 0
    report, said = run(cluster, tmp_path)
    expected = reference.run_experiment(Path("code/exp.py"), home)
    assert reference.normalise(report) == reference.normalise(expected)
    assert len(list((tmp_path / "pods").iterdir())) == 3
    # The results are elsewhere, so there is nothing here to sum up.
    assert "not finished" not in said


@pytest.mark.slow
def test_a_tail_is_decided_without_looking_at_its_head(tmp_path, home, cluster, monkeypatch):
    monkeypatch.setattr(batching, "HANDFUL", 2)
    monkeypatch.setattr(batching, "HEAD_SIZE", 2)
    text = '@trial(1, {"n": [1, 2, 3, 4]})\ndef t(n):\n    return n * n\n'
    (home / "code" / "exp.py").write_text(f"from mlx2smk import trial\n\n\n{text}")
    assert main(["compile", "code/exp.py"]) == 0
    assert "checkpoint pack_t:" in (home / "workflow" / "Snakefile").read_text()
    report, _ = run(cluster, tmp_path)
    assert [run["result"] for run in report["trials"]["t"]] == [1, 4, 9, 16]
    _, said = run(cluster, tmp_path)
    assert "Nothing to be done" in said


@pytest.mark.slow
def test_only_declared_inputs_count(tmp_path, home, cluster, monkeypatch):
    def results(trial):
        return [run["result"] for run in report["trials"][trial]]

    monkeypatch.setenv("MLXTEST_LEVEL", "low")
    (home / "code" / "exp.py").write_text(FOLLOWING)
    (home / "code" / "data.txt").write_text("5")
    assert main(["compile", "code/exp.py", "--batch", "2"]) == 0
    report, _ = run(cluster, tmp_path)
    assert [run[:2] for run in results("of_input")] == [["low", 5], ["low", 10]]
    plain = results("plain")
    assert plain[0][0] == 10
    # What jobs touched in folders of their own cannot be looked at from here, and is not missed.
    monkeypatch.setenv("MLXTEST_LEVEL", "high")
    report, said = run(cluster, tmp_path)
    assert "Nothing to be done" in said
    (home / "code" / "data.txt").write_text("6")
    report, _ = run(cluster, tmp_path)
    assert [run[:2] for run in results("of_input")] == [["high", 6], ["high", 12]]
    assert results("plain") == plain  # the folder that it ran in is another one each time
