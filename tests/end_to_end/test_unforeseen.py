"""An update that no analysis foresees reaches every run that should see it, also after edits."""

from __future__ import annotations

import json
import sys

import pytest

from mlx2smk.cli import main
from tests.support import warm_snakemake

pytestmark = pytest.mark.slow

EXPERIMENT = """\
from mlx2smk import trial


@trial(1, {"n": [1]})
def first(n):
    return {"etadpu_txetnoc"[::-1]: {"x": n}}


@trial(1, {})
def second():
    return 0


@trial(2, {})
def later():
    return SETUP.get("x")
"""


def run(folder, text):
    (folder / "exp.py").write_text(text, encoding="utf-8")
    assert main(["compile", "exp.py"]) == 0
    command = [sys.executable, "-m", "snakemake", "-j2"]
    return warm_snakemake.run(command, capture_output=True, text=True, check=False)


def results(folder):
    report = json.loads((folder / "results/exp/report.json").read_text(encoding="utf-8"))
    return {name: [run["result"] for run in runs] for name, runs in report["trials"].items()}


def test_a_trial_of_the_same_order_starts_to_read_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run(tmp_path, EXPERIMENT)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path)["later"] == [1]
    reading = EXPERIMENT.replace("return 0", 'return SETUP.get("x")')
    done = run(tmp_path, reading)
    assert done.returncode == 1
    assert "first updated SETUP['x'], which the analysis did not foresee" in done.stderr
    assert "or run mlx compile again" in done.stderr
    done = run(tmp_path, reading)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path)["second"] == [1]


def test_another_combination_starts_to_read_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = 'return {"etadpu_txetnoc"[::-1]: {"x": n}} if n == 1 else SETUP.get("x")'
    text = EXPERIMENT.replace('return {"etadpu_txetnoc"[::-1]: {"x": n}}', body)
    done = run(tmp_path, text)
    assert done.returncode == 0, done.stderr
    several = text.replace('"n": [1]', '"n": [1, 2]')
    done = run(tmp_path, several)
    assert done.returncode == 1
    assert "first updated SETUP['x'], which the analysis did not foresee" in done.stderr
    done = run(tmp_path, several)
    assert done.returncode == 0, done.stderr
    assert results(tmp_path)["first"] == [{"context_update": {"x": 1}}, 1]
