"""Same input, same bytes: whatever the hash seed, the folder, the locale or the Python."""

import os
import subprocess
import sys

import pytest

from tests.support.other_pythons import find_python
from tests.support.paths import ROOT

EXPERIMENT = '''\
"""An experiment with something of everything."""

import json
from mlx2smk import setup, trial, verify

LIMITS = {"a", "b", "c", "größe"}


class Net:
    def __init__(self, *layers: int) -> None:
        self.layers = layers


def helper(x):
    return [y for y in range(x) if f"{y}" not in LIMITS]


@setup(1)
def init():
    return {"seed": 1, **dict.fromkeys(LIMITS)}


@setup()
def more():
    return {"c": SETUP["a"], "d": SETUP.get("b")}


@trial(1, {"n": [1, 2.0, "x", (1, 2)], "cfg": [{"lr": 0.1, "opt": None}]}, inputs=["exp.py"])
def train(n, cfg):
    net = Net(1, 2)
    return {"context_update": {"z": 1, "y": SETUP["größe"], "x": helper(3)}, "net": net.layers}


@trial(2, {"__parallel__": 3, "prüf": ["ä", "Ä"]})
def later(prüf):
    match prüf:
        case "ä":
            return json.dumps(SETUP["y"])
        case _:
            return lambda: (yield)


@verify(["train"])
def check(results):
    return all(run["success"] for run in results["train"]) and not results["later"]
'''


def compiled(folder, *, python=sys.executable, cwd=None, path="exp.py", **environment):
    """Compile the experiment in a process of its own; return all that was written."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "exp.py").write_text(EXPERIMENT, encoding="utf-8")
    options = ["--directory", str(folder)] if cwd else []
    command = [python, "-m", "mlx2smk.cli", "compile", path, *options]
    subprocess.run(
        command,
        cwd=cwd or folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        check=True,
        capture_output=True,
    )
    workflow = folder / "workflow"
    files = [path for path in workflow.rglob("*") if path.is_file()]
    return {path.relative_to(workflow).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    files = compiled(tmp_path_factory.mktemp("first"), PYTHONHASHSEED="0")
    assert {"Snakefile", ".mlx2smk.json", "experiments/exp/plan.json"} < files.keys()
    return files


@pytest.mark.parametrize("seed", ["1", "2", "4294967295"])
def test_the_hash_seed(tmp_path, expected, seed):
    assert compiled(tmp_path, PYTHONHASHSEED=seed) == expected


def test_the_folder_and_its_name(tmp_path, expected):
    assert compiled(tmp_path / "an other" / "größe {x}") == expected


def test_the_folder_that_it_is_compiled_from(tmp_path, expected):
    folder = tmp_path / "inner"
    assert compiled(folder, cwd=tmp_path, path="inner/exp.py") == expected
    assert compiled(folder, cwd="/", path=str(folder / "exp.py")) == expected


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_the_locale(tmp_path, expected, locale):
    environment = {"LC_ALL": locale, "LANG": locale, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    assert compiled(tmp_path, **environment) == expected


def test_optimisation_and_time_zone(tmp_path, expected):
    assert compiled(tmp_path, PYTHONOPTIMIZE="2", TZ="Asia/Tokyo") == expected


def test_a_second_time_into_the_same_folder(tmp_path, expected):
    assert compiled(tmp_path) == compiled(tmp_path) == expected


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_python(tmp_path, expected, version):
    python = find_python(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    assert compiled(tmp_path, python=python) == expected
