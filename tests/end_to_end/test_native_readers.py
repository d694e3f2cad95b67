"""Files that libraries open without Python: results follow them like any others.

Expected values are those that the files were made with. Each scenario ends with a run that has nothing to do.
"""

from __future__ import annotations

import importlib

import duckdb
import lmdb
import netCDF4
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest
from safetensors.numpy import save_file

from tests.support.traced_folder import TRACING, Folder

pytestmark = pytest.mark.slow

READING = (
    "import os\nfrom mlx2smk import trial\nfrom pyarrow.parquet import read_table\n"
    + TRACING
    + """
import pandas as pd
import pyarrow.csv, pyarrow.dataset, pyarrow.feather, pyarrow.parquet

@trial(1, {"how": ["frame", "imported", "file", "folder", "pattern", "csv", "feather", "other"]})
def read(how):
    ran("read", how)
    if how == "frame":
        return int(pd.read_parquet("one.parquet")["a"][0])
    if how == "imported":
        return read_table("one.parquet")["a"][0].as_py()
    if how == "file":
        return pyarrow.parquet.ParquetFile("one.parquet").read()["a"][0].as_py()
    if how == "folder":
        return sum(pyarrow.dataset.dataset("parts").to_table()["a"].to_pylist())
    if how == "pattern":
        return sum(pyarrow.parquet.read_table(["parts/1.parquet", "parts/2.parquet"])["a"].to_pylist())
    if how == "csv":
        return pyarrow.csv.read_csv("one.csv")["a"][0].as_py()
    if how == "feather":
        return pyarrow.feather.read_table(source="one.feather")["a"][0].as_py()
    return 7
"""
)

