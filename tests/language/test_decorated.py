"""Messages about decorators and where they stand."""

import pytest

from mlx2smk.diagnostics.about_decorators import (
    BareDecorator,
    CalledDirectly,
    DecoratedClass,
    MissingImport,
    NotTopLevel,
    RelativeImport,
    TwoDecorators,
    UnknownName,
)
from mlx2smk.diagnostics.about_functions import VerifyArguments
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, TRIAL, check


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("@trial(1, {})", "add `from mlx2smk import trial` above"),
        ("@decorators.trial(1, {})", "add `import decorators` above"),
        ("@mlx2smk.trial(1, {})", "add `import mlx2smk` above"),
    ],
)
def test_missing_import(line, hint):
    assert check(f"{line}\ndef t(): ...", (MissingImport, 1, 2)).hint == hint


def test_import_that_comes_too_late():
    check(f"{TRIAL}from mlx2smk import trial\n", (MissingImport, 1, 2))


@pytest.mark.parametrize(
    ("text", "line", "column", "hint"),
    [
        ("from mlx2smk import (trial,\n  verfy)\n", 2, 3, "did you mean 'verify'?"),
        (
            "from decorators import nothing\n",
            1,
            24,
            "it has setup, trial, verify, VerificationResult, SETUP",
        ),
        ("import mlx2smk as m\n@m.trail(1, {})\ndef t(): ...", 2, 2, "did you mean 'trial'?"),
    ],
)
def test_unknown_name(text, line, column, hint):
    assert check(text, (UnknownName, line, column)).hint == hint


def test_unknown_name_that_may_be_missing():
    text = f"{IMPORT}{TRIAL}try:\n    from mlx2smk import new\nexcept ImportError:\n    new = 1\n"
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("line", ["from .decorators import trial", "from . import mlx2smk"])
def test_relative_import(line):
    check(line, (RelativeImport, 1, 1))


@pytest.mark.parametrize("kind", ["setup", "trial", "verify"])
def test_bare_decorator(kind):
    text = f"{IMPORT}@{kind}\ndef f(): ...\n{TRIAL}"
    more = [(VerifyArguments, 3, 5)] if kind == "verify" else []
    found = check(text, (BareDecorator, 2, 2), *more)
    assert found.hint.startswith(f"write @{kind}(")


@pytest.mark.parametrize("second", ["trial(2, {})", "verify([])", "setup()"])
def test_two_decorators(second):
    check(f"{IMPORT}@trial(1, {{}})\n@{second}\ndef t(): ...", (TwoDecorators, 3, 2))


@pytest.mark.parametrize(
    ("head", "where"),
    [
        ("if 1:", "an 'if' statement"),
        ("try:\n    x = 1\nfinally:", "a 'try' statement"),
        ("for i in range(3):", "a 'for' statement"),
        ("with open('x'):", "a 'with' statement"),
        ("def make():", "function 'make'"),
        ("class C:", "class 'C'"),
        ("def make(n):\n  class C:", "class 'C'"),
    ],
)
def test_not_top_level(head, where):
    text = f"{IMPORT}{head}\n    @trial(1, {{}})\n    def t(): ...\n"
    found = check(text, (NotTopLevel, 4 + head.count("\n"), 9))
    assert found.message == f"a decorated function must be at top level, but 't' is inside {where}"


def test_not_top_level_with_an_import_in_the_function():
    text = "def make():\n    from mlx2smk import trial\n    @trial(1, {})\n    def t(): ...\n"
    check(text, (NotTopLevel, 4, 9))


def test_decorated_class():
    check(f"{IMPORT}@trial(1, {{}})\nclass C: ...", (DecoratedClass, 3, 7))


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("t2 = trial(1, {})(t)", 6),
        ("f = lambda: setup()", 13),
        ("@(verify([]) if t else t)\ndef v(r): ...", 3),
    ],
)
def test_called_directly(line, column):
    check(f"{IMPORT}{TRIAL}{line}\n", (CalledDirectly, 4, column))
