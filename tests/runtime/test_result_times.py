"""Results whose times say nothing, or something wrong, as after a copy, an archive or a wrong clock."""

import hashlib
import json
import os
import time
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from mlx2smk.runtime import digests
from mlx2smk.runtime.workflow.result_times import settle_times

DAY = 86_400


def dated(folder, times):
    """Write results with these times; return what reads their times."""
    for name, when in times.items():
        path = folder / name
        path.write_text(name)
        os.utime(path, (when, when))
    return lambda: {name: (folder / name).stat().st_mtime for name in times}


def test_no_result_is_newer_than_what_is_made_next(tmp_path):
    now = time.time()
    ahead = {"old": -100.0, "first": 5.0, "second": 50.0, "far": 1000.0 * DAY}
    found = dated(tmp_path, {f"{name}.json": now + seconds for name, seconds in ahead.items()})
    settle_times(str(tmp_path))
    times = found()
    assert max(times.values()) <= time.time()
    # a little ahead: in the same order as before; far ahead: older than all, so that contents decide
    assert times["far.json"] < times["old.json"] < times["first.json"] <= times["second.json"]


@pytest.mark.parametrize("others", [5.5, 1e9])
def test_no_result_has_the_time_that_snakemake_takes_for_none(tmp_path, others):
    first = {"a.json": 0, "b.svg": 0, "c.html": 1, "d.json": -5, "e.json": time.time() + DAY}
    found = dated(tmp_path, {**first, "other.json": others})
    settle_times(str(tmp_path))
    times = found()
    assert times.pop("other.json") == others
    assert all(1 <= when < others for when in times.values())


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("results").mkdir()
    Path(".snakemake/metadata").mkdir(parents=True)


def recorded(path, inputs, *, ended=100.0, checksums=None):
    """Record what an output was made from, as Snakemake does."""
    record = {"input": inputs, "endtime": ended, "input_checksums": checksums or {}}
    key = urlsafe_b64encode(path.encode()).decode()
    Path(".snakemake/metadata", key).write_text(json.dumps(record))


def checksum(text):
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def settled_order():
    """Settle times that are all the same; return the results from the oldest to the newest, those alike sorted."""
    settle_times("results")
    paths = sorted(Path("results").iterdir())
    return [path.stem for path in sorted(paths, key=lambda path: path.stat().st_mtime)]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("when", [1e9, 0, 4e9])
def test_what_was_made_from_another_content_is_older_than_all(when):
    dated(Path("results"), {"a.json": when, "b.json": when, "c.json": when})
    recorded("results/b.json", ["results/a.json"], checksums={"results/a.json": checksum("a.json")})
    recorded("results/c.json", ["results/a.json"], checksums={"results/a.json": checksum("before")})
    assert settled_order() == ["c", "a", "b"]
    assert Path("results/c.json").stat().st_mtime < Path("results/a.json").stat().st_mtime


@pytest.mark.usefixtures("project")
def test_inputs_without_checksums_since_they_are_large():
    dated(Path("results"), {"a.json": 1e9, "b.json": 1e9, "c.json": 1e9, "d.json": 1e9})
    recorded("results/a.json", [], ended=100.0)
    recorded("results/b.json", ["results/a.json"], ended=100.5)
    recorded("results/c.json", ["results/a.json"], ended=99.5)
    recorded("results/d.json", ["results/a.json", "elsewhere.csv"], ended=100.0)
    assert settled_order() == ["c", "a", "b", "d"]


@pytest.mark.usefixtures("project")
def test_only_what_has_a_checksum_is_read(monkeypatch):
    """A declared input may have terabytes."""
    read = []
    monkeypatch.setattr(digests, "of_file", lambda path: read.append(path) or "0")
    dated(Path(), {"large.bin": 1e9, "small.csv": 1e9})
    dated(Path("results"), {"a.json": 1e9, "b.json": 1e9})
    for path in ("results/a.json", "results/b.json"):
        recorded(path, ["large.bin", "small.csv"], checksums={"small.csv": "sha256:0"})
    settle_times("results")
    assert read == ["small.csv"]


@pytest.mark.usefixtures("project")
def test_what_snakemake_makes_again_anyway_stays():
    dated(Path("results"), {"a.json": 1e9, "b.json": 1e9, "c.json": 1e9})
    recorded("results/a.json", ["gone"], checksums={"gone": checksum("x")})
    recorded("results/b.json", ["results"], checksums={"results": checksum("x")})
    key = urlsafe_b64encode(b"results/c.json").decode()
    Path(".snakemake/metadata", key).write_text("cut sho")
    settle_times("results")
    assert {path.stat().st_mtime for path in Path("results").iterdir()} == {1e9}


@pytest.mark.usefixtures("project")
def test_nothing_is_changed_while_another_snakemake_is_at_work():
    future = time.time() + DAY
    found = dated(Path("results"), {"a.json": 0, "b.json": future})
    Path(".snakemake/locks").mkdir()
    Path(".snakemake/locks/0.output.lock").write_text("results/a.json\n")
    before = found()
    settle_times("results")
    assert found() == before


@pytest.mark.usefixtures("project")
def test_a_result_of_somebody_else_is_made_again(monkeypatch):
    dated(Path("results"), {"a.json": 0, "b.json": 1e9})

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)
    settle_times("results")
    (mark,) = Path(".snakemake/incomplete").iterdir()
    assert mark.name == urlsafe_b64encode(b"results/a.json").decode()
    Path(".snakemake/incomplete").rename("aside")
    Path(".snakemake/incomplete").write_text("no folder can be here")
    settle_times("results")