SCRATCH = (
    "import os\nfrom mlx2smk import setup, trial\n"
    + TRACING
    + """
import pyarrow as pa
import pyarrow.parquet

VALUE = 5

@setup()
def make():
    ran("make")
    pyarrow.parquet.write_table(pa.table({"a": [VALUE]}), "made.parquet")
    return {}

@trial(1, {"n": [1, 2, 3], "__parallel__": 1})
def use(n):
    ran("use", n)
    pyarrow.parquet.write_table(pa.table({"a": [n]}), "scratch.parquet")
    pyarrow.parquet.read_table("scratch.parquet")
    return n * pyarrow.parquet.read_table("made.parquet")["a"][0].as_py()
"""
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work" / "parts").mkdir(parents=True)
    return tmp_path / "work"


def make(folder, value):
    """Write all files that hold a table of one value."""
    table = pa.table({"a": [value]})
    for name in ("one", "parts/1", "parts/2"):
        pyarrow.parquet.write_table(table, folder / f"{name}.parquet")
    pyarrow.csv.write_csv(table, folder / "one.csv")
    pyarrow.feather.write_feather(pd.DataFrame({"a": [value]}), folder / "one.feather")


def test_readers_in_other_languages_follow_their_files(folder):
    make(folder, 5)
    lab = Folder(folder, READING)
    assert len(lab.run()) == 8
    assert lab.results("read") == [5, 5, 5, 10, 10, 5, 5, 7]
    assert lab.run(compiled=False) == []
    make(folder, 9)
    readers = ("csv", "feather", "file", "folder", "frame", "imported", "pattern")
    assert lab.run(compiled=False) == [f"read {how}" for how in readers]
    assert lab.results("read") == [9, 9, 9, 18, 18, 9, 9, 7]
    assert lab.run(compiled=False) == []
    pyarrow.parquet.write_table(pa.table({"a": [1]}), folder / "parts" / "3.parquet")
    assert lab.run(compiled=False) == ["read folder"]
    assert lab.results("read") == [9, 9, 9, 19, 18, 9, 9, 7]


DATABASE = (
    "import os\nfrom mlx2smk import trial\nimport lmdb\n"
    + TRACING
    + """
@trial(1, {"n": [1, 2]})
def read(n):
    ran("read", n)
    with lmdb.open("db", readonly=True) as base, base.begin() as contents:
        return n * int(contents.get(b"a"))
"""
)


def write_database(folder, value):
    with lmdb.open(str(folder / "db")) as base, base.begin(write=True) as contents:
        contents.put(b"a", str(value).encode())


def test_a_database_that_readers_lock_is_followed(folder):
    write_database(folder, 5)
    lab = Folder(folder, DATABASE)
    assert lab.run() == ["read 1", "read 2"]
    assert lab.results("read") == [5, 10]
    assert lab.run(compiled=False) == []
    (folder / "db" / "lock.mdb").write_bytes(b"2")  # by a reader
    assert lab.run(compiled=False) == []
    write_database(folder, 9)
    assert lab.run(compiled=False) == ["read 1", "read 2"]
    assert lab.results("read") == [9, 18]
    assert lab.run(compiled=False) == []


def test_what_a_run_writes_for_itself_is_not_followed(folder):
    lab = Folder(folder, SCRATCH)
    assert lab.run() == ["make", "use 1", "use 2", "use 3"]
    assert lab.results("use") == [5, 10, 15]
    assert lab.run(compiled=False) == []
    lab.write(SCRATCH.replace("VALUE = 5", "VALUE = 6"))
    assert lab.run() == ["make", "use 1", "use 2", "use 3"]
    assert lab.results("use") == [6, 12, 18]
    assert lab.run(compiled=False) == []


IN_PLACE = (
    """
from mlx2smk import trial
import os
import pyarrow as pa
import pyarrow.parquet
"""
    + TRACING
    + """
@trial(1, {"n": [1, 2, 3], "__parallel__": 1})
def look(n):
    ran("look", n)
    return pyarrow.parquet.read_table("kept.parquet")["a"][0].as_py()

@trial(2, {"n": [1, 2, 3], "__parallel__": 1})
def count(n):
    ran("count", n)
    value = pyarrow.parquet.read_table("kept.parquet")["a"][0].as_py() + n
    pyarrow.parquet.write_table(pa.table({"a": [value]}), "kept.parquet")
    return value
"""
)


def test_what_runs_change_in_place_runs_nothing_again(folder):
    pyarrow.parquet.write_table(pa.table({"a": [10]}), folder / "kept.parquet")
    lab = Folder(folder, IN_PLACE)
    assert len(lab.run()) == 6
    assert lab.results("look") == [10, 10, 10]
    assert lab.results("count") == [11, 13, 16]
    assert lab.run(compiled=False) == []
    pyarrow.parquet.write_table(pa.table({"a": [50]}), folder / "kept.parquet")
    assert lab.run(compiled=False)[-3:] == ["look 1", "look 2", "look 3"]
    assert lab.results("look") == [50, 50, 50]


CLASSES = (
    """
from mlx2smk import trial
import os
import duckdb, netCDF4, safetensors, torch
import numpy as np
from safetensors.torch import load_file
"""
    + TRACING
    + """
class Mine(netCDF4.Dataset):
    pass

@trial(1, {"how": ["netcdf", "own"]})
def data(how):
    ran("data", how)
    with (Mine if how == "own" else netCDF4.Dataset)("one.nc") as data:
        assert isinstance(data, netCDF4.Dataset) and not isinstance(3, netCDF4.Dataset)
        assert isinstance(data, Mine) == (how == "own")
        return float(data["a"][0])

@trial(1, {})
def tensors():
    ran("tensors")
    with safetensors.safe_open("one.safetensors", framework="np") as tensors:
        return float(tensors.get_tensor("a")[0])

@trial(1, {"how": ["loaded", "jit", "raw", "weights"]})
def models(how):
    ran("models", how)
    if how == "loaded":
        return float(load_file("one.safetensors")["a"][0])
    if how == "jit":
        return float(torch.jit.load("one.pt")(torch.ones(1)))
    if how == "raw":
        return float(torch.from_file("one.raw", size=1))
    return torch.load("weights.pt", mmap=True)["a"].item()

@trial(1, {"how": ["sql", "method", "base", "other"]})
def queries(how):
    ran("queries", how)
    if how == "sql":
        return float(duckdb.sql("from 'one.csv' where 'a.b' = 'a.b'").fetchall()[0][0])
    if how == "method":
        return float(duckdb.connect().execute("from 'one.csv'").fetchall()[0][0])
    if how == "base":
        with duckdb.connect("one.duckdb", read_only=True) as base:
            return float(base.execute("from t").fetchall()[0][0])
    return 7.0
"""
)


def make_others(folder, value):
    """Write the files of other libraries, which hold one value."""
    torch = importlib.import_module("torch")  # not when tests are collected: it takes seconds
    with netCDF4.Dataset(folder / "one.nc", "w") as data:
        data.createDimension("x", 1)
        data.createVariable("a", "f8", ("x",))[:] = [value]
    save_file({"a": np.array([value])}, folder / "one.safetensors")
    torch.jit.trace(lambda x: x * value, torch.ones(1)).save(str(folder / "one.pt"))
    np.array([value], dtype="float32").tofile(folder / "one.raw")
    torch.save({"a": torch.tensor(value)}, folder / "weights.pt")
    (folder / "one.csv").write_text(f"a\n{value}\n")
    (folder / "one.duckdb").unlink(missing_ok=True)
    with duckdb.connect(folder / "one.duckdb") as base:
        base.execute(f"create table t(a double); insert into t values({value})")


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_classes_and_queries_of_libraries_follow_their_files(folder):
    make_others(folder, 5.0)
    lab = Folder(folder, CLASSES)
    assert len(lab.run()) == 11
    assert numbers(lab) == [5.0] * 10 + [7.0]
    assert lab.run(compiled=False) == []
    make_others(folder, 9.0)
    assert len(lab.run(compiled=False)) == 10
    assert numbers(lab) == [9.0] * 10 + [7.0]
    assert lab.run(compiled=False) == []


def numbers(lab):
    """Return what all trials have read; each imports no more than it needs, since torch takes long."""
    return [
        read for trial in ("data", "tensors", "models", "queries") for read in lab.results(trial)
    ]


WRITING = (
    """
from mlx2smk import trial
import os
import netCDF4
"""
    + TRACING
    + """
FACTOR = 1

@trial(1, {"n": [1, 2]})
def write(n):
    ran("write", n)
    with netCDF4.Dataset(f"{n}.nc", "w") as data:
        data.createDimension("x", 1)
        data.createVariable("a", "f8", ("x",))[:] = [n * FACTOR]
    return n

@trial(2, {"n": [1, 2]})
def read(n):
    ran("read", n)
    with netCDF4.Dataset(f"{n}.nc") as data:
        return float(data["a"][0])
"""
)


def test_what_classes_of_libraries_write_is_read_by_others(folder):
    lab = Folder(folder, WRITING)
    assert lab.run() == ["read 1", "read 2", "write 1", "write 2"]
    assert lab.results("read") == [1.0, 2.0]
    assert lab.run(compiled=False) == []
    lab.write(WRITING.replace("FACTOR = 1", "FACTOR = 10"))
    assert lab.run() == ["read 1", "read 2", "write 1", "write 2"]
    assert lab.results("read") == [10.0, 20.0]
    assert lab.run(compiled=False) == []
