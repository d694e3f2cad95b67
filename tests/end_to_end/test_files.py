"""What runs read and leave: results follow it, and nothing else runs.

Expected values are arithmetic, or what the files say. Each scenario ends with a run that has nothing to do.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import time
import venv
from pathlib import Path

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

START = "import os\nfrom mlx2smk import setup, trial, verify\n" + TRACING

HANDED_ON = (
    START
    + """
SCALE = 2

@trial(1, {})
def prepare():
    ran("prepare")
    with open("clean.txt", "w") as file:
        file.write(str(SCALE))
    return {"context_update": {"path": "clean.txt"}}

@trial(2, {"k": [1, 2]})
def read(k):
    ran("read", k)
    with open(SETUP["path"]) as file:
        return k * int(file.read())

@trial(2, {"k": [1]})
def other(k):
    ran("other", k)
    return k
"""
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def test_readers_follow_a_file_that_is_handed_on(folder):
    lab = Folder(folder, HANDED_ON)
    assert lab.run() == ["other 1", "prepare", "read 1", "read 2"]
    assert lab.results("read") == [2, 4]
    settled(lab)
    changed = HANDED_ON.replace("SCALE = 2", "SCALE = 30")
    lab.write(changed)
    assert lab.run() == ["prepare", "read 1", "read 2"]
    assert lab.results("read") == [30, 60]
    settled(lab)
    lab.write(changed.replace('"k": [1, 2]', '"k": [1, 2, 3]'))
    assert lab.run() == ["read 3"]
    assert lab.results("read") == [30, 60, 90]
    lab.write(HANDED_ON.replace('"k": [1, 2]', '"k": [1, 2, 3]'))
    # The readers' first results come back from the store, and the file has to be made again.
    assert lab.run() == ["prepare", "read 3"]
    assert lab.results("read") == [2, 4, 6]
    settled(lab)


def test_who_made_a_file_makes_it_again(folder):
    lab = Folder(folder, HANDED_ON)
    lab.run()
    (folder / "clean.txt").unlink()
    assert lab.run(compiled=False) == ["prepare"]
    assert (folder / "clean.txt").read_text() == "2"
    settled(lab)
    (folder / "clean.txt").write_text("7")
    assert lab.run(compiled=False) == ["prepare"]
    assert lab.results("read") == [2, 4]
    settled(lab)
    (folder / "clean.txt").touch()
    settled(lab)


QUERY = "select sum(x) from t"
READERS = (
    START
    + """
import csv, json, pickle, sqlite3
import numpy as np
import helper

@setup()
def init():
    ran("init")
    with open("config.json") as file:
        return json.load(file)

@trial(1, {})
def by_csv():
    ran("by_csv")
    with open("table.csv", newline="") as file:
        return sum(int(row["x"]) for row in csv.DictReader(file))

@trial(1, {})
def by_numpy():
    ran("by_numpy")
    return float(np.load("array.npy").sum())

@trial(1, {})
def by_pickle():
    ran("by_pickle")
    with open("object.pkl", "rb") as file:
        return pickle.load(file)

@trial(1, {})
def by_sql():
    ran("by_sql")
    connection = sqlite3.connect("data.db")
    return connection.execute(open("query.sql").read()).fetchone()[0]

@trial(1, {})
def by_helper():
    ran("by_helper")
    return helper.words()

@trial(1, {})
def by_setup():
    ran("by_setup")
    return SETUP["rate"]

@verify([])
def check(results):
    ran("check")
    with open("limit.txt") as file:
        return int(file.read()) > 3
