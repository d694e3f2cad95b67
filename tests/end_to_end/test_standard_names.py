"""Experiments that have the name of a module which they, or Python itself, may need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk.analysis.modules import STANDARD_LIBRARY
from mlx2smk.cli import main
from mlx2smk.planning.planner import module_name
from tests.support.expected_messages import IMPORT
from tests.support.handmade_bundles import Bundle

# It has the worker and Python import much, after the experiment's own module is there.
SOURCE = """
from __future__ import annotations
import dataclasses, enum, json, logging, pickle, random, tempfile, typing

@dataclasses.dataclass
class Point:
    x: typing.Optional[int]

def t(n):
    if n:
        raise ValueError(f"{n} is odd")
    assert typing.get_type_hints(Point)["x"] == typing.Optional[int]
    return [pickle.loads(pickle.dumps(Point(3))).x, __file__.rpartition("/")[2], random.Random(1).random()]
"""
RANDOM = 0.13436424411240122  # the first number of Random(1), as Python has always had it

# Those that the worker, or every start of Python, needs; all that a job loads are tried in the slow test.
NEEDED = (
    "types",
    "traceback",
    "json",
    "random",
    "os",
    "enum",
    "dataclasses",
    "pickle",
    "mlx_runtime",
)


def runs(folder: Path, stem: str, source: str = SOURCE) -> list[dict]:
    """Return the runs of a trial of two combinations in an experiment of that name."""
    bundle = Bundle(folder, source).trial("t", {"n": [0, 1]}, batch=2)
    (folder / "exp.py").rename(folder / f"{stem}.py")
    file = f"{stem}.py"
    bundle.plan.update(experiment=stem, source=file, file=file, module=module_name(stem))
    return bundle.run_trial("t")


def check(folder: Path, stem: str) -> None:
    first, second = runs(folder, stem)
    assert first.get("result") == [3, f"{stem}.py", RANDOM], (stem, first)
    assert (second["type"], second["error"]) == ("ValueError", "1 is odd"), (stem, second)
    assert second["traceback"].startswith("Traceback"), stem


@pytest.mark.parametrize("stem", NEEDED)
def test_names_of_modules_that_every_job_needs(tmp_path, stem):
    check(tmp_path, stem)


def loaded_by_jobs(folder: Path) -> set[str]:
    """Return the standard modules that a job of this file has loaded, whether its runs fail or not.

    A module that nothing loads is to a job what a file of any other name is.
    """
    source = SOURCE.replace("def t(n):", "def t(n):\n    return looked_at(n)\ndef plain(n):")
    source += """
def looked_at(n):
    import sys, traceback
    try:
        plain(n)
    except ValueError:
        traceback.format_exc()
    return sorted({name.partition(".")[0] for name in sys.modules})
"""
    found = {name for run in runs(folder, "exp", source) for name in run["result"]}
    return found & sys.stdlib_module_names


@pytest.mark.slow
def test_names_of_all_standard_modules_that_jobs_load(tmp_path):
    names = loaded_by_jobs(tmp_path)
    assert names > {"os", "types", "json", "traceback", "_thread"}
    for stem in sorted(names | {"antigravity", "asyncio", "site", "this", "zipimport"}):
        folder = tmp_path / stem
        folder.mkdir()
        check(folder, stem)


def test_the_module_keeps_its_name_where_nothing_else_has_it():
    assert module_name("exp") is None
    assert module_name("numpy") is None
    assert module_name("types") == "types_experiment"
    assert module_name("mlx_runtime") == "mlx_runtime_experiment"
    assert all(map(module_name, STANDARD_LIBRARY))


def test_the_experiment_and_its_helpers_get_pythons_own_module(tmp_path):
    source = "import random, helper\ndef t(n): return [random.Random(1).random(), helper.f()]"
    bundle = Bundle(tmp_path, source)
    helper = bundle.module(
        "helper", "from random import Random\ndef f(): return Random(1).random()"
    )
    bundle.trial("t", {"n": [1]}, modules=[helper])
    (tmp_path / "exp.py").rename(tmp_path / "random.py")
    bundle.plan.update(experiment="random", file="random.py", module="random_experiment")
    [run] = bundle.run_trial("t")
    assert run["result"] == [RANDOM, RANDOM]


@pytest.mark.slow
@pytest.mark.parametrize("stem", ["types", "traceback", "random"])
def test_the_whole_way_through_snakemake(tmp_path, monkeypatch, stem):
    monkeypatch.chdir(tmp_path)
    Path(f"{stem}.py").write_text(
        f"import random\n{IMPORT}@setup()\ndef init(): return {{'seed': 1}}\n"
        "@trial(1, {'n': [0, 1]})\ndef t(n):\n    assert not n, 'n is not 0'\n"
        "    return [random.random(), __name__]\n"
        "@verify(['t'])\ndef v(results): return results['t'][0]['result'][0] == 0.13436424411240122\n"
    )
    report = snakemake(stem)
    assert report["status"] == "validated"
    first, second = report["trials"]["t"]
    assert first["result"] == [RANDOM, f"{stem}_experiment"]
    assert second["error"] == "n is not 0"


def snakemake(stem):
    assert main(["compile", f"{stem}.py"]) == 0
    done = subprocess.run(
        [Path(sys.executable).parent / "snakemake", "-j2", "--quiet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(Path(f"results/{stem}/report.json").read_text())
