"""Packages of the user's project outside the experiment's folder, as installers and PYTHONPATH make them known.

The files in the folders of packages are written as the installers named beside them write them.
"""

import os

import pytest

from mlx2smk.analysis import analyse, analyse_files
from mlx2smk.analysis.editable import Editable, editable_in, package_places, project_of
from mlx2smk.analysis.modules import FolderFiles, MemoryFiles, find
from mlx2smk.analysis.search import PYTHONS, extended
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.sliced_texts import HEAD, module

SETUPTOOLS = """from __future__ import annotations
import sys
MAPPING: dict[str, str] = {{'tool': {tool!r}, 'one': {one!r}, 'elsewhere': '/opt/elsewhere'}}
NAMESPACES: dict[str, list[str]] = {{}}
raise SystemExit("runs")
"""
HATCHLING = """from editables.redirector import RedirectingFinder as F
F.install()
F.map_module('tool', {init!r})
F.map_module('one', {one!r})
raise SystemExit("runs")
"""
TOOL = {"tool/__init__.py": "", "tool/levels.py": "A = 1\nB = 2\n", "one.py": "C = 3\nD = 4\n"}
BODY = "return levels.A + one.C"
TEXT = f"{HEAD}import one\nfrom tool import levels\n@trial(1, {{}})\ndef t():\n    {BODY}\n"


@pytest.fixture
def project(tmp_path):
    """A project with an experiment, and sources in another folder."""
    root = tmp_path / "project"
    files = {"pyproject.toml": "", "experiments/exp.py": TEXT}
    files |= {f"src/{name}": text for name, text in TOOL.items()}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (tmp_path / "site-packages").mkdir()
    return root


def pointing(place, source):
    (place / "tool.pth").write_text(f"# a comment\n\n{source}\n{source / 'missing'}\n")


def pointing_from_the_place(place, source):
    (place / "__editable__.tool-1.0.pth").write_text(os.path.relpath(source, place))


def mapping(place, source):
    (place / "__editable__.tool-1.0.pth").write_text(
        "import __editable___tool_1_0_finder; __editable___tool_1_0_finder.install()\n"
    )
    text = SETUPTOOLS.format(tool=str(source / "tool"), one=str(source / "one"))
    (place / "__editable___tool_1_0_finder.py").write_text(text)


def mapping_files(place, source):
    (place / "_editable_impl_tool.pth").write_text("import _editable_impl_tool\n")
    init, one = str(source / "tool" / "__init__.py"), str(source / "one.py")
    (place / "_editable_impl_tool.py").write_text(HATCHLING.format(init=init, one=one))


def linking(place, source):
    (place / "tool").symlink_to(source / "tool")
    (place / "one.py").symlink_to(source / "one.py")


WAYS = [pointing, pointing_from_the_place, mapping, mapping_files, linking]


def analysed(root, *places):
    text = (root / "experiments" / "exp.py").read_text()
    parsed = parse(Source("exp.py", text))
    return analyse(parsed.experiment, root / "experiments", places=places)["t"]


@pytest.mark.parametrize("install", WAYS)
def test_an_editable_package_of_the_project_is_local(project, tmp_path, install):
    place = tmp_path / "site-packages"
    install(place, project / "src")
    found = analysed(project, place)
    assert module("tool.levels", found) == ["A = 1"]
    assert module("one", found) == ["C = 3"]
    assert [item.path for item in found.slice.modules] == [
        "../src/one.py",
        "../src/tool/__init__.py",
        "../src/tool/levels.py",
    ]


@pytest.mark.parametrize("install", WAYS)
def test_one_of_another_project_is_not(project, tmp_path, install):
    install(tmp_path / "site-packages", project / "src")
    (project / "pyproject.toml").unlink()
    assert analysed(project, tmp_path / "site-packages").slice.modules == ()


def test_without_places_nothing_is_installed(project):
    assert analysed(project).slice.modules == ()


