"""Modules in folders that a program adds to ``sys.path``."""

import ast

import pytest

from mlx2smk.analysis.modules import FolderFiles, MemoryFiles, all_modules, find
from mlx2smk.analysis.search import extended
from tests.support.running_slices import check_slice
from tests.support.sliced_texts import kept, module, trial

SRC = {"src/mylib/__init__.py": "A = 1\nB = 2\n", "src/mylib/deep.py": "from . import A\nC = A\n"}
PATHS = "import os, sys\nfrom pathlib import Path\n"


def test_folders_of_packages_are_not_searched(tmp_path, monkeypatch):
    for name in ("src", "lib/site-packages", "dist-packages"):
        (tmp_path / name).mkdir(parents=True)
    paths = [str(tmp_path / name) for name in ("src", "lib/site-packages", "dist-packages")]
    monkeypatch.setenv("PYTHONPATH", ":".join(paths))
    assert FolderFiles(tmp_path).python_path() == ("src",)
    tree = ast.parse("import sys\nsys.path.insert(0, 'lib/site-packages')\nsys.path.append('src')")
    assert extended((".",), tree, "exp.py") == (".", "src")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sys.path.insert(0, 'src')", ("src", ".")),
        ("sys.path.insert(1, 'src')", (".", "src")),
        ("sys.path.append('./src/')", (".", "src")),
        ("sys.path += ['src', 'lib']", (".", "src", "lib")),
        ("sys.path.extend(['src'])", (".", "src")),
        ("import site\nsite.addsitedir('src')", (".", "src")),
        ("sys.path.insert(0, os.path.join(os.path.dirname(__file__), 'src'))", ("src", ".")),
        (
            "sys.path.insert(0, os.path.abspath(os.path.join(os.path.dirname(__file__), '..')))",
            ("..", "."),
        ),
        ("sys.path.insert(0, str(Path(__file__).parent / 'src'))", ("src", ".")),
        ("sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'src'))", ("../src", ".")),
        (
            "ROOT = Path(__file__).parent\nSRC = ROOT / 'src'\nsys.path.append(str(SRC))",
            (".", "src"),
        ),
        ("if 'src' not in sys.path:\n    sys.path.insert(0, 'src')", ("src", ".")),
        ("sys.path.append(os.path.dirname(os.path.realpath(__file__)))", (".",)),
        ("sys.path.append(os.getcwd() + '/x')", (".",)),
        ("sys.path.append('/opt/lib')", (".",)),
        ("sys.path.append(os.environ['LIB'])", (".",)),
        ("SRC = 'a'\nSRC = 'b'\nsys.path.append(SRC)", (".",)),
        ("def f(): sys.path.append('src')", (".",)),
        ("A = B\nB = A\nsys.path.append(A)", (".",)),
    ],
)
def test_which_folders_are_searched(text, expected):
    assert extended((".",), ast.parse(PATHS + text), "exp.py") == expected


def test_modules_are_found_in_the_first_folder_that_has_them():
    names = ["both.py", "src/both.py", "src/pkg/a.py", "src/space/a.py", "space/b.py", "../up.py"]
    files = MemoryFiles(dict.fromkeys(names, ""))
    assert find("both", files, ("src", ".")).path == "src/both.py"
    assert find("both", files, (".", "src")).path == "both.py"
    assert find("space.a", files, (".", "src")).path == "src/space/a.py"
    assert find("space.b", files, ("src", ".")).path == "space/b.py"
    assert find("up", files, (".", "..")).path == "../up.py"
    assert find("up", files) is None
    assert "pkg.a" in all_modules(files, "", (".", "src"))


@pytest.mark.parametrize(
    "path",
    [
        "'src'",
        "os.path.join(os.path.dirname(__file__), 'src')",
        "str(Path(__file__).parent / 'src')",
    ],
)
def test_a_module_in_a_folder_below(tmp_path, path):
    before = f"{PATHS}sys.path.insert(0, {path})\nfrom mylib.deep import C"
    found = check_slice(tmp_path, before, "return C", SRC)
    assert module("mylib", found) == ["A = 1"]
    assert module("mylib.deep", found) == ["from . import A", "C = A"]
    assert [item.path for item in found.slice.modules] == [
        "src/mylib/__init__.py",
        "src/mylib/deep.py",
    ]
    assert found.slice.widened == ()


def test_a_module_in_a_folder_beside():
    files = {"../src/mylib.py": "A = 1\nB = 2\n", "../tests.py": "C = 1\n"}
    before = f"{PATHS}sys.path.append('../src')\nimport mylib"
    found = trial(before, "return mylib.A", files)
    assert module("mylib", found) == ["A = 1"]


def test_a_folder_that_a_local_module_adds(tmp_path):
    files = {
        "setup_path.py": "import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), 'src'))\n",
        **SRC,
    }
    found = check_slice(tmp_path, "import setup_path\nimport mylib", "return mylib.A", files)
    assert module("mylib", found) == ["A = 1"]


def test_a_folder_that_nobody_adds_is_not_searched():
    assert kept("import mylib", "return mylib.A", SRC) == ["import mylib"]
    assert trial("import mylib", "return mylib.A", SRC).slice.modules == ()


def test_a_folder_that_the_environment_names(tmp_path, monkeypatch):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "mylib.py").write_text("A = 1\n")
    files = FolderFiles(tmp_path)
    assert files.python_path() == ()
    monkeypatch.setenv("PYTHONPATH", f"/usr/lib:{tmp_path / 'src'}:{tmp_path}:{tmp_path.parent}")
    assert files.python_path() == ("src",)


def test_a_computed_import_finds_what_is_in_a_folder_that_is_added():
    body = "import importlib\nreturn importlib.import_module('mylib.' + name).C"
    found = trial(f"{PATHS}sys.path.insert(0, 'src')", body, SRC)
    assert {item.path for item in found.slice.modules} == {
        "src/mylib/__init__.py",
        "src/mylib/deep.py",
    }
