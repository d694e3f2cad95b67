"""Messages about a file as a whole."""

import ast

import pytest

from mlx2smk.diagnostics.about_decorators import MissingImport
from mlx2smk.diagnostics.about_files import (
    ImportsItself,
    InvalidSyntax,
    NoTrial,
    NullByte,
    TakenFileName,
    TooDeep,
    UnusableFileName,
)
from mlx2smk.diagnostics.about_warnings import StandardModuleName
from mlx2smk.diagnostics.source import Source, Span
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, TRIAL, check


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("x = = 1", 1, 5, "invalid syntax"),
        ("'äö' + ?", 1, 8, "invalid syntax"),
        ("x = (1,\n", 1, 5, "'(' was never closed"),
        ("def f():\nx = 1", 2, 1, "expected an indented block after function definition on line 1"),
        ("if 1:\n\ta\n        b\n", 3, 1, "inconsistent use of tabs and spaces in indentation"),
        ("'ä'; return 1", 1, 6, "'return' outside function"),
        ("def f(a, a): ...", 1, 10, "duplicate argument 'a' in function definition"),
        ("[" * 300, 1, 201, "too many nested parentheses"),
    ],
)
def test_syntax_errors_have_pythons_message_and_place(text, line, column, message):
    assert check(text, (InvalidSyntax, line, column)).message == message


def test_mistakes_beside_data_are_found():
    text = IMPORT + "@trial(1, {'n': [1, 2], 'm': [(yield)]})\ndef t(n, m): pass"
    found = check(text, (InvalidSyntax, IMPORT.count("\n") + 1, 32))
    assert found.message == "'yield' outside function"


def test_the_tree_is_that_of_the_text():
    text = IMPORT + "@trial(1, {'n': [1, -2, {'a': (3, 'x')}], 'm': [[]]})\ndef t(n, m): ...\n"
    experiment = parse(Source("exp.py", text)).experiment
    assert experiment is not None
    assert ast.dump(experiment.tree) == ast.dump(ast.parse(text))


def test_unpaired_surrogates_are_no_source():
    check("x = '\ud800'", (InvalidSyntax, 1, 1))


def test_null_byte():
    assert check("x = 1\ny = '\0'", (NullByte, 2, 6)).span == Span(2, 6, 2, 7)


@pytest.mark.parametrize("text", ["-" * 100_000 + "1", "a.b" + ".b" * 100_000])
def test_nesting_too_deep_for_python(text):
    check(text, (TooDeep, None, None))


def test_nesting_too_deep_for_the_parser(monkeypatch):
    def fail(*_):
        raise RecursionError

    monkeypatch.setattr("mlx2smk.language.parser.find_decorated", fail)
    check("x = 1", (TooDeep, None, None))


def test_brackets_as_deep_as_python_allows_are_fine():
    text = f'{IMPORT}@trial(1, {{"n": {"[" * 190}{"]" * 190}}})\ndef t(n): ...\n'
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("stem", ["a b", "{x}", "-x", ".x", "a'b", "a*"])
def test_unusable_file_names(stem):
    check(IMPORT + TRIAL, (UnusableFileName, None, None), path=f"dir/{stem}.py")


@pytest.mark.parametrize("stem", ["decorators", "mlx2smk"])
def test_taken_file_names(stem):
    check(IMPORT + TRIAL, (TakenFileName, None, None), path=f"{stem}.py")


@pytest.mark.parametrize(
    "line", ["import numpy as np", "import numpy.linalg", "from numpy import pi", "import a, numpy"]
)
def test_an_experiment_that_is_named_like_a_package_it_imports(line):
    message = check(f"{line}\n{IMPORT}{TRIAL}", (ImportsItself, 1, 1), path="dir/numpy.py")
    assert message.message == "this imports the experiment itself, not the package 'numpy'"
    assert message.hint == "rename the file"


@pytest.mark.parametrize(
    "line", ["import numpyro", "from a import numpy", "import torch", "import a.numpy"]
)
def test_names_of_packages_are_fine_without_the_package(line):
    assert parse(Source("numpy.py", f"{line}\n{IMPORT}{TRIAL}")).diagnostics == ()
    assert parse(Source("mine.py", f"import mine\n{IMPORT}{TRIAL}")).diagnostics == ()


def test_name_of_a_standard_module():
    check(IMPORT + TRIAL, (StandardModuleName, None, None), path="json.py")


@pytest.mark.parametrize("text", ["", "def train(n): ...", "from decorators import trial\n"])
def test_no_trial(text):
    check(text, (NoTrial, None, None))


def test_no_trial_is_not_said_where_one_was_meant():
    check("@trial(1, {})\ndef t(): ...", (MissingImport, 1, 2))
