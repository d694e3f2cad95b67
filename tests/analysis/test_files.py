"""Which files of a trial the analysis takes for the same in all combinations, and how they are used."""

import subprocess
import sys

import pytest

from tests.support.sliced_texts import HEAD, analysed, trial

BEFORE = """\
import logging, os, shutil, sqlite3, tempfile
from os import path as osp
from pathlib import Path
import joblib, matplotlib.pyplot as plt, numpy as np, pandas as pd, torch, h5py
import config
ROOT = "out"
LOG = os.path.join(ROOT, "log.csv")
TWICE = "a"
TWICE = "b"
CHANGED = "a"
def change():
    global CHANGED
    CHANGED = name()
def add(path, text, mode="a"):
    with open(path, mode) as file:
        file.write(text)
def table(name="table.csv"):
    return add(name, "x")
class Logger:
    def log(self, line):
        with open("class.log", "a") as file:
            file.write(line)
"""
FILES = {"config.py": 'FILE = "of_config.txt"\n'}


def uses(body, before=BEFORE, grid="{'n': [1, 2], 'only': ['one.txt']}"):
    """Return the uses of fixed files of a trial with a parameter n, as texts: `r` or `w` and a path."""
    lines = "".join(f"    {line}\n" for line in body.split("\n"))
    signature = "n, only, kept='kept.txt'" if "only" in grid else "n"
    text = f"{HEAD}{before}\n@trial(1, {grid})\ndef t({signature}):\n{lines}"
    files = analysed(text, FILES)["t"].files
    return {f"{'r' * use.reads}{'w' * use.writes} {use.path}" for use in files}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("open('a')", "r a"),
        ("open('a', 'w')", "w a"),
        ("open('a', 'wb')", "w a"),
        ("open('a', 'x')", "w a"),
        ("open('a', mode='a')", "w a"),
        ("open('a', 'r+')", "rw a"),
        ("open('a', 'w+')", "rw a"),
        ("open(file='a', mode='w')", "w a"),
        ("open('a', how())", "rw a"),
        ("open('a', 'w' if n == 1 else 'r')", "rw a"),
        ("open(Path('a'), 'w')", "w a"),
        ("Path('a').open()", "r a"),
        ("Path('a').open('w')", "w a"),
        ("Path('a').write_text('x')", "w a"),
        ("Path('a').write_bytes(b'x')", "w a"),
        ("Path('a').touch()", "w a"),
        ("Path('a').unlink()", "rw a"),
        ("Path('a').read_text()", "r a"),
        ("os.remove('a')", "rw a"),
        ("os.path.exists('a')", "r a"),
        ("shutil.rmtree('a')", "rw a"),
        ("np.save('a', n)", "w a.npy"),
        ("np.save('a.npy', n)", "w a.npy"),
        ("np.savez('a', x=n)", "w a.npz"),
        ("np.savetxt('a', n)", "w a"),
        ("np.load('a.npy')", "r a.npy"),
        ("np.memmap('a', dtype='f4')", "rw a"),
        ("pd.DataFrame(n).to_csv('a', mode='a')", "w a"),
        ("pd.DataFrame(n).to_parquet('a')", "w a"),
        ("pd.DataFrame(n).to_json(path_or_buf='a')", "w a"),
        ("pd.read_csv('a')", "r a"),
        ("torch.save(n, 'a')", "w a"),
        ("torch.load('a')", "r a"),
        ("joblib.dump(n, 'a')", "w a"),
        ("sqlite3.connect('a')", "rw a"),
        ("plt.savefig('a')", "w a"),
        ("plt.figure().savefig('a')", "w a"),
        ("h5py.File('a', 'a')", "w a"),
        ("h5py.File('a')", "r a"),
        ("logging.FileHandler('a')", "w a"),
        ("logging.basicConfig(level=1, filename='a')", "w a"),
        ("import numpy\nnumpy.save('a.npy', n)", "w a.npy"),
        ("from torch import save as keep\nkeep(n, 'a')", "w a"),
        ("import json\nwith open('a', 'w') as f:\n    json.dump(n, f)", "w a"),
        ("def inner():\n    open('a', 'w')\ninner()", "w a"),
        ("(lambda: open('a', 'w'))()", "w a"),
        ("[open('a', 'w') for _ in range(n)]", "w a"),
        ("Logger().log('x')", "w class.log"),
    ],
)
def test_how_files_are_used(body, expected):
    assert uses(body) == {expected}