"""
)
HELPER = (
    'def words():\n    with open("template.txt") as file:\n        return file.read().split()\n'
)
ALL = [f"by_{name}" for name in ("csv", "helper", "numpy", "pickle", "setup", "sql")]
one_worker = pytest.mark.xdist_group("read once")


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """Return a folder whose experiment has read files of many kinds."""
    import pickle  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    folder = tmp_path_factory.mktemp("readers") / "work"
    folder.mkdir()
    lab = Folder(folder, READERS)
    (folder / "helper.py").write_text(HELPER)
    (folder / "config.json").write_text('{"rate": 1}')
    (folder / "table.csv").write_text("x\n1\n2\n")
    np.save(folder / "array.npy", np.array([1.0, 2.0]))
    (folder / "object.pkl").write_bytes(pickle.dumps([1]))
    (folder / "template.txt").write_text("a b")
    (folder / "limit.txt").write_text("5")
    (folder / "query.sql").write_text(QUERY)
    database(folder, "create table t (x)", "insert into t values (4)")
    assert lab.run() == [*ALL, "check", "init"]
    settled(lab)
    return folder


def database(folder, *statements):
    with sqlite3.connect(folder / "data.db") as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


EDITS = {
    "table.csv": ("by_csv", lambda f: (f / "table.csv").write_text("x\n1\n5\n"), 6),
    "object.pkl": ("by_pickle", lambda f: (f / "object.pkl").write_bytes(b"\x80\x04K\x07."), 7),
    "template.txt": ("by_helper", lambda f: (f / "template.txt").write_text("c"), ["c"]),
    "data.db": ("by_sql", lambda f: database(f, "insert into t values (5)"), 9),
    "query.sql": ("by_sql", lambda f: (f / "query.sql").write_text(QUERY + " where x > 4"), 5),
}


@one_worker
def test_who_read_a_file_runs_again(read_once, folder):
    shutil.rmtree(folder)
    shutil.copytree(read_once, folder, symlinks=True)
    lab = Folder(folder, READERS)
    settled(lab)
    for name, (trial, edit, expected) in EDITS.items():
        edit(folder)
        assert lab.run(compiled=False) in ([trial], [trial, "check"]), name
        assert lab.results(trial) == [expected]
    settled(lab)


@one_worker
def test_setups_and_verifications_follow_files(read_once, folder):
    shutil.rmtree(folder)
    shutil.copytree(read_once, folder, symlinks=True)
    lab = Folder(folder, READERS)
    (folder / "limit.txt").write_text("2")
    assert lab.run(compiled=False) == ["check"]
    assert lab.report()["status"] == "invalidated"
    (folder / "config.json").write_text('{"rate": 8}')
    # By what it loads, unpickling could read any key of SETUP.
    assert set(lab.run(compiled=False)) - {"check", "by_pickle"} == {"init", "by_setup"}
    assert lab.results("by_setup") == [8]
    settled(lab)


@one_worker
def test_files_that_only_look_changed_run_nothing(read_once, folder):
    shutil.rmtree(folder)
    shutil.copytree(read_once, folder, symlinks=True)
    lab = Folder(folder, READERS)
    for name in ("table.csv", "template.txt", "config.json", "limit.txt", "object.pkl"):
        (folder / name).touch()
        shutil.copy(folder / name, folder / "copy")
        (folder / "copy").replace(folder / name)
    settled(lab)


RUN_CODE = (
    START
    + """
import importlib.machinery, runpy, subprocess, sys

@trial(1, {})
def by_exec():
    ran("by_exec")
    names = {}
    with open("code.txt") as file:
        exec(file.read(), names)
    return names["X"]

@trial(1, {})
def by_runpy():
    ran("by_runpy")
    return runpy.run_path("script.py")["X"]

@trial(1, {})
def by_loader():
    ran("by_loader")
    return importlib.machinery.SourceFileLoader("loaded", "plugin.py").load_module().X

@trial(1, {})
def by_process():
    ran("by_process")
    return int(subprocess.run([sys.executable, "tool.py"], capture_output=True, text=True).stdout)

@trial(1, {})
def by_shell():
    ran("by_shell")
    return int(subprocess.run("sh tool.sh", shell=True, capture_output=True, text=True).stdout)
"""
)


def test_code_that_is_run_in_other_ways(folder):
    lab = Folder(folder, RUN_CODE)
    files = {
        "code.txt": "by_exec",
        "script.py": "by_runpy",
        "plugin.py": "by_loader",
        "tool.txt": "by_process",
        "tool.sh": "by_shell",
    }
    for name in files:
        (folder / name).write_text("echo 1\n" if name == "tool.sh" else "X = 1\n")
    (folder / "tool.py").write_text("print(open('tool.txt').read().split()[-1])\n")
    lab.run()
    settled(lab)
    for number, (name, trial) in enumerate(files.items(), start=20):
        text = f"echo {number}\n" if name == "tool.sh" else f"X = {number}\n"
        (folder / name).write_text(text)
        assert lab.run(compiled=False) == [trial]
        assert lab.results(trial) == [number]
    (folder / "tool.py").write_text("print(77)\n")
    assert lab.run(compiled=False) == ["by_process"]
    assert lab.results("by_process") == [77]
    settled(lab)


VARIABLES = (
    START
    + """
