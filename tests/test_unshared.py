"""Jobs that share no folder with Snakemake: each runs in an empty one, as a pod of Kubernetes does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import reference

from mlx2smk.cli import main

HERE = Path(__file__).resolve().parent

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
    monkeypatch.setenv("PYTHONPATH", str(HERE / "plugins"))
    return [
        *("--executor", "cluster-generic", "--jobs", "2"),
        *("--cluster-generic-submit-cmd", str(tmp_path / "submit")),
        *("--cluster-generic-status-cmd", str(tmp_path / "status")),
        *("--seconds-between-status-checks", "1", "--latency-wait", "1"),
        *("--shared-fs-usage", "none", "--job-deploy-sources"),
        *("--default-storage-provider", "shelf"),
        *("--default-storage-prefix", str(tmp_path / "shelf")),
    ]


@pytest.mark.slow
def test_an_experiment_with_its_modules(tmp_path, monkeypatch, cluster):
    home = tmp_path / "home"
    (home / "code").mkdir(parents=True)
    (home / "code" / "exp.py").write_text(EXPERIMENT)
    (home / "code" / "helper.py").write_text("def double(n):\n    return 2 * n\n")
    monkeypatch.chdir(home)
    assert main(["compile", "code/exp.py", "--batch", "2"]) == 0
    command = [sys.executable, "-m", "snakemake", *cluster]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    logs = [path.read_text() for path in tmp_path.glob("pods/*/log")]
    assert done.returncode == 0, "\n".join([done.stdout, done.stderr, *logs])
    report = json.loads((tmp_path / "shelf/results/exp/report.json").read_text())
    expected = reference.run_experiment(Path("code/exp.py"), home)
    assert reference.normalise(report) == reference.normalise(expected)
    assert len(list((tmp_path / "pods").iterdir())) == 3
    # The results are elsewhere, so there is nothing here to sum up.
    assert "not finished" not in done.stdout + done.stderr
