"""Files that libraries write without Python: who reads them gets those of the current code, and they are made again.

Expected values are those that the experiment writes.
"""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

SCALING = """
        class Scaling(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.by = VALUE
            def forward(self, x):
                return x * self.by
        torch.jit.script(Scaling()).save(path)"""

BASE = """
        with sqlite3.connect(path) as base:
            base.execute("drop table if exists t")
            base.execute("create table t(x)")
            base.execute("insert into t values(?)", (VALUE,))"""

NETCDF = """
        with netCDF4.Dataset(path, "w") as data:
            data.createDimension("x", 1)
            data.createVariable("a", "f8", ("x",))[:] = [VALUE]"""

FOLDER = """
        pyarrow.dataset.write_dataset(
            pyarrow.table({"a": [VALUE]}), path, format="parquet",
            existing_data_behavior="overwrite_or_ignore")"""

ATTACHED = """
        if os.path.exists(path):
            os.remove(path)
        with sqlite3.connect(":memory:") as base:
            base.execute("attach ? as x", (path,))
            base.execute("create table x.t(x)")
            base.execute("insert into x.t values(?)", (VALUE,))"""

LOOK_INTO = """
        base = sqlite3.connect(":memory:").cursor()
        base.executescript(f"attach database '{path}' as x; create table t as select * from x.t")
        value = base.execute("select x from t").fetchone()[0]"""

COPIED = """
        if os.path.exists(path):
            os.remove(path)
        with sqlite3.connect(":memory:") as base:
            base.execute("create table t(x)")
            base.execute("insert into t values(?)", (VALUE,))
            base.commit()
            base.execute(f"vacuum into '{path}'")"""

WAYS = {
    "torch": (
        "torch",
        'torch.save({"a": torch.tensor([VALUE])}, path)',
        'torch.load(path)["a"][0]',
    ),
    "script": ("torch", SCALING, "torch.jit.load(path)(torch.ones(1))[0]"),
    "frame": (
        "pandas",
        'pandas.DataFrame({"a": [VALUE]}).to_parquet(path)',
        'pandas.read_parquet(path)["a"][0]',
    ),
    "table": (
        "pyarrow, pyarrow.parquet",
        'pyarrow.parquet.write_table(pyarrow.table({"a": [VALUE]}), path)',
        'pyarrow.parquet.read_table(path)["a"][0].as_py()',
    ),
    "folder": (
        "pyarrow, pyarrow.dataset",
        FOLDER,
        'pyarrow.dataset.dataset(path).to_table()["a"][0].as_py()',
    ),
    "file": (
        "pyarrow",
        'pyarrow.OSFile(path, "wb").write(str(VALUE).encode())',
        "pyarrow.OSFile(path).read()",
    ),
    "tensors": (
        "numpy, safetensors.numpy",
        'safetensors.numpy.save_file({"a": numpy.array([VALUE])}, path)',
        'safetensors.numpy.load_file(path)["a"][0]',
    ),
    "copy": (
        "duckdb",
        "duckdb.execute(f\"copy (values ({VALUE})) to '{path}' (format parquet)\")",
        "duckdb.sql(f\"from read_parquet('{path}')\").fetchall()[0][0]",
    ),
    "relation": (
        "duckdb",
        'duckdb.sql(f"values ({VALUE})").write_parquet(path)',
        "duckdb.read_parquet(path).fetchall()[0][0]",
    ),
    "base": ("sqlite3", BASE, 'sqlite3.connect(path).execute("select x from t").fetchone()[0]'),
    "attached": ("sqlite3", ATTACHED, LOOK_INTO),
    "copied": ("sqlite3", COPIED, LOOK_INTO),
    "xml": (
        "lxml.etree",
        "lxml.etree.ElementTree(lxml.etree.XML(f'<a>{VALUE}</a>')).write(path)",
        "lxml.etree.parse(path).getroot().text",
    ),
    "html": (
        "lxml.html",
        "lxml.html.fromstring(f'<p>{VALUE}</p>').getroottree().write(path, method='html')",
        "lxml.html.parse(path).getroot().text_content()",
    ),
    "matrix": (
        "scipy.io",
        "scipy.io.mmwrite(f'{path}.mtx', [[VALUE]])",
        "scipy.io.mmread(f'{path}.mtx')[0][0]",
    ),
    "netcdf": ("netCDF4", NETCDF, 'netCDF4.Dataset(path)["a"][0]'),
    "shell": (
        "pathlib",
        'os.system(f"mkdir -p {path} && echo {VALUE} > {path}/x")',
        'pathlib.Path(path, "x").read_text()',
    ),
}
"""By name: what is imported, how the file at a path is written, and how its value is read."""