import settings

@setup()
def init():
    ran("init")
    return {"size": os.environ.get("TEST_SIZE", "none")}

@trial(1, {})
def by_setup():
    ran("by_setup")
    return SETUP["size"]

@trial(1, {})
def by_trial():
    ran("by_trial")
    return os.getenv("TEST_TRIAL")

@trial(1, {})
def by_module():
    ran("by_module")
    return settings.PLACE

@trial(1, {})
def by_none():
    ran("by_none")
    os.environ["TEST_OWN"] = "1"
    return len(dict(os.environ)) > 0 and os.environ["TEST_OWN"]
"""
)


def test_variables_of_the_environment(folder, monkeypatch):
    lab = Folder(folder, VARIABLES)
    (folder / "settings.py").write_text('import os\n\nPLACE = os.environ.get("TEST_PLACE")\n')
    assert len(lab.run()) == 5
    settled(lab)
    monkeypatch.setenv("TEST_TRIAL", "a")
    assert lab.run(compiled=False) == ["by_trial"]
    assert lab.results("by_trial") == ["a"]
    monkeypatch.setenv("TEST_PLACE", "b")
    assert lab.run(compiled=False) == ["by_module"]
    monkeypatch.setenv("TEST_SIZE", "c")
    assert lab.run(compiled=False) == ["by_setup", "init"]
    assert lab.results("by_setup") == ["c"]
    monkeypatch.setenv("TEST_OWN", "2")
    settled(lab)
    monkeypatch.delenv("TEST_TRIAL")
    assert lab.run(compiled=False) == []
    assert lab.results("by_trial") == [None]


INPUTS = (
    START
    + """
import subprocess

def cat(path):
    return subprocess.run(["cat", path], capture_output=True, text=True).stdout

@trial(1, {}, inputs=["images"])
def of_folder():
    ran("of_folder")
    return cat("images/deep/er/a.txt")

@trial(1, {}, inputs=["one.txt"])
def of_file():
    ran("of_file")
    return cat("one.txt")

@trial(1, {}, inputs=["parts/*.txt"])
def of_pattern():
    ran("of_pattern")
    return sorted(os.listdir("parts"))
"""
)


def test_declared_inputs_count_by_content(folder):
    lab = Folder(folder, INPUTS)
    deep, one = folder / "images" / "deep" / "er" / "a.txt", folder / "one.txt"
    deep.parent.mkdir(parents=True)
    (folder / "parts").mkdir()
    for path in (deep, one, folder / "parts" / "1.txt"):
        path.write_text("1")
    assert lab.run() == ["of_file", "of_folder", "of_pattern"]
    settled(lab)
    deep.write_text("2")
    assert lab.run(compiled=False) == ["of_folder"]
    assert lab.results("of_folder") == ["2"]
    older = folder / "older.txt"
    older.write_text("3")
    os.utime(older, (1, 1))
    older.replace(one)
    assert lab.run(compiled=False) == ["of_file"]
    assert lab.results("of_file") == ["3"]
    times = one.stat()
    one.write_text("4")
    os.utime(one, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert lab.run(compiled=False) == ["of_file"]
    assert lab.results("of_file") == ["4"]
    (folder / "parts" / "2.txt").write_text("1")
    assert lab.run(compiled=False) == ["of_pattern"]
    assert lab.results("of_pattern") == [["1.txt", "2.txt"]]
    one.touch()
    settled(lab)


MADE_BEFORE = (
    START
    + """
@setup()
def init():
    open("made.txt", "w").write("5")
    return {}

@trial(1, {})
def make():
    ran("make")
    with open("more.txt", "w") as file:
        file.write("6")

@trial(2, {}, inputs=["made.txt", "more.txt"])
def use():
    ran("use")
    with open("made.txt") as one, open("more.txt") as two:
        return int(one.read()) * int(two.read())
"""
)


def test_inputs_that_come_before_in_the_experiment(folder):
    lab = Folder(folder, MADE_BEFORE)
    assert lab.run() == ["make", "use"]
    assert lab.results("use") == [30]
    settled(lab)


BATCHED = (
    START
    + """
@trial(1, {"n": list(range(6)) and [0, 1, 2, 3, 4, 5]})
def read(n):
    ran("read", n)
    with open(f"data-{n}.txt") as file:
        return int(file.read())
