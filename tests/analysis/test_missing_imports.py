"""Imports of the experiment that no job could get past."""

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.about_decorators import RelativeImport
from mlx2smk.diagnostics.about_files import MissingInModule
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, TRIAL, check
from tests.support.sliced_texts import HEAD


def found(before, helper, files=None):
    text = f"{HEAD}{before}\n@trial(1, {{}})\ndef t(): return 1\n"
    experiment = parse(Source("exp.py", text)).experiment
    analysis = analyse_files(experiment, MemoryFiles({"helper.py": helper, **(files or {})}))
    return [item for item in analysis.mistakes if item.code == MissingInModule.code]


def test_a_name_that_a_local_module_does_not_have():
    (message,) = found("from helper import f, normalise", "def normalize(): pass\nf = 1\n")
    assert message.severity == MissingInModule.severity == "error"
    assert (message.span.line, message.span.column) == (2, 23)
    assert message.message == "helper.py has no name 'normalise'"
    assert message.hint == "did you mean 'normalize'?"


@pytest.mark.parametrize(
    ("before", "helper"),
    [
        ("from helper import f", "f = 1\n"),
        ("from helper import f", "if x:\n    f = 1\n"),
        ("from helper import f", "def g():\n    global f\n    f = 1\n"),
        ("from helper import f", "from other import *\n"),
        ("from helper import f", "from math import *\n"),
        ("from helper import f", "def __getattr__(name): return 1\n"),
        ("from helper import f", "globals()['f'] = 1\n"),
        ("from helper import f", "def broken(:\n"),
        ("from helper import __name__, __file__", ""),
        ("from pkg import sub", ""),
        ("from pkg import compiled", ""),
        ("import helper\nhelper.f = 1\nfrom helper import f", ""),
        ("import other\nfrom helper import f", ""),
        ("try:\n    from helper import f\nexcept ImportError:\n    f = None", ""),
        ("def g():\n    from helper import f", ""),
        ("from numpy import nothing_like_it", ""),
    ],
)
def test_a_name_that_may_be_there(before, helper):
    files = {
        "pkg/__init__.py": "",
        "pkg/sub.py": "",
        "other.py": "import helper\nhelper.f = f = 1\n",
    }
    assert found(before, helper, files) == []


@pytest.mark.parametrize(
    "line", ["from .helper import f\n", "from . import helper\n", "from ..pkg import f\n"]
)
def test_a_relative_import(line):
    check(f"{line}{IMPORT}{TRIAL}", (RelativeImport, 1, 1))


def test_a_decorator_of_a_relative_import_is_none_of_ours():
    text = f"from .helpers import *\n{IMPORT}@trail(1)\ndef f(): ...\n{TRIAL}"
    check(text, (RelativeImport, 1, 1))


def test_a_relative_import_that_may_fail():
    text = f"{IMPORT}{TRIAL}try:\n    from .helper import f\nexcept ImportError:\n    from helper import f\n"
    assert parse(Source("exp.py", text)).diagnostics == ()
    text = f"{IMPORT}{TRIAL}if __name__ == '__main__':\n    from . import helper\n"
    assert parse(Source("exp.py", text)).diagnostics == ()
