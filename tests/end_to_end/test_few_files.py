"""Runs leave files by the number of jobs; a run that was cut short is packed before the next one looks."""

import shutil

import pytest

from tests.support.stored_runs import files_of_runs, stored_lines
from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

TEXT = f"""\
import os
from mlx2smk import trial
{TRACING}

@trial(1, {{"n": {list(range(24))}}})
def t(n):
    ran(n)
    return n
"""
JOBS = 24
EACH = 3
"""Files for each job: its record, its log, and what Snakemake knows of it."""

REST = 26
"""All others: those of steps and of the folder, Snakemake's own, and the store."""


def left(folder):
    """Return how many files runs have left."""
    kinds = ("results", "logs", ".mlx", ".snakemake")
    return sum(path.is_file() for kind in kinds for path in (folder / kind).rglob("*"))


def written(store):
    return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in files_of_runs(store)}


def test_files_count_by_jobs(tmp_path):
    folder = Folder(tmp_path, TEXT, "--batch", "1")
    store = tmp_path / ".mlx" / "store"
    assert len(folder.run()) == JOBS
    assert left(tmp_path) <= EACH * JOBS + REST
    (first,) = files_of_runs(store)

    folder.write(TEXT.replace("return n", "return -n"))
    assert len(folder.run()) == JOBS
    assert len(files_of_runs(store)) == 2
    before = written(store)
    folder.write(TEXT)
    assert folder.run() == []
    assert written(store) == before
    assert left(tmp_path) <= EACH * JOBS + REST + 8

    # As a run leaves it that was killed: nothing was packed, and the jobs are others now.
    segment = store / "jobs" / first.parent.name / "killed.0"
    segment.parent.mkdir(parents=True)
    lines = [line for line in stored_lines(store) if line.path == first]
    data = first.read_bytes()
    segment.write_bytes(b"".join(data[line.start : line.end] for line in lines)[:-1])
    first.unlink()
    shutil.rmtree(tmp_path / "results")
    folder.options = ("--batch", "5")
    assert folder.run() == [str(lines[-1].entry["run"]["result"])]
    assert not segment.exists()
    assert sorted(folder.results("t")) == list(range(24))
    assert len(files_of_runs(store)) <= 3
