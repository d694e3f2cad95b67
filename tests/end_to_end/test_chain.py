"""Combinations that have to run in order, more than a thousand of them."""

import json
import subprocess
import sys

import pytest

LINKS = 1010  # more than Python's limit of recursion

EXPERIMENT = f"""\
from mlx2smk import setup, trial


@setup()
def init():
    return {{"sum": 0, "last": None}}


@trial(1, {{"n": {list(range(LINKS))}}})
def add(n):
    return {{"before": SETUP["last"], "context_update": {{"sum": SETUP["sum"] + n, "last": n}}}}
"""


@pytest.mark.slow
def test_each_of_many_links_sees_the_one_before(tmp_path):
    (tmp_path / "chain.py").write_text(EXPERIMENT, encoding="utf-8")
    for command in ["mlx2smk.cli", "compile", "chain.py"], ["snakemake", "-j2", "--quiet", "all"]:
        subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, check=True)
    report = json.loads((tmp_path / "results/chain/report.json").read_text(encoding="utf-8"))
    befores = [run["result"]["before"] for run in report["trials"]["add"]]
    assert befores == [None, *range(LINKS - 1)]
    assert report["context"] == {"sum": LINKS * (LINKS - 1) // 2, "last": LINKS - 1}