@pytest.mark.parametrize(
    "body",
    [
        *("os.rename('a', 'b')", "os.replace('a', 'b')", "shutil.move('a', 'b.csv')"),
        *("Path('a').rename('b')", "Path('a').replace(Path('b'))"),
    ],
)
def test_a_file_that_gets_another_name_is_both(body):
    assert uses(body) == {"rw a", "w b.csv" if "b.csv" in body else "w b"}


def test_copies():
    assert uses("shutil.copy('a', 'b.csv')") == {"r a", "w b.csv"}
    assert uses("shutil.copy(f'{n}.csv', 'folder')") == set()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("'./a'", "a"),
        ("'x//y/../a'", "x/a"),
        ("'/data/a'", "/data/a"),
        ("LOG", "out/log.csv"),
        ("config.FILE", "of_config.txt"),
        ("ROOT + '/a'", "out/a"),
        ("f'{ROOT}/a'", "out/a"),
        ("os.path.join(ROOT, 'a')", "out/a"),
        ("osp.join(ROOT, 'a')", "out/a"),
        ("Path(ROOT) / 'a'", "out/a"),
        ("Path(ROOT, 'a')", "out/a"),
        ("Path(ROOT).joinpath('a')", "out/a"),
        ("Path('x/a').parent / 'b'", "x/b"),
        ("Path('a.txt').with_suffix('.csv')", "a.csv"),
        ("Path('x/a').with_name('b')", "x/b"),
        ("str(Path('a').resolve())", "a"),
        ("Path(__file__).parent / 'a'", "a"),
        ("os.path.join(os.path.dirname(os.path.abspath(__file__)), 'a')", "a"),
        ("Path.cwd() / 'a'", "a"),
        ("SETUP['path'] + '/a'", 'SETUP["path"]/a'),
        ("SETUP.get('path', 'x')", 'SETUP["path"]'),
        ("Path(SETUP['path']) / 'a'", 'SETUP["path"]/a'),
        ("os.environ['DATA'] + '/a'", "$DATA/a"),
        ("os.environ.get('DATA', 'x') + '/a'", "$DATA/a"),
        ("os.getenv('DATA')", "$DATA"),
        ("only", "one.txt"),
        ("kept", "kept.txt"),
        ("(name := 'a')", "a"),
    ],
)
def test_paths_that_are_fixed(path, expected):
    assert uses(f"open({path}, 'w')") == {f"w {expected}"}
    assert uses(f"path = {path}\nopen(path, 'w')") == {f"w {expected}"}


@pytest.mark.parametrize(
    "path",
    [
        "f'{n}.csv'",
        "'a' + str(n)",
        "n",
        "Path('out') / f'{n}.csv'",
        "os.path.join('out', str(n))",
        "name()",
        "TWICE",
        "CHANGED",
        "f'{os.getpid()}'",
        "SETUP[n]",
        "SETUP['path'] + str(n)",
        "SETUP[f'{n}']",
        "os.devnull",
        "'/dev/null'",
        "os.environ.get('MLX_TEST_TRACE', os.devnull)",
        "os.environ['MLX_X']",
        "os.environ['TMPDIR'] + '/a'",
        "os.environ['SLURM_TMPDIR'] + '/a'",
        "tempfile.mktemp()",
        "os.path.join(tempfile.mkdtemp(), 'a')",
        "Path(tempfile.gettempdir()) / 'a'",
        "tempfile.NamedTemporaryFile().name",
        "unknown.path",
        "'%d' % n",
        "'{}'.format(n)",
        "f'{ROOT!r}'",
        "f'{ROOT:>9}'",
        "Path(*parts)",
    ],
)
def test_paths_that_are_not_fixed(path):
    assert uses(f"open({path}, 'w')") == set()
    assert uses(f"path = {path}\nopen(path, 'w')") == set()


