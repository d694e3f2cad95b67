"""Results that joblib keeps hold as long as what they were computed with; its folder is not followed.

Expected values are those of the plain file in a folder where joblib has kept nothing yet.
"""

from __future__ import annotations

import shutil

import pytest

from tests.support.traced_folder import TRACING, Folder

pytest.importorskip("joblib")
pytestmark = pytest.mark.slow

CACHED = (
    "import os, time\nfrom joblib import Memory\nfrom mlx2smk import SETUP, setup, trial\n"
    + TRACING
    + """
memory = Memory("kept", verbose=0)
K = 1
OTHER = 1

def g(x):
    return x + K

@memory.cache
def f(x):
    with open("data.txt") as file:
        text = file.read()
    return [g(x), text, os.environ.get("LEVEL"), SETUP["a"], len(os.listdir("parts")), time.time_ns()]

@setup()
def prepare():
    return {"a": 5}

@trial(1, {"n": [1, 2], "__parallel__": 1})
def t(n):
    ran("t", n)
    return f(7)

@trial(2, {"n": [1]})
def u(n):
    ran("u", n)
    return [n, *f(7)[:5]]
"""
)
RAN = ["t 1", "t 2", "u 1"]


@pytest.fixture
def lab(tmp_path):
    folder = tmp_path / "work"
    (folder / "parts").mkdir(parents=True)
    (folder / "data.txt").write_text("one")
    return Folder(folder, CACHED)


def check(lab, *expected):
    """Check the results, and that the combinations of one trial share what joblib keeps."""
    kept = lab.results("t")
    assert [each[:5] for each in kept] == [list(expected)] * 2
    assert len({each[5] for each in kept}) == 1
    assert lab.results("u") == [[1, *expected]]
    assert lab.run(compiled=False) == []


def test_what_joblib_keeps_holds_as_long_as_what_it_was_computed_with(lab, monkeypatch):
    assert lab.run() == RAN
    check(lab, 8, "one", None, 5, 0)
    lab.write(CACHED.replace("OTHER = 1", "OTHER = 2"))
    assert lab.run() == []
    lab.write(CACHED.replace("K = 1", "K = 2"))  # joblib itself does not see this
    assert lab.run() == RAN
    check(lab, 9, "one", None, 5, 0)
    (lab.path / "data.txt").write_text("two")
    assert lab.run(compiled=False) == RAN
    check(lab, 9, "two", None, 5, 0)
    (lab.path / "parts" / "1").touch()
    assert lab.run(compiled=False) == RAN
    check(lab, 9, "two", None, 5, 1)
    monkeypatch.setenv("LEVEL", "high")
    assert lab.run(compiled=False) == RAN
    check(lab, 9, "two", "high", 5, 1)
    lab.write(CACHED.replace("K = 1", "K = 2").replace('"a": 5', '"a": 6'))
    assert lab.run() == RAN
    check(lab, 9, "two", "high", 6, 1)


def test_the_folder_of_joblib_is_not_followed(lab):
    assert lab.run() == RAN
    shutil.rmtree(lab.path / "kept")
    assert lab.run() == []
    lab.write(CACHED.replace("K = 1", "K = 2"))
    assert lab.run() == RAN
    lab.write(CACHED)
    assert lab.run() == []
    check(lab, 8, "one", None, 5, 0)


WRITING = """
from joblib import Memory
from mlx2smk import trial
memory = Memory("kept", verbose=0)

@memory.cache
def f(x):
    with open(f"made-{x}.txt", "w") as file:
        file.write("made")
    return x

@trial(1, {"n": [1, 2], "__parallel__": 1})
def t(n):
    f(n)
    return open(f"made-{n}.txt").read()
"""


def test_what_writes_files_runs_each_time(tmp_path):
    lab = Folder(tmp_path, WRITING)
    lab.run()
    assert lab.results("t") == ["made", "made"]
    (tmp_path / "made-1.txt").unlink()
    lab.run(compiled=False)
    assert lab.results("t") == ["made", "made"]
    assert (tmp_path / "made-1.txt").read_text() == "made"


THREADS = """
import time
from joblib import Memory, Parallel, delayed
from mlx2smk import trial
memory = Memory("kept", verbose=0)

@memory.cache
def f(path, before, after):
    time.sleep(before)
    with open(path) as file:
        text = file.read()
    time.sleep(after)
    return text

@trial(1, {"n": [1, 2], "__parallel__": 1})
def t(n):
    calls = [delayed(f)("one.txt", 0, 0.4), delayed(f)("two.txt", 0.2, 0)]
    return Parallel(2, prefer="threads")(calls)
"""


def test_what_joblib_keeps_of_calls_in_several_threads(tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(name)
    lab = Folder(tmp_path, THREADS)
    lab.run()
    assert lab.results("t") == [["one", "two"]] * 2
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"{name} again")
        lab.run(compiled=False)
        two = "two again" if name == "two" else "two"
        assert lab.results("t") == [["one again", two]] * 2


ELSEWHERE = CACHED.replace("return f(7)\n", "return Parallel(2)([delayed(f)(7)])[0]\n", 1).replace(
    "import Memory", "import Memory, Parallel, delayed"
)


def test_what_joblib_keeps_in_its_own_processes(lab):
    lab.write(ELSEWHERE)
    assert lab.run() == RAN
    assert [each[:5] for each in lab.results("t")] == [[8, "one", None, 5, 0]] * 2
    assert lab.run(compiled=False) == []
    lab.write(ELSEWHERE.replace("K = 1", "K = 2"))
    (lab.path / "data.txt").write_text("two")
    assert lab.run() == RAN
    assert [each[:5] for each in lab.results("t")] == [[9, "two", None, 5, 0]] * 2
    (lab.path / "data.txt").write_text("three")
    assert lab.run() == RAN
    assert [each[:5] for each in lab.results("t")] == [[9, "three", None, 5, 0]] * 2
    assert lab.run(compiled=False) == []


def test_repro_computes_what_is_kept(lab):
    lab.run()
    lab.write(CACHED.replace(", time.time_ns()]", "]"))
    lab.run()
    lab.command("repro", "t", "n=1")
    assert "the same result" in lab.said