""".replace("list(range(6)) and ", "")
)


@pytest.mark.parametrize("store", ["true", "false"])
def test_in_batches_only_those_run_that_read_what_changed(folder, store):
    lab = Folder(folder, BATCHED)
    for n in range(6):
        (folder / f"data-{n}.txt").write_text(str(n))
    options = ["--config", f"mlx_store={store}"]
    lab.command("compile", "--batch", "3", "exp.py")
    assert len(lab.run(*options, compiled=False)) == 6
    (folder / "data-4.txt").write_text("40")
    expected = [4] if store == "true" else [3, 4, 5]
    assert lab.run(*options, compiled=False) == [f"read {n}" for n in expected]
    assert lab.results("read") == [0, 1, 2, 3, 40, 5]
    (folder / "data-4.txt").write_text("4")
    assert lab.run(*options, compiled=False) == (
        [] if store == "true" else ["read 3", "read 4", "read 5"]
    )
    assert lab.results("read") == [0, 1, 2, 3, 4, 5]
    settled(lab)


APPENDED = (
    START
    + """
@trial(1, {"n": [1, 2, 3]})
def log(n):
    ran("log", n)
    with open("log.csv", "a") as file:
        file.write(f"{n}\\n")
    with open("log.csv") as file:
        return len(file.read().split())
"""
)


def test_what_several_append_to_is_nobodys(folder):
    lab = Folder(folder, APPENDED)
    assert lab.run() == ["log 1", "log 2", "log 3"]
    assert lab.results("log") == [1, 2, 3]
    settled(lab)


FOLDERS = (
    START
    + """
@trial(1, {})
def count():
    ran("count")
    return sorted(os.listdir("images"))

@trial(1, {})
def look():
    ran("look")
    return os.path.exists("switch")
"""
)


def test_folders_and_files_that_are_not_there(folder):
    lab = Folder(folder, FOLDERS)
    (folder / "images").mkdir()
    (folder / "images" / "a").touch()
    assert lab.run() == ["count", "look"]
    settled(lab)
    (folder / "images" / "b").touch()
    assert lab.run(compiled=False) == ["count"]
    assert lab.results("count") == [["a", "b"]]
    (folder / "switch").touch()
    assert lab.run(compiled=False) == ["look"]
    assert lab.results("look") == [True]
    (folder / "switch").unlink()
    assert lab.run(compiled=False) == []
    assert lab.results("look") == [False]
    settled(lab)


HANDED_OVER = (
    START
    + """
import sqlite3
import subprocess

@trial(1, {})
def program():
    ran("program")
    return subprocess.run(["cat", "notes.txt"], capture_output=True, text=True).stdout

@trial(1, {})
def database():
    ran("database")
    try:
        return sqlite3.connect("file:a.db?mode=ro", uri=True).execute("select 1 + 1").fetchone()[0]
    except sqlite3.OperationalError:
        return None

@trial(1, {})
def makes():
    ran("makes")
    subprocess.run(["mkdir", "-p", "made"], check=True)
    subprocess.run(["cp", "exp.py", "made/copy.py"], check=True)
    return sorted(os.listdir("made"))
"""
)


def test_missing_files_that_are_handed_over(folder):
    lab = Folder(folder, HANDED_OVER)
    assert lab.run() == ["database", "makes", "program"]
    assert (lab.results("program"), lab.results("database")) == ([""], [None])
    settled(lab)
    (folder / "notes.txt").write_text("text")
    assert lab.run(compiled=False) == ["program"]
    assert lab.results("program") == ["text"]
    sqlite3.connect(folder / "a.db").close()
    assert lab.run(compiled=False) == ["database"]
    assert lab.results("database") == [2]
    (folder / "made" / "copy.py").unlink()
    assert lab.run(compiled=False) == ["makes"]
    assert lab.results("makes") == [["copy.py"]]
    settled(lab)


def test_a_folder_that_is_copied_runs_nothing(folder, tmp_path):
    lab = Folder(folder, HANDED_ON)
    lab.run()
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    future = time.time() + 10_000
    os.utime(copy / "clean.txt", (future, future))
    moved = Folder(copy, Path(copy, "exp.py").read_text())
    settled(moved)


UPDATED = (
    START
    + """
RATE = 1

@setup()
def init():
    return {"rate": RATE}

@trial(1, {"n": [1, 2]})
def use(n):
    ran("use", n)
    return n * SETUP["rate"]
