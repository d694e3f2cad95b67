"""Runs of which anything is killed at random moments; `tests/support/killings.py` says what is checked."""

import json
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

FIRST, LAST = 0, 5
"""The seeds: few of those that were tried, since each takes several runs of Snakemake."""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_the_next_run_goes_on_whatever_was_killed(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killings", tmp_path, str(FIRST), str(LAST)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["seed"] for each in found] == [None, *range(FIRST, LAST + 1)]
    assert [each for each in found if each["wrong"]] == []
