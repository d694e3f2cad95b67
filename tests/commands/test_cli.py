import json
import os
import subprocess
import sys

import pytest

from mlx2smk.cli import main

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

@trial("first", {"m": [1]})
def other(m):
    return m
"""
CHAINED = GOOD.replace("return n", 'return {"context_update": {"n": SETUP}}')


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with some experiments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "chained.py").write_text(CHAINED)
    return tmp_path


def files(folder):
    return sorted(path.name for path in folder.rglob("*"))


def trial_plan(folder, stem="good"):
    text = (folder / "workflow/experiments" / stem / "plan.json").read_text()
    return json.loads(text)["trials"][0]


def usage_error(arguments, capsys):
    """Run wrong usage, as argparse or the command itself finds it, and return what is on stderr."""
    try:
        code = main(arguments)
    except SystemExit as exit_:
        code = exit_.code
    assert code == 2
    return capsys.readouterr().err


# ------------------------------------------------------------------ compile


def test_compile_writes_the_workflow_and_says_what_it_holds(folder, capsys):
    assert main(["compile", "good.py"]) == 0
    assert (folder / "workflow/Snakefile").is_file()
    assert capsys.readouterr() == ("good.py: train (3)\n", "")


def test_compile_several(folder, capsys):
    assert main(["compile", "good.py", "chained.py", "good.py"]) == 0
    assert capsys.readouterr().out == "chained.py: train (3)\ngood.py: train (3)\n"
    assert files(folder / "workflow/experiments")[:2] == ["chained", "good"]


def test_compile_into_another_folder(folder, capsys):
    assert main(["compile", "good.py", "--directory", "new/out"]) == 0
    assert (folder / "new/out/workflow/Snakefile").is_file()
    assert not (folder / "workflow").exists()
    assert capsys.readouterr().out == "../../good.py: train (3)\n"


@pytest.mark.parametrize(
    "names",
    [["bad.py"], ["good.py", "bad.py"], ["bad.py", "good.py"], ["none.py"], ["good.py", "none.py"]],
)
def test_nothing_is_written_when_anything_is_wrong(folder, names, capsys):
    before = files(folder)
    assert main(["compile", *names]) == 1
    assert files(folder) == before
    out, err = capsys.readouterr()
    assert out == ""
    assert "MLX" in err


def test_what_was_written_stays_when_something_is_wrong_later(folder):
    main(["compile", "good.py"])
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert main(["compile", "good.py", "bad.py"]) == 1
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_all_mistakes_of_all_files_are_shown(capsys):
    (before, after) = ("bad.py", "none.py")
    assert main(["compile", before, after]) == 1
    err = capsys.readouterr().err
    places = [line.split(" ")[0] for line in err.splitlines() if ": MLX" in line]
    assert places == ["bad.py:3:17:", "bad.py:7:8:", "none.py:"]


@pytest.mark.parametrize("name", ["Snakefile", "snakefile"])
def test_a_snakefile_of_the_user_is_refused(folder, name, capsys):
    (folder / name).write_text("rule mine:\n")
    assert main(["compile", "good.py"]) == 1
    assert f"{name}: MLX502 " in capsys.readouterr().err
    assert not (folder / "workflow").exists()


def test_a_foreign_file_is_refused(folder, capsys):
    (folder / "workflow").mkdir()
    (folder / "workflow/Snakefile").write_text("rule mine:\n")
    assert main(["compile", "good.py"]) == 1
    assert "workflow/Snakefile: MLX503 " in capsys.readouterr().err
    assert files(folder / "workflow") == ["Snakefile"]


def test_an_edited_file_is_refused(folder, capsys):
    main(["compile", "good.py"])
    with (folder / "workflow/Snakefile").open("a") as file:
        file.write("# mine\n")
    assert main(["compile", "chained.py"]) == 1
    assert "workflow/Snakefile: MLX504 " in capsys.readouterr().err
    assert files(folder / "workflow/experiments")[0] == "good"


def test_a_file_in_the_place_of_a_folder_is_named_once(folder, capsys):
    (folder / "workflow").write_text("mine")
    assert main(["compile", "good.py"]) == 1
    assert capsys.readouterr().err.count("MLX503") == 1


def test_the_same_name_twice_is_refused(folder, capsys):
    (folder / "sub").mkdir()
    (folder / "sub/good.py").write_text(GOOD)
    assert main(["compile", "good.py", "sub/good.py"]) == 1
    assert "sub/good.py: MLX501 " in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_an_error_without_a_traceback(folder, capsys):
    (folder / f"{'m' * 250}.py").write_text("x = 1\n")
    text = GOOD.replace("\n\n", f"\nfrom {'m' * 250} import x\n", 1)
    (folder / "long.py").write_text(text.replace("return n", "return x"))
    assert main(["compile", "long.py"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("mlx: workflow/experiments/long/modules/")
    assert said.endswith(
        ".py: File name too long (choose a folder with a shorter path, or shorter names)\n"
    )
    assert said.count("\n") == 1
    assert not (folder / "workflow/Snakefile").exists()


# ------------------------------------------------------------------ messages for programs


def test_json_of_mistakes(capsys):
    assert main(["compile", "--format", "json", "bad.py"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    found = json.loads(out)
    assert [(message["path"], message["line"], message["column"]) for message in found] == [
        ("bad.py", 3, 17),
        ("bad.py", 7, 8),
    ]
    assert {message["severity"] for message in found} == {"error"}


def test_json_without_mistakes_is_an_empty_list(capsys):
    assert main(["compile", "--format", "json", "good.py"]) == 0
    assert json.loads(capsys.readouterr().out) == []


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        ([], None, None),
        ([], "", None),
        ([], "3", 3),
        ([], "1", None),
        (["--parallel", "4"], None, 4),
        (["--parallel", "4"], "3", 4),
        (["--parallel", "1"], "3", None),
    ],
)
def test_parallel(folder, monkeypatch, arguments, environment, expected):
    if environment is not None:
        monkeypatch.setenv("MLX_PARALLEL", environment)
    assert main(["compile", "chained.py", *arguments]) == 0
    plan = trial_plan(folder, "chained")
    assert (plan["parallel"], plan["chained"]) == (expected, expected is None)


@pytest.mark.parametrize("text", ["0", "-1", "two", "2.5", " "])
def test_bad_parallel_in_the_environment(folder, monkeypatch, text, capsys):
    monkeypatch.setenv("MLX_PARALLEL", text)
    expected = f"mlx: MLX_PARALLEL: {text!r} is not a whole number from 1 on\n"
    assert usage_error(["compile", "good.py"], capsys) == expected
    assert not (folder / "workflow").exists()


@pytest.mark.parametrize(
    ("batch", "expected"), [("2", [2, 1]), ("1", [1, 1, 1]), ("auto", [1] * 3)]
)
def test_batch(folder, batch, expected):
    assert main(["compile", "good.py", "--batch", batch]) == 0
    assert [int(job.split()[2]) for job in trial_plan(folder)["jobs"]] == expected


def test_stream_all(folder):
    main(["compile", "good.py", "--stream-all"])
    plan = json.loads((folder / "workflow/experiments/good/plan.json").read_text())
    assert plan["stream_all"] is True


def test_python(folder):
    main(["compile", "good.py", "--python", "my python"])
    text = (folder / "workflow/Snakefile").read_text()
    assert 'config.setdefault("mlx_python", "my python")' in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compile"], "EXP.py"),
        (["dance"], "invalid choice: 'dance'"),
        (["compile", "good.py", "--batch", "0"], "'0' is not a whole number from 1 on"),
        (["compile", "good.py", "--batch", "few"], "'few' is not a whole number from 1 on"),
        (["compile", "good.py", "--parallel", "-2"], "'-2' is not a whole number from 1 on"),
        (["compile", "good.py", "--format", "xml"], "invalid choice: 'xml'"),
        (["compile", "good.py", "--unknown"], "unrecognized arguments: --unknown"),
    ],
)
def test_wrong_usage(folder, arguments, words, capsys):
    before = files(folder)
    assert words in usage_error(arguments, capsys)
    assert files(folder) == before


# ------------------------------------------------------------------ explain


def test_explain(capsys):
    assert main(["explain", "MLX502"]) == 0
    out, err = capsys.readouterr()
    assert "Snakefile" in out
    assert err == ""


def test_explain_an_unknown_message(capsys):
    assert "there is no message MLX999" in usage_error(["explain", "MLX999"], capsys)


# ------------------------------------------------------------------ what it costs to start


@pytest.mark.parametrize("arguments", [["--help"], ["compile", "good.py"]])
def test_no_large_library_is_imported(arguments):
    code = (
        "import sys\n"
        "from mlx2smk.cli import main\n"
        "try:\n"
        f"    main({arguments!r})\n"
        "except SystemExit:\n"
        "    pass\n"
        "large = {'snakemake', 'jsonschema', 'yaml', 'numpy', 'asyncio'}\n"
        "print('imported:', sorted(large & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported: []"


def test_help_imports_no_compiler():
    code = (
        "import sys\n"
        "from mlx2smk.cli import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit:\n"
        "    print('imported:', sorted({'mlx2smk.compiler', 'ast'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported: []"


def test_the_command_is_installed():
    """The exit code passes through the console script and through python -m."""
    mlx = os.path.join(os.path.dirname(sys.executable), "mlx")  # noqa: PTH118, PTH120 - a link
    for command in ([mlx], [sys.executable, "-m", "mlx2smk.cli"]):
        done = subprocess.run([*command, "compile", "bad.py"], capture_output=True, check=False)
        assert done.returncode == 1


def test_code_that_is_nested_deeply(tmp_path, monkeypatch):
    long = " + ".join(["'a'"] * 900)
    remainders = "x" + " % 7" * 900
    choices = "".join(f"{n} if x == {n} else " for n in range(900)) + "0"
    table = "{0: " * 90 + "1" + "}" * 90
    branches = "".join(f"    elif x == {n}: y = {n}\n" for n in range(900))
    (tmp_path / "exp.py").write_text(
        f"from mlx2smk import trial\nLONG = {long}\n@trial(1, {{'x': [5]}})\ndef t(x):\n"
        f"    if x < 0: y = 0\n{branches}    return [LONG, {remainders}, {choices}, {table}, y]\n"
    )
    monkeypatch.chdir(tmp_path)
    before = sys.getrecursionlimit()
    assert main(["compile", "exp.py"]) == 0
    assert sys.getrecursionlimit() == before
    (text,) = (tmp_path / "workflow/experiments/exp/slices").iterdir()
    names = {}
    exec(text.read_text(), {"trial": lambda *_: lambda function: function}, names)  # noqa: S102
    table = 1
    for _ in range(90):
        table = {0: table}
    names["t"].__globals__.update(names)
    assert names["t"](5) == ["a" * 900, 5, 5, table, 5]