START = "import os\nfrom mlx2smk import trial\n" + TRACING + "\nVALUE = 5\n"


def experiment() -> str:
    """Return an experiment that writes files in all ways, and reads them."""
    writing = {how: (imports, write) for how, (imports, write, _) in WAYS.items()}
    reading = {how: (imports, reading_of(read)) for how, (imports, _, read) in WAYS.items()}
    return "\n".join((START, a_trial(1, "make", writing), a_trial(2, "use", reading)))


def reading_of(read: str) -> str:
    """Return statements that read a value: an expression is one."""
    return read if "\n" in read else f"value = {read}"


def a_trial(order: int, name: str, ways: dict[str, tuple[str, str]]) -> str:
    """Return a trial with a combination for each way."""
    body = "\n".join(
        f'    if how == "{how}":\n        import {imports}\n        {line}'
        for how, (imports, line) in ways.items()
    )
    return (
        f'@trial({order}, {{"how": {list(ways)}, "__parallel__": 2}})\ndef {name}(how):\n'
        f'    ran("{name}", how)\n    path = f"made.{{how}}"\n    value = 1\n{body}\n'
        "    return float(value)\n"
    )


def test_what_libraries_write_is_made_again(tmp_path):
    lab = Folder(tmp_path, experiment())
    made, used = ([f"{name} {how}" for how in sorted(WAYS)] for name in ("make", "use"))
    assert lab.run() == [*made, *used]
    assert lab.results("use") == [5.0] * len(WAYS)
    settled(lab)
    lab.write(experiment().replace("VALUE = 5", "VALUE = 6"))
    assert lab.run() == [*made, *used]
    assert lab.results("use") == [6.0] * len(WAYS)
    settled(lab)
    # The readers' results are known, but not what they read; without torch, which takes seconds to import.
    text = experiment()
    assert text.count("'torch', 'script', ") == 2
    lab.write(text.replace("'torch', 'script', ", ""))
    made = [run for run in made if run not in ("make torch", "make script")]
    assert lab.run()[: len(made)] == made
    assert lab.results("use") == [5.0] * len(made)
    settled(lab)


SHARED = (
    "import os\nfrom mlx2smk import trial\nimport pyarrow, pyarrow.dataset\n"
    + TRACING
    + """
@trial(1, {"n": [1, 2, 3, 4]})
def part(n):
    ran("part", n)
    table = pyarrow.table({"a": [n]})
    pyarrow.dataset.write_dataset(
        table, "parts", format="parquet", basename_template=f"{n}-{{i}}.parquet",
        existing_data_behavior="overwrite_or_ignore")
    return n

@trial(2, {})
def total():
    ran("total")
    return sum(pyarrow.dataset.dataset("parts").to_table()["a"].to_pylist())
"""
)


def test_runs_write_side_by_side_into_one_folder(tmp_path):
    lab = Folder(tmp_path, SHARED)
    assert lab.run() == ["part 1", "part 2", "part 3", "part 4", "total"]
    assert lab.results("total") == [10]
    settled(lab)
    (tmp_path / "parts" / "3-0.parquet").unlink()
    assert "part 3" in lab.run(compiled=False)
    assert lab.results("total") == [10]
    settled(lab)
