"""Snakemake's limit of jobs per second is lifted where it means none, and kept where it is somebody's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlx2smk.cli import main

EXPERIMENT = """\
import time

from mlx2smk import trial

@trial(1, {"n": [1, 2, 3]})
def t(n):
    time.sleep(1.2)
"""
JOBS = 7  # the context, three combinations, the collection, the report, `all`
ROUND = "Resources before job selection"

pytestmark = pytest.mark.slow


def rounds(folder, *options):
    """Return how many rounds of scheduling a run takes; each job that ends is worth one."""
    (folder / "exp.py").write_text(EXPERIMENT, encoding="utf-8")
    assert main(["compile", str(folder / "exp.py"), "--directory", str(folder)]) == 0
    command = [sys.executable, "-m", "snakemake", "-j1", "--verbose", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr.count(ROUND)


def test_the_profile_s_own_limit_starts_no_rounds(tmp_path):
    assert rounds(tmp_path) <= JOBS + 1


def test_the_user_s_limit_stays(tmp_path):
    assert rounds(tmp_path, "--max-jobs-per-timespan", "900/1s") > JOBS + 1
