"""Folders of earlier releases are read, or refused with what to do; so are those of later ones."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.runtime.store import Store
from tests.support.paths import ROOT
from tests.support.without_snakemake import BundledWorker, Executor

PLAN = Path("workflow/experiments/exp/plan.json")
FIRST_CODE = "f90b94f45188eec4112c2a8db80c49108c5c5cc91749a1826cf09e66880a6950"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "tests" / "releases" / "first", tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")


def shown(capfd, *words, code=0):
    capfd.readouterr()
    assert main([*words]) == code
    out, err = capfd.readouterr()
    return out if code == 0 else err


def test_results_are_read(capfd):
    rows = json.loads(shown(capfd, "results", "--format", "json"))
    assert [row["params"] for row in rows if row["trial"] == "square"] == [
        {"n": n, "kind": "a"} for n in (1, 2, 3)
    ]
    found = [row.get("result") for row in rows]
    read = {"kind": "a", "read": "content"}
    assert found[:2] == [{"square": 1, **read}, {"square": 4, **read}]
    assert [result["total"] for result in found[3:]] == [11, 13]
    assert shown(capfd, "status").startswith("exp: validated")
    assert "ValueError: three" in shown(capfd, "log", "square", "n=3")


def test_the_store_is_read():
    """Keys as the first release wrote them; what was run then is found."""
    pack = next(Path(".mlx/store/runs").glob(f"{FIRST_CODE[:16]}/*.pack"))
    keys = re.findall(rb"(?m)^([0-9a-f]{64}) [0-9a-f]{16} [0-9a-f]{64} \{", pack.read_bytes())
    store = Store(".mlx/store", "exp/square", FIRST_CODE)
    found = [run for key in keys for run in store.candidates(key.decode(), "elsewhere.json")]
    assert sorted(each.run["result"]["square"] for each in found if each.run["success"]) == [1, 4]


def test_compiled_again_it_means_the_same(capfd):
    shown(capfd, "compile", "exp.py")
    report = Executor(Path(), BundledWorker()).run()
    assert report["status"] == "validated"
    assert report["context"] == {"base": 13, "seed": 3}
    assert [run["success"] for run in report["trials"]["square"]] == [True, True, False]
    assert shown(capfd, "gc").count("deleted") <= 1
    assert shown(capfd, "explain", "exp.py")


def of_later_version(path):
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "version": 2}))


@pytest.mark.parametrize("command", ["results", "status", "retry", "gc", "log square n=1"])
def test_a_plan_of_a_later_version_is_refused(capfd, command):
    of_later_version(PLAN)
    said = shown(capfd, *command.split(), code=1)
    assert said.startswith(f"{PLAN}: ")
    assert "2, so this is not a plan of version 1: a later mlx2smk wrote it" in said
    assert "run mlx compile again" in said


@pytest.mark.parametrize(
    "path", ["runs/square/n~1,kind~a", "setup/init"], ids=lambda path: path[:5]
)
def test_a_record_of_a_later_version_is_refused(capfd, path):
    file = Path(f"results/exp/{path}.json")
    of_later_version(file)
    said = shown(capfd, "explain", "exp.py", code=1)
    assert said.startswith(f"{file}: ")
    assert "a later mlx2smk wrote it" in said
    assert "delete it" in said


def test_a_job_refuses_a_record_of_a_later_version(capfd):
    shown(capfd, "compile", "exp.py")
    file = Path("results/exp/runs/square/n~1,kind~a.json")
    of_later_version(file)
    words = ["collect", "square", "--plan", str(PLAN), "--runs", str(file.parent)]
    words += ["--runs-output", "runs.json", "--updates-output", "updates.json"]
    code, said = BundledWorker().ask("step", ".", {}, *words)
    assert code == 1
    assert said.startswith(f"mlx: {file} was made by another version of mlx2smk")
    assert said.count("\n") == 1
    assert not Path("runs.json").exists()