"""
)


def test_results_with_times_in_the_future(folder):
    lab = Folder(folder, UPDATED)
    lab.run()
    future = time.time() + 100_000
    for path in folder.rglob("*"):
        os.utime(path, (future, future))
    lab.write(UPDATED.replace("RATE = 1", "RATE = 5"))
    assert lab.run() == ["use 1", "use 2"]
    assert lab.results("use") == [5, 10]
    settled(lab)


REMOVED = (
    START
    + """
@trial(1, {})
def make():
    ran("make")
    with open("x.txt", "w") as file:
        file.write("1")

@trial(2, {})
def read():
    ran("read")
    with open("x.txt") as file:
        return file.read()

@trial(3, {})
def remove():
    ran("remove")
    os.remove("x.txt")
"""
)


def test_a_file_that_a_later_trial_removes(folder):
    lab = Folder(folder, REMOVED)
    assert lab.run() == ["make", "read", "remove"]
    settled(lab)


OWN = (
    START
    + """
@trial(1, {"n": [1]})
def make(n):
    ran("make", n)
    with open(f"{n}.txt", "w") as file:
        file.write(str(n))
    return n
"""
)


def test_a_grid_that_grows_from_one_value(folder):
    lab = Folder(folder, OWN)
    assert lab.run() == ["make 1"]
    lab.write(OWN.replace("[1]", "[1, 2]"))
    assert lab.run() == ["make 2"]
    lab.write(OWN)
    assert lab.run() == []
    settled(lab)


IMPORTING = (
    START
    + """
import tool

@trial(1, {})
def use():
    ran("use")
    return tool.level() + tool.VERSION
"""
)


def test_a_package_in_editable_form(folder, tmp_path):
    source = tmp_path / "source"
    (source / "tool").mkdir(parents=True)
    (source / "tool" / "__init__.py").write_text(
        "VERSION = 100\n\ndef level():\n    from tool.levels import LEVEL\n    return LEVEL\n"
    )
    (source / "tool" / "levels.py").write_text("LEVEL = 1\n")
    (source / "tool" / "unused.py").write_text("")
    python = with_editable_package(tmp_path / "venv", source)
    lab = Folder(folder, IMPORTING, "--python", str(python))
    assert lab.run() == ["use"]
    assert lab.results("use") == [101]
    (source / "tool" / "unused.py").write_text("VERSION = 200\n")
    assert lab.run() == []
    (source / "tool" / "levels.py").write_text("LEVEL = 2\n")
    assert lab.run() == ["use"]
    assert lab.results("use") == [102]
    settled(lab)


def test_packages_that_are_links_to_their_sources(folder, tmp_path):
    """One of another project counts by the content of its files, one of this project by what is used."""
    (tmp_path / "tool.py").write_text("VERSION = 100\nUNUSED = 1\n\ndef level():\n    return 1\n")
    own = folder / "src" / "own"
    own.mkdir(parents=True)
    (folder / "setup.py").touch()
    (own / "__init__.py").write_text("A = 1\nB = 2\n")
    python = with_editable_package(tmp_path / "venv", tmp_path / "nothing")
    (place,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (place / "tool.py").symlink_to(tmp_path / "tool.py")
    (place / "own").symlink_to(own)
    experiment = IMPORTING.replace("import tool", "import own, tool").replace(
        "+ tool", "+ own.A + tool"
    )
    lab = Folder(folder, experiment, "--python", str(python))
    assert lab.run() == ["use"]
    assert lab.results("use") == [102]
    (own / "__init__.py").write_text("A = 1\nB = 3\n")
    assert lab.run() == []
    (own / "__init__.py").write_text("A = 10\nB = 3\n")
    assert lab.run() == ["use"]
    assert lab.results("use") == [111]
    (tmp_path / "tool.py").write_text("VERSION = 200\n\ndef level():\n    return 1\n")
    assert lab.run() == ["use"]
    assert lab.results("use") == [211]
    settled(lab)


def with_editable_package(folder, source):
    """Return the Python of a new environment, with what ``pip install --editable`` would put there."""
    venv.create(folder, symlinks=True)
    (place,) = folder.glob("lib/python*/site-packages")
    (place / "__editable__.tool-1.0.pth").write_text(f"{source}\n")
    metadata = place / "tool-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: tool\nVersion: 1.0\n")
    about = {"url": source.as_uri(), "dir_info": {"editable": True}}
    (metadata / "direct_url.json").write_text(json.dumps(about))
    return folder / "bin" / "python"