def test_a_folder_of_the_project_on_pythonpath(project, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", f"{project / 'src'}:{project.parent}")
    assert FolderFiles(project / "experiments").python_path() == ("../src",)
    assert module("tool.levels", analysed(project)) == ["A = 1"]


def test_what_is_installed_as_a_copy_hides_the_sources(project, tmp_path):
    place = tmp_path / "site-packages"
    pointing(place, project / "src")
    (place / "one.cpython-311-x86_64-linux-gnu.so").touch()
    (place / "tool-1.0.dist-info").mkdir()
    found = analysed(project, place)
    assert [item.name for item in found.slice.modules] == ["tool", "tool.levels"]
    (place / "tool").mkdir()
    (place / "tool" / "__init__.py").touch()
    assert analysed(project, place).slice.modules == ()


def test_the_standard_library_hides_what_is_behind_it():
    files = MemoryFiles(dict.fromkeys(["../src/types.py", "../lib/json.py", "../src/mine.py"], ""))
    roots = (".", PYTHONS, "../lib")
    files = MemoryFiles(files.texts, Editable(("../src",)))
    assert find("types", files, roots) is None
    assert find("json", files, roots) is None
    assert find("mine", files, roots).path == "../src/mine.py"
    assert find("json", files, ("../lib", *roots)).path == "../lib/json.py"


def test_where_a_folder_is_added_decides_what_hides_it():
    roots = (".", PYTHONS)
    tree = compile("import sys\nsys.path.append('a')\nsys.path.insert(1, 'b')\n"
                   "sys.path.insert(0, 'c')\nsys.path.insert(n, 'd')\n", "", "exec", 0x400)  # fmt: skip
    assert extended(roots, tree, "exp.py") == ("c", ".", "b", PYTHONS, "a", "d")


def test_our_own_module_is_never_one_of_the_users():
    texts = {"../mlx2smk/__init__.py": "A = 1", "../decorators.py": "", "../mine.py": ""}
    files = MemoryFiles(texts, Editable((".."), {"mlx2smk": "../mlx2smk"}))
    for roots in ((".", PYTHONS), ("..", ".", PYTHONS)):
        assert find("mlx2smk", files, roots) is None
        assert find("decorators", files, roots) is None
    assert find("mine", files, ("..", ".")).path == "../mine.py"


def test_a_mapped_part_of_a_namespace():
    texts = {"../lib/part/__init__.py": "", "../lib/part/deep.py": "A = 1\nB = 2\n"}
    files = MemoryFiles({"exp.py": "", **texts}, Editable((), {"space.part": "../lib/part"}))
    assert find("space", files, (".", PYTHONS)) is None
    assert find("space.part.deep", files, (".", PYTHONS)).path == "../lib/part/deep.py"
    text = f"{HEAD}from space.part.deep import A\n@trial(1, {{}})\ndef t(): return A\n"
    found = analyse_files(parse(Source("exp.py", text)).experiment, files)["t"]
    assert module("space.part.deep", found) == ["A = 1"]


def test_the_project_is_the_repository_or_what_can_be_installed(tmp_path):
    folder = tmp_path / "a" / "b" / "c"
    folder.mkdir(parents=True)
    assert project_of(folder) == folder
    (tmp_path / "a" / "b" / "pyproject.toml").touch()
    assert project_of(folder) == tmp_path / "a" / "b"
    (tmp_path / "a" / "setup.py").touch()
    assert project_of(folder) == tmp_path / "a"
    (tmp_path / "a" / "b" / ".git").mkdir()
    assert project_of(folder) == tmp_path / "a" / "b"


def test_the_places_of_another_interpreter(tmp_path):
    place = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    place.mkdir(parents=True)
    (tmp_path / "env" / "bin").mkdir()
    (tmp_path / "env" / "bin" / "python").symlink_to("/usr/bin/python3")
    assert package_places("env/bin/python", tmp_path) == [place]
    assert package_places(str(tmp_path / "env" / "bin" / "python"), tmp_path / "x") == [place]
    assert package_places("a-python-that-is-not-there", tmp_path) == []


def test_odd_files_in_a_place(project, tmp_path):
    place = tmp_path / "site-packages"
    (place / "a.pth").write_bytes(b"\xef\xbb\xbf../project/src\r\nimport os; os.abort()\n\xff\n")
    (place / "b.pth").write_text("import broken\nimport gone\n")
    (place / "broken.py").write_text("MAPPING = {")
    (place / "link").symlink_to("nowhere")
    folder = project / "experiments"
    assert editable_in([place, tmp_path / "gone"], folder) == Editable(("../src",))
