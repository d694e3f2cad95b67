"""What a person meets first: `mlx` alone, `mlx new`, `mlx check`, and what is said to a mistyped word."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from mlx2smk.cli import main
from tests.support import warm_snakemake

GOOD = """\
from mlx2smk import trial

@trial(1, {"n": [1, 2, 3]})
def train(n):
    return n
"""
BAD = """\
from mlx2smk import trial

@trial(1, {"n": 3})
def train(n):
    return n
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with a good and a bad experiment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    return tmp_path


def names(folder):
    return sorted(path.name for path in folder.rglob("*"))


def complaint(arguments, capsys):
    """Run wrong usage and return the last line on stderr."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    return capsys.readouterr().err.splitlines()[-1]


def test_alone_it_names_the_commands_to_start_with(capsys):
    assert main([]) == 2
    out = capsys.readouterr().out
    assert [word for word in ("mlx new", "mlx compile", "snakemake -j8") if word not in out] == []


def test_its_version_also_as_a_module(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mlx2smk {version('mlx2smk')}\n"
    words = [sys.executable, "-m", "mlx2smk", "--version"]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout == (
        f"mlx2smk {version('mlx2smk')}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["comple", "exp.py"], "did you mean 'compile'?"),
        (["compile", "--bach", "3", "exp.py"], "did you mean '--batch'?"),
        (["check", "--formt=json", "exp.py"], "did you mean '--format'?"),
        (["check", "--format", "jsn", "exp.py"], "did you mean 'json'?"),
        (["--versoin"], "did you mean '--version'?"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(arguments, meant, capsys):
    assert complaint(arguments, capsys).endswith(f"; {meant}")


@pytest.mark.parametrize("arguments", [["xyzzy"], ["compile", "--xyzzy", "exp.py"]])
def test_a_word_like_no_other_gets_none(arguments, capsys):
    assert "did you mean" not in complaint(arguments, capsys)


COMMANDS = [
    "new",
    "check",
    "compile",
    "explain",
    "results",
    "status",
    "log",
    "repro",
    "retry",
    "gc",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_has_an_example(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert re.search(rf"^examples?:\s+mlx {command}\b", capsys.readouterr().out, re.MULTILINE)


# ------------------------------------------------------------------ mlx new


def test_a_new_experiment_has_no_mistake_and_is_validated(folder, capsys):
    assert main(["new", "deep/first.py"]) == 0
    assert "mlx compile deep/first.py && snakemake -j8" in capsys.readouterr().out
    assert main(["compile", "deep/first.py"]) == 0
    assert capsys.readouterr() == ("deep/first.py: newton (6)\n", "")
    words = [sys.executable, "-m", "snakemake", "-j2"]
    warm_snakemake.run(words, cwd=folder, check=True, capture_output=True)
    report = json.loads((folder / "results/first/report.json").read_text())
    assert report["status"] == "validated"
    roots = [
        run["result"]["root"] for run in report["trials"]["newton"] if run["params"]["steps"] == 9
    ]
    assert roots == pytest.approx([2**0.5, 2**0.5], rel=1e-15)


def test_without_a_name_it_is_exp_py(folder):
    assert main(["new"]) == 0
    assert (folder / "exp.py").is_file()


def test_what_is_there_is_never_overwritten(folder, capsys):
    assert main(["new", "good.py"]) == 1
    assert (folder / "good.py").read_text() == GOOD
    assert capsys.readouterr().err == "mlx: good.py exists; choose another name\n"


def test_it_must_be_a_python_file(folder, capsys):
    assert main(["new", "exp"]) == 1
    assert "ends with .py" in capsys.readouterr().err
    assert names(folder) == ["bad.py", "good.py"]


# ------------------------------------------------------------------ mlx check


def test_checking_writes_nothing(folder, capsys):
    before = names(folder)
    assert main(["check", "good.py"]) == 0
    assert capsys.readouterr() == ("no errors in 1 experiment\n", "")
    assert main(["check", "good.py", "bad.py"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("bad.py:3:17: MLX")
    assert names(folder) == before


def test_other_experiments_of_the_folder_are_left_alone(folder, capsys):
    main(["compile", "good.py"])
    (folder / "good.py").write_text(BAD)
    capsys.readouterr()
    assert main(["new", "first.py"]) == 0
    assert main(["check", "first.py"]) == 0
    assert capsys.readouterr().err == ""


def test_sarif(capsys):
    assert main(["check", "--format", "sarif", "bad.py"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    [result] = run["results"]
    [place] = result["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "bad.py"},
        "region": {"startLine": 3, "startColumn": 17, "endLine": 3, "endColumn": 18},
    }
    assert result["level"] == "error"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [result["ruleId"]]


def test_sarif_without_mistakes_has_no_results(capsys):
    assert main(["check", "--format", "sarif", "good.py"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"] == []


def test_annotations_of_github(folder, capsys):
    (folder / "a,b").mkdir()
    (folder / "bad.py").rename(folder / "a,b/bad.py")
    assert main(["check", "--format", "github", "a,b/bad.py"]) == 1
    [line] = capsys.readouterr().out.splitlines()
    start = "::error file=a%2Cb/bad.py,line=3,col=17,endLine=3,endColumn=18,title=MLX"
    assert line.startswith(start)
    assert "%0Ahint: " in line
