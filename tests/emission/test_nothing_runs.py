"""Compiling, checking and explaining execute nothing of the user's: no import, no code, no process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support.paths import ROOT

EXPERIMENTS = sorted(
    path
    for path in (ROOT / "tests" / "experiments").rglob("*.py")
    if "@trial" in path.read_text(encoding="utf-8", errors="replace")
)
SCRIPT = ROOT / "tests" / "support" / "trapped_compile.py"
TRAP = """
import pathlib
pathlib.Path(__file__).with_suffix(".executed").touch()
"""
LOUD = (
    TRAP
    + """
from decorators import setup, trial, verify
import helper, json, numpy, package.part

@(lambda function: pathlib.Path("executed").touch() or function)
@trial(1, {"n": [1, 2]})
def t(n, default=pathlib.Path("executed").touch()):
    return helper.value(n)

class Meta(type):
    def __prepare__(*args):
        pathlib.Path("executed").touch()
        return {}

class Loud(metaclass=Meta):
    pathlib.Path("executed").touch()

@verify(["t"])
def check(results):
    return True
"""
)
MODULES = ("helper.py", "json.py", "numpy.py", "yaml.py", "rich.py", "decorators.py", "mlx2smk.py")
MODULES += ("package/__init__.py", "package/part.py", "sitecustomize.py", "jsonschema.py", "ast.py")


def mlx(folder, *words):
    done = subprocess.run(
        [sys.executable, "-m", "mlx2smk", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.slow
def test_all_experiments_of_the_tests(tmp_path):
    """One process checks them all, one after another."""
    shutil.copytree(ROOT / "tests" / "experiments", tmp_path / "experiments")
    shutil.copytree(ROOT / "tests" / "projects", tmp_path / "projects")
    seen = {path.stem.casefold(): path for path in EXPERIMENTS}
    names = [str(path.relative_to(ROOT / "tests")) for path in seen.values()]
    _, said = trapped(tmp_path, SCRIPT, ["check", *names])
    assert said["found"] == []
    assert said["statuses"].count(0) > len(names) * 0.8


def trapped(folder, script, words):
    done = subprocess.run(
        [sys.executable, str(script), str(folder), *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, json.loads(done.stderr.splitlines()[-1])


@pytest.fixture
def loud(tmp_path):
    folder = tmp_path / "loud"
    for name in MODULES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TRAP + "def value(n): return n\n")
    (folder / "exp.py").write_text(LOUD)
    return folder


def executed(folder):
    return sorted(path.name for path in folder.rglob("*executed"))


@pytest.mark.parametrize("command", ["compile", "check", "explain"])
def test_an_experiment_that_would_be_noticed(loud, command):
    code, said = trapped(loud, SCRIPT, [command, "exp.py"])
    assert (code, said["found"]) == (0, [])
    assert executed(loud) == []


def test_files_named_as_modules_are_not_imported_by_the_command(loud):
    (loud / "mlx2smk.py").unlink()  # Python itself would find it before the package
    (loud / "sitecustomize.py").unlink()
    for words in (["compile", "exp.py"], ["status"], ["results"], ["gc"], ["check", "exp.py"]):
        code, said = mlx(loud, *words)
        assert code in (0, 1), said
        assert "Traceback" not in said
        assert executed(loud) == []


def test_the_trap_notices(tmp_path):
    """The test above could fail: code of the user's that runs is found."""
    folder = tmp_path / "user"
    folder.mkdir()
    (folder / "exp.py").write_text("exec('1 + 1')\n")
    script = tmp_path / "script.py"
    text = SCRIPT.read_text()
    runs = "import runpy\nrunpy.run_path(sys.argv[1] + '/exp.py')\nos.system('true')\n"
    script.write_text(text.replace("statuses = ", runs + "statuses = "))
    _, said = trapped(folder, script, ["check"])
    assert [each[0] for each in said["found"]] == ["exec", "exec", "os.system"]
