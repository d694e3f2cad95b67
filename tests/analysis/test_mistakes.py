"""Mistakes as `mlx compile` shows them: on real files, and none on experiments that have none."""

from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.diagnostics.about_decorators import MisspelledDecorator, UnknownName
from mlx2smk.diagnostics.about_suspicions import MissingInput, UndefinedName, UnknownContextKey
from mlx2smk.diagnostics.catalogue import CATALOGUE
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, TRIAL, check, places
from tests.support.paths import ROOT

EXPERIMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("tests/experiments", "examples")
    for path in (ROOT / folder).rglob("*.py")
)

# What these experiments do on purpose.
MEANT = {
    "tests/experiments/context_missing_key.py": [
        ("MLX611", 'SETUP["nothing"]'),
        ("MLX611", 'SETUP["nothing"]'),
    ],
    "tests/experiments/context_mutated.py": [("MLX622", "SETUP")],
    "tests/experiments/failures_call.py": [("MLX610", "undefined_name")],
    "tests/experiments/verdicts_unsupported.py": [
        ("MLX616", text) for text in ("1", '"maybe"', '" supports "', '""')
    ],
}
SUSPICIONS = {code for code in CATALOGUE if code == "MLX120" or "MLX610" <= code < "MLX630"}


def compiled(*paths, directory="out"):
    return compile_experiments(paths, CompileOptions(directory=Path(directory)))


def write(text, path="exp.py"):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", EXPERIMENTS)
def test_nothing_is_said_of_experiments_that_have_no_mistakes(path):
    found = compiled(str(ROOT / path)).diagnostics
    suspicious = [each for each in found if each.code in SUSPICIONS]
    shown = [
        (each.code, text) for each, (_, _, text) in zip(suspicious, places(suspicious), strict=True)
    ]
    assert shown == MEANT.get(path, [])


def test_the_list_of_experiments_is_not_empty():
    assert len(EXPERIMENTS) > 80
    assert set(MEANT) <= set(EXPERIMENTS)


def test_mistakes_are_printed_all_at_once_and_stop_nothing(folder, capsys):
    write("def f():\n    return oops\n", "sub/tools.py")
    write(
        f"import tools\n{IMPORT}@setup()\ndef init():\n    return {{'rate': 1}}\n"
        "@trial(1, {}, inputs=['data.csv'])\ndef t():\n    return tools.f() + SETUP['rat']\n",
        "sub/exp.py",
    )
    assert main(["compile", "sub/exp.py"]) == 0
    lines = [line for line in capsys.readouterr().err.split("\n") if "MLX" in line]
    assert [line.split(" warning")[0] for line in lines] == [
        "sub/exp.py:6:23: MLX619",
        "sub/exp.py:8:24: MLX611",
        "sub/tools.py:2:12: MLX610",
    ]
    assert (folder / "workflow/Snakefile").is_file()


def test_only_the_experiment_that_has_the_mistake_is_named(folder):
    write(f"{IMPORT}{TRIAL}", "good.py")
    write(f"{IMPORT}@trial(1, {{}})\ndef t(): return [oops, SETUP['a']]\n", "bad.py")
    found = compiled("good.py", "bad.py").diagnostics
    assert {(each.path, type(each)) for each in found} == {
        ("bad.py", UndefinedName),
        ("bad.py", UnknownContextKey),
    }
    assert folder


# Inputs


def inputs(written):
    return compiled(write(f"{IMPORT}@trial(1, {{}}, inputs={written})\ndef t(): ...\n"))


@pytest.mark.parametrize(
    "path", ["data.csv", "sub/more.csv", "sub", "./data.csv", "../{}/data.csv", "*.csv", "sub/*"]
)
def test_an_input_that_is_there(folder, path):
    write("", "data.csv")
    write("", "sub/more.csv")
    assert inputs([path.format(folder.name)]).diagnostics == ()