@pytest.mark.parametrize(
    "body",
    [
        "return 1",
        "os.makedirs('out', exist_ok=True)",
        "'a'.replace('b', 'c')",
        "sqlite3.connect(':memory:')",
        "pd.DataFrame(n).to_json()",
        "def open(*args): return args\nopen('a', 'w')",
        "with tempfile.TemporaryDirectory() as folder:\n    open(folder + '/a', 'w')",
        "with tempfile.TemporaryDirectory() as folder:\n    os.chdir(folder)\n    open('a', 'w')",
        "path = 'a'\npath = path + str(n)\nopen(path, 'w')",
        "for path in names():\n    open(path, 'w')",
        "def f(path): open(path, 'w')\nf(n)",
        "Path(n).write_text('x')",
        "change()",
    ],
)
def test_what_is_no_use_of_a_fixed_file(body):
    assert uses(body) == set()


def test_a_folder_that_is_gone_to_matters_for_relative_paths_only():
    assert uses("os.chdir(name())\nopen('/a', 'w')\nopen('b', 'w')") == {"w /a"}
    assert uses("os.chdir('data')\nopen('b', 'w')") == {"w b"}


def test_several_paths():
    assert uses("open('a' if n > 1 else 'b', 'w')") == {"w a", "w b"}
    assert uses("for name in ('a', 'b'):\n    open(f'{name}.csv', 'w')") == {"w a.csv", "w b.csv"}


def test_parameters_of_helpers():
    assert uses("add('a', 'x')\nadd(text='x', path=f'{n}')\nadd(path='b', text='x')") == {
        "w a",
        "w b",
    }
    assert uses("table()") == {"w table.csv"}
    assert uses("table('other.csv')") == {"w other.csv"}
    assert uses("table(n)") == set()
    assert uses("add(*n)") == set()


def test_only_the_slice_counts():
    before = "def f(): open('a', 'w')\ndef g(): open('b', 'w')\n"
    assert uses("f()", before, "{'n': [1]}") == {"w a"}
    assert uses("return n", "import logging\nlogging.basicConfig(filename='a')", "{'n': [1]}") == {
        "w a"
    }


def test_a_local_module():
    files = {"helper.py": "OUT = 'a'\ndef f():\n    open(OUT, 'w')\n"}
    (use,) = trial("import helper", "helper.f()", files).files
    assert (use.path, use.module, use.span.line) == ("a", "helper", 3)


def test_keys_that_the_trial_writes_are_not_fixed():
    update = "\nreturn {'context_update': {'path': 'x', 'other': 1}}"
    assert uses("open(SETUP['path'], 'w')" + update) == set()
    assert uses("open(SETUP['third'], 'w')" + update) == {'w SETUP["third"]'}
    assert uses("open(SETUP['path'], 'w')\nreturn {'context_update': {n: 1}}") == set()


def test_setups_and_verifications_have_none():
    text = HEAD + (
        "@setup()\ndef s(): open('a', 'w')\n@trial(1, {})\ndef t(): return 1\n"
        "@verify(['t'])\ndef v(results): open('a', 'w')\n"
    )
    found = analysed(text)
    assert (found["s"].files, found["v"].files) == ((), ())


PROGRAM = """\
from tests.support.sliced_texts import trial
body = "for name in ('a', 'b', 'c', 'd'): open(name, 'w')"
print([use.path for use in trial("", body).files])
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_order_does_not_depend_on_hashes(seed):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "['a', 'b', 'c', 'd']\n"


def test_a_name_that_a_reexported_submodule_does_not_have():
    files = {"pkg/__init__.py": "from pkg import convert\n", "pkg/convert.py": "A = 'a'\n"}
    assert trial("import pkg", "open(pkg.convert.nope, 'w')", files).files == ()
    (found,) = trial("import pkg", "open(pkg.convert.A, 'w')", files).files
    assert found.path == "a"
