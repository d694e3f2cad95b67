"""A registry that a run finds by a name in a file holds what all modules of the program put into it."""

from __future__ import annotations

import pytest

from tests.support.checked_runs import checked
from tests.support.without_snakemake import Executor

EXPERIMENT = """\
import importlib
import os

from decorators import trial

import models
import tools


def note():
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        file.write("t\\n")


@trial(1, {"n": [1, 2]})
def t(n):
    note()
    found = importlib.import_module(open("name.txt").read())
    return [n, tools.RATE, sorted(found.KNOWN)]
"""

REGISTRY = """\
KNOWN = {}


def register(function):
    KNOWN[function.__name__] = function
    return function
"""

MODEL = """\
from registry import register


@register
def first():
    return 1
"""

SECOND = "\n\n@register\ndef second():\n    return 2\n"
FILES = {
    "exp.py": EXPERIMENT,
    "name.txt": "registry",
    "registry.py": REGISTRY,
    "models.py": MODEL,
    "tools.py": "RATE = 1\nUNUSED = 1\n",
}


@pytest.fixture
def lab(tmp_path, server):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return Executor(tmp_path, server, follows=True)


def test_it_is_filled(lab):
    # Each of the two jobs runs until it imports the registry, and then from the start.
    assert checked(lab) == 4
    assert "registry, which the analysis did not foresee" in log(lab)
    assert checked(lab) == 0
    assert checked(lab, tools="RATE = 1\nUNUSED = 2\n") == 2  # all of the file has run
    assert checked(lab, models=MODEL + SECOND) == 2
    assert checked(lab, tools="RATE = 1\nUNUSED = 3\n") == 0
    assert checked(lab, models=MODEL + SECOND + "\n\ndef unused():\n    return 1\n") == 0
    assert checked(lab, models=MODEL.replace("first", "third")) == 2


def test_it_is_filled_from_now_on(lab):
    assert checked(lab, models="def other():\n    return 1\n") == 2
    assert checked(lab, models="def other():\n    return 2\n") == 0
    assert checked(lab, models=MODEL) == 2
    assert checked(lab) == 0


def test_it_is_not_imported(lab):
    (lab.folder / "name.txt").write_text("other")
    (lab.folder / "other.py").write_text("KNOWN = ['x']\n")
    assert checked(lab) == 2
    assert checked(lab, models=MODEL + SECOND) == 0


DEFERRED = (
    EXPERIMENT.replace("import models\n", "").replace(
        "import tools", "import registry\nimport tools"
    )
    + """

@trial(2, {})
def other():
    import models
    return [registry.LIMIT, models.RATE]
"""
)


def test_what_another_function_loads_does_not_change_it(lab):
    """Only code that runs when the program is loaded counts, not an import in a function that is not called."""
    (lab.folder / "registry.py").write_text("KNOWN = {}\nLIMIT = 1\n")
    models = "import registry\n\nregistry.LIMIT = 2\nRATE = 1\n"
    assert checked(lab, exp=DEFERRED, models=models) == 2
    assert "did not foresee" not in log(lab)
    assert checked(lab, models=models.replace("LIMIT = 2", "LIMIT = 3")) == 0
    assert checked(lab, exp=DEFERRED.replace("registry.LIMIT,", "")) == 0


def log(lab):
    return "".join(path.read_text() for path in lab.folder.glob("logs/exp/**/*.log"))


TWO = (
    REGISTRY + "\n\nOTHER = {}\n\n\ndef other(function):\n    OTHER[function.__name__] = function\n"
)
USING = EXPERIMENT.replace("import tools", "import registry\nimport tools").replace(
    "[n, tools.RATE", "[n, len(registry.OTHER), tools.RATE"
)


def test_another_registry_of_its_module_is_used(lab):
    (lab.folder / "registry.py").write_text(TWO)
    assert checked(lab, exp=USING) == 4
    assert checked(lab, models=MODEL + SECOND) == 2
    assert checked(lab, tools="RATE = 1\nUNUSED = 3\n") == 0
    assert checked(lab, models=f"{MODEL}\n\nfrom registry import other\nother(first)\n") == 2


def test_another_registry_of_its_module_is_filled_from_now_on(lab):
    (lab.folder / "registry.py").write_text(TWO)
    assert checked(lab, exp=USING, models="def other():\n    return 1\n") == 4
    assert checked(lab) == 0
    assert checked(lab, models=MODEL) == 2
    assert checked(lab, models=MODEL + SECOND) == 2
