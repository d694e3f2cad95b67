"""Experiments that share a folder stay compiled, keep their options, and never take each other's results."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_folder import OtherInterpreter, TakenStem
from mlx2smk.diagnostics.about_warnings import DroppedExperiment
from tests.support import warm_snakemake
from tests.support.stored_runs import files_of_runs

TEXT = """\
from mlx2smk import trial
import helper

@trial(1, {"n": [1, 2, 3]})
def train(n):
    return helper.twice(n)
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    Path("helper.py").write_text("def twice(n):\n    return 2 * n\n")
    for name in ("a", "b"):
        Path(f"{name}.py").write_text(TEXT)


def mlx(*words, code=0):
    assert main(list(words)) == code


def names():
    return sorted(path.name for path in Path("workflow/experiments").iterdir())


def files():
    found = (path for path in Path("workflow").rglob("*") if path.is_file())
    return {path.as_posix(): path.read_bytes() for path in found}


def plan(name):
    return json.loads(Path(f"workflow/experiments/{name}/plan.json").read_text())


def snakemake(*options):
    words = [sys.executable, "-m", "snakemake", *options]
    return warm_snakemake.run(words, capture_output=True, text=True, check=True)


def test_whatever_the_order_of_compiling_the_bundle_is_the_same():
    bundles = []
    for commands in ([["a.py"], ["b.py"]], [["b.py"], ["a.py"]], [["b.py", "a.py"]]):
        for command in commands:
            mlx("compile", *command)
        bundles.append(files())
        mlx("compile", "--only", "a.py")
        assert names() == ["a"]
        mlx("compile", "--only", "b.py")
        assert names() == ["b"]
        for path in sorted(Path("workflow").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert bundles[0] == bundles[1] == bundles[2]


def test_each_keeps_its_options():
    mlx("compile", "a.py", "--parallel", "2", "--batch", "3", "--stream-all")
    mlx("compile", "b.py")
    a, b = plan("a"), plan("b")
    assert (a["parallel"], a["batch"], a["stream_all"]) == (2, 3, True)
    assert (b["parallel"], b["batch"], b["stream_all"]) == (None, None, False)
    assert (len(a["trials"][0]["jobs"]), len(b["trials"][0]["jobs"])) == (1, 3)


def test_one_whose_file_is_gone_is_dropped_with_a_warning(capsys):
    mlx("compile", "a.py")
    Path("a.py").unlink()
    mlx("compile", "b.py")
    assert f"a.py: {DroppedExperiment.code} warning" in capsys.readouterr().err
    assert names() == ["b"]


def test_one_that_is_broken_is_shown_and_nothing_is_written(capsys):
    mlx("compile", "a.py")
    before = files()
    Path("a.py").write_text(TEXT.replace("[1, 2, 3]", "3"))
    mlx("compile", "b.py", code=1)
    assert "a.py:4:17: MLX203" in capsys.readouterr().err
    assert files() == before
    mlx("compile", "--only", "b.py")


def test_another_of_the_same_name_is_refused(capsys):
    Path("sub").mkdir()
    Path("sub/a.py").write_text(TEXT.replace("import helper", "helper = None"))
    mlx("compile", "a.py")
    mlx("compile", "sub/a.py", code=1)
    said = capsys.readouterr().err
    assert f"sub/a.py: {TakenStem.code} a.py, which is compiled into this folder" in said
    mlx("compile", "--only", "sub/a.py")


def test_one_interpreter_for_all_of_a_folder(capsys):
    mlx("compile", "a.py", "--python", "python3")
    mlx("compile", "b.py", code=1)
    assert f"a.py: {OtherInterpreter.code} " in capsys.readouterr().err
    mlx("compile", "b.py", "--python", "python3")


def test_gc_leaves_what_a_dropped_experiment_left_until_asked(capsys):
    mlx("compile", "a.py")
    code = plan("a")["trials"][0]["digest"]
    record = Path(".mlx/store/aa/bb.json")
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"version": 1, "key": "aabb", "code": code, "run": {}}))
    result = Path("results/a/runs/train/n~1.json")
    result.parent.mkdir(parents=True)
    result.write_text("{}")
    Path("b.py").write_text(TEXT.replace("train(n):\n", "train(n):\n    n += 1\n"))
    mlx("compile", "--only", "b.py")
    mlx("gc", "--experiment", "b", code=1)
    mlx("gc")
    assert record.exists()
    assert result.exists()
    capsys.readouterr()
    mlx("gc", "--experiment", "a")
    assert "experiment a, which is compiled no longer: 2 files" in capsys.readouterr().out
    assert not record.exists()
    assert not Path("results/a").exists()


@pytest.mark.slow
def test_results_of_another_file_of_the_same_name_do_not_count():
    Path("sub").mkdir()
    Path("sub/a.py").write_text(TEXT)
    Path("sub/helper.py").write_text(Path("helper.py").read_text())
    mlx("compile", "a.py")
    snakemake("-j2")
    mlx("compile", "--only", "b.py")
    mlx("compile", "--only", "sub/a.py")
    assert "trial_train" in snakemake("-n", "--quiet", "host").stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a.py", "helper.py"])
def test_an_edit_that_was_not_compiled_is_said_first_and_last(name):
    mlx("compile", "a.py", "--batch", "2")
    assert "changed since" not in snakemake("-j2").stderr
    Path(name).write_text(Path(name).read_text() + "# edited\n")
    said = snakemake("-j2").stderr.splitlines()
    line = (
        f"mlx: {name} changed since a was compiled, and this is the version before: "
        "mlx compile a.py --batch 2"
    )
    assert said.count(line) == 2
    assert said[1] == said[-1] == line  # Snakemake names its profile first
    assert any("Nothing to be done" in each for each in said)


@pytest.mark.slow
def test_forced_runs_run_although_results_lie_in_the_future():
    Path("a.py").write_text(
        TEXT.replace("    return", "    open('ran', 'a').write('x')\n    return")
    )
    mlx("compile", "a.py")
    snakemake("-j2")
    for path in [*Path("results").rglob("*.json"), *files_of_runs(Path(".mlx/store"))]:
        subprocess.run(["touch", "-d", "2 days", str(path)], check=True)
    snakemake("-j2", "-F")
    assert Path("ran").read_text() == "x" * 6
