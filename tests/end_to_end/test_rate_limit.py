"""Snakemake's limit of jobs per second is lifted where it means none, and kept where it is somebody's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mlx2smk.cli import main

EXPERIMENT = """\
from mlx2smk import trial

@trial(1, {"n": [1, 2, 3]})
def t(n):
    return n
"""

SNAKEMAKE = """\
import sys
from snakemake.cli import main
from snakemake.scheduling.job_scheduler import JobScheduler, JobRateLimiter

def noted(method, what):
    def wrapper(*given):
        print(what, file=sys.stderr)
        return method(*given)
    return wrapper

JobScheduler._schedule_reevalutation = noted(JobScheduler._schedule_reevalutation, "ROUND")
JobRateLimiter.register_jobs = noted(JobRateLimiter.register_jobs, "LIMITED")
main(sys.argv[1:])
"""
"""Snakemake, which says when the limit counts jobs, and when it starts another round of scheduling later."""

pytestmark = pytest.mark.slow


def said(folder, *options):
    """Return what the limit of a run did, without repetitions."""
    (folder / "exp.py").write_text(EXPERIMENT, encoding="utf-8")
    assert main(["compile", str(folder / "exp.py"), "--directory", str(folder)]) == 0
    command = [sys.executable, "-c", SNAKEMAKE, "-j1", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {"ROUND", "LIMITED"}.intersection(done.stderr.splitlines())


def test_the_profile_s_own_limit_counts_nothing_and_starts_no_rounds(tmp_path):
    assert said(tmp_path) == set()


def test_the_user_s_limit_stays(tmp_path):
    assert said(tmp_path, "--max-jobs-per-timespan", "900/1s") == {"ROUND", "LIMITED"}