def test_an_absolute_input(folder):
    write("", "data.csv")
    assert inputs([str(folder / "data.csv")]).diagnostics == ()
    assert len(inputs([str(folder / "lost.csv")]).diagnostics) == 1


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("dat.csv", "did you mean 'data.csv'?"),
        ("sub/mroe.csv", "did you mean 'sub/more.csv'?"),
        ("zzz", "put it there, unless a setup or an earlier trial makes it"),
        (
            "lost/data.csv",
            "put it there, unless a setup or an earlier trial makes it",
        ),
        ("*.txt", "put it there, unless a setup or an earlier trial makes it"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_an_input_that_is_missing(path, hint):
    write("", "data.csv")
    write("", "sub/more.csv")
    found = inputs(["data.csv", path])
    [message] = found.diagnostics
    assert places([message]) == [(MissingInput, 2, repr(path))]
    assert message.message == f"there is no {path!r} in the experiment's folder"
    assert message.hint == hint
    assert found.bundle is not None


@pytest.mark.usefixtures("folder")
def test_inputs_are_relative_to_the_experiment_not_to_the_folder_of_the_command():
    write("", "data.csv")
    path = write(f"{IMPORT}@trial(1, {{}}, inputs=['data.csv'])\ndef t(): ...\n", "sub/exp.py")
    assert [type(each) for each in compiled(path).diagnostics] == [MissingInput]
    write("", "sub/data.csv")
    assert compiled(path).diagnostics == ()


# Decorators


@pytest.mark.parametrize(
    ("name", "near"),
    [("trail", "trial"), ("Trial", "trial"), ("setups", "setup"), ("verfy", "verify")],
)
@pytest.mark.parametrize("start", [IMPORT, "import numpy\n"], ids=["imported", "not imported"])
def test_a_decorator_that_is_almost_ours(name, near, start):
    text = f"{start}from mlx2smk import trial as mine\n@mine(1, {{}})\ndef t(): ...\n@{name}(1)\ndef f(): ...\n"
    message = check(text, (MisspelledDecorator, 5, 2))
    assert message.message == f"the decorator {name!r} is not defined"
    assert message.hint == f"did you mean @{near}?"


def test_a_decorator_of_a_module_that_is_almost_ours():
    rest = f"(1, {{}})\ndef f(): ...\n{TRIAL}"
    message = check(f"{IMPORT}@mlx2smk.trail{rest}", (MisspelledDecorator, 2, 2))
    assert message.hint == "did you mean @mlx2smk.trial?"
    check(f"import mlx2smk\n{IMPORT}@mlx2smk.trail{rest}", (UnknownName, 3, 2))
    check(f"import mlx2smk as m\n{IMPORT}@m.trail{rest}", (UnknownName, 3, 2))


def test_it_is_seen_without_parentheses_and_after_a_star_import_of_ours():
    check(f"{IMPORT}@trail\ndef f(): ...\n{TRIAL}", (MisspelledDecorator, 2, 2))
    check(f"from mlx2smk import *\n@trail\ndef f(): ...\n{TRIAL}", (MisspelledDecorator, 2, 2))


def test_what_a_class_binds_is_not_ours_in_it():
    assert silent(f"{IMPORT}class A:\n    def setup(f): ...\n    @setup\n    def g(): ...\n{TRIAL}")
    assert silent(
        "class A:\n    def setup(f): ...\n    @setup\n    def g(): ...\n" + IMPORT + TRIAL
    )


def silent(text):
    return parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize(
    "start",
    [
        "def trail(*x): return lambda f: f",
        "from helpers import trail",
        "from helpers import *",
        "import trail",
        "if len('a'):\n    trail = print",
        "globals()['trail'] = print",
        "exec('trail = print')",
        "import builtins\nbuiltins.trail = print",
        "try:\n    from helpers import trail\nexcept ImportError:\n    pass",
    ],
)
def test_decorators_of_the_users_own_are_none_of_ours(start):
    assert silent(f"{start}\n{IMPORT}@trail(1)\ndef f(): ...\n{TRIAL}")


@pytest.mark.parametrize("name", ["print", "property", "staticmethod", "retry", "profile", "test"])
def test_other_decorators_are_none_of_ours(name):
    assert silent(f"{IMPORT}@{name}\ndef f(): ...\n{TRIAL}")


def test_decorators_inside_classes_are_none_of_ours():
    assert silent(f"{IMPORT}class A:\n    def trail(f): ...\n    @trail\n    def g(): ...\n{TRIAL}")
