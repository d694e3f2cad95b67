"""After an edit exactly what the edit can affect runs again, and the report is as from scratch.

Each case edits a project that has run, compiles it and runs Snakemake again. What should run is
written down by hand. A trial that need not run is not even given to Snakemake's scheduler.
"""

from __future__ import annotations

import pytest

from tests.support.edited_project import ALL, check, copied, prepared

pytestmark = pytest.mark.slow

HELPED = ["helped 1", "helped 2", "check"]
MODELLED = ["modelled 1", "modelled 2"]
CHAIN = ["chained 1", "chained 2", "chained 3", "last"]


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """Return the project after its first run."""
    lab = prepared(tmp_path_factory.mktemp("lab") / "base")
    check(lab, ALL)
    return lab


@pytest.fixture
def lab(base, tmp_path):
    return copied(base, tmp_path / "lab")


def edit(name, old, new, runs=(), file="lab.py"):
    """Describe the replacement of a text that stands once in a file, and what it should run."""
    return pytest.param(file, old, new, list(runs), id=name)


FORM = [
    edit("comment", "# twice", "# two times\n    # as the name says"),
    edit("comment at the top", "import functools", "# Begin.\n\n\nimport functools"),
    edit("docstring of a helper", "Use a helper's helper.", "Use the helper of a helper."),
    edit("docstring of the file", "What tests change.", "What tests\n\nchange, by hand."),
    edit("parentheses", "return x + OFFSET", "return (\n        x\n        + OFFSET\n    )"),
    edit(
        "quotes and lines", '{"seed": 1, "size": 3,', "{\n        'seed': 1,\n        'size': (3),"
    ),
    edit("spelling of a number", "OFFSET = 10", "OFFSET = 0xA"),
    edit("main guard", "\n\n@setup()", '\n\nif __name__ == "__main__":\n    start()\n\n\n@setup()'),
]

UNUSED = [
    edit("unused function", "def idle(x):\n    return x", "def idle(x):\n    return -x"),
    edit("unused function removed", "def idle(x):\n    return x\n\n\n", ""),
    edit("unused import", "import random\n", "import random\nimport json\n"),
    edit("unused constant", "FACTOR = 3\n", "FACTOR = 3\nSPARE = 4\n"),
    edit("unused function of a module", "return SPARE", "return SPARE + 1", file="tools.py"),
    edit("unused constant of a module", "SPARE = 6", "SPARE = 7", file="tools.py"),
    edit("comment in a module", "BASE = 5", "# The base.\nBASE = 5", file="tools.py"),
    edit("printing of a module", "SCALE = 2", "SCALE = 2\nprint(SCALE)", file="shapes/__init__.py"),
    edit("unused constant of a package", '"cm"', '"m"', file="shapes/__init__.py"),
    edit("file only touched", "some data", "some data", file="data.txt"),
]

SCHEDULE = [
    edit("number of an order", "@trial(3, {})", "@trial(7, {})"),
    edit("order", "@trial(3, {})", "@trial(1, {})", ["last"]),
    edit("threads", "[1, 2]})\ndef helped", "[1, 2]}, threads=2)\ndef helped"),
    edit("resources", "@trial(3, {})", '@trial(3, {}, resources={"mem_mb": 50})'),
    edit("parallel", "[1, 2]})\ndef helped", '[1, 2], "__parallel__": 2})\ndef helped'),
]

VALUES = [
    edit("value added", "[1, 2]})\ndef modelled", "[1, 2, 3]})\ndef modelled", ["modelled 3"]),
    edit("value removed", "[1, 2]})\ndef modelled", "[2]})\ndef modelled"),
    edit("values reordered", "[1, 2]})\ndef modelled", "[2, 1]})\ndef modelled"),
    edit("value repeated", "[1, 2]})\ndef modelled", "[1, 2, 2]})\ndef modelled", ["modelled 2"]),
    edit("type of a value", "[1, 2]})\ndef modelled", "[1, 2.0]})\ndef modelled", ["modelled 2.0"]),
    edit("link added to a chain", "[1, 2, 3]", "[1, 2, 3, 4]", ["chained 4", "last"]),
    edit("link removed from a chain", "[1, 2, 3]", "[1, 2]", ["last"]),
    edit("last links of a chain", "[1, 2, 3]", "[1, 3, 2]", ["chained 2", "chained 3"]),
]

CODE = [
    edit("helper", "inner(x) * 2", "inner(x) * 4", HELPED),
    edit("helper's helper", "x + OFFSET", "x - OFFSET", HELPED),
    edit("constant", "OFFSET = 10", "OFFSET = 11", HELPED),
    edit("method", "x * self.scale()", "x + self.scale()", MODELLED),
    edit("base class", "(self):\n        return 2", "(self):\n        return 3", MODELLED),
    edit("class without its base", "Model(Base):", "Model:\n    scale = int\n", MODELLED),
    edit("decorator of a trial", "return 2 * function", "return 3 * function", ["decorated 1"]),
    edit("default", "factor=FACTOR", "factor=7", MODELLED),
    edit("constant of a default", "FACTOR = 3", "FACTOR = 4", MODELLED),
    edit("function of a module", "x + BASE", "x - BASE", ["moduled 1"], "tools.py"),
    edit("constant of a module", "BASE = 5", "BASE = 6", ["moduled 1"], "tools.py"),
    edit("package", "SCALE = 2", "SCALE = 3", ["moduled 1"], "shapes/__init__.py"),
    edit("submodule", "x * x", "x + x", ["moduled 1"], "shapes/flat.py"),
    edit(
        "effect of a module",
        "SCALE = 2",
        "import os\n\nSCALE = 2\nos.system('true')",
        ALL,
        "shapes/__init__.py",
    ),
    edit("effect", "FACTOR = 3", 'FACTOR = 3\nos.environ["LAB"] = "on"', ALL),
    edit("verification", "> 20", "> 21", ["check"]),
    edit("input file", "some data", "other data", ["filed"], "data.txt"),
    edit(
        "trial added", "@verify", '@trial(1, {})\ndef new():\n    ran("new")\n\n\n@verify', ["new"]
    ),
    edit("trial renamed", 'sized():\n    ran("sized', 'resized():\n    ran("resized', ["resized"]),
]

CONTEXT = [
    edit("setup's way to the same values", '"size": 3', '"size": 2 + 1', ["start"]),
    edit("key that nobody reads", '"size": 3', '"size": 3, "note": 1', ["start"]),
    edit("key that one trial reads", '"size": 3', '"size": 4', ["start", "sized"]),
    edit("key that a chain reads", '"total": 0', '"total": 1', ["start", *CHAIN]),
    edit("seed", '"seed": 1', '"seed": 2', ALL),
    edit("another setup", "0}\n", '0}\n\n\n@setup()\ndef more():\n    ran("more")\n', ["more"]),
]


@pytest.mark.parametrize(
    ("file", "old", "new", "runs"), [*UNUSED, *SCHEDULE, *VALUES, *CODE, *CONTEXT]
)
def test_edit(lab, file, old, new, runs):
    lab.replace(file, old, new)
    lab.run()
    check(lab, runs)


def test_edits_of_form_run_nothing(lab):
    for case in FORM:
        file, old, new, _ = case.values
        lab.replace(file, old, new)
    lab.run()
    check(lab, [])


def test_nothing_changed(lab):
    lab.run()
    assert "Nothing to be done" in lab.said
    check(lab, [])


def test_other_places_of_definitions(lab):
    start, helpers, classes, rest = lab.parts("def inner(", "class Base:", "def doubled(")
    lab.path("lab.py").write_text(f"{start}{classes}{rest}\n\n{helpers}")
    lab.run()
    check(lab, [])


def test_strict_order_asked_for(lab):
    lab.replace("lab.py", "[1, 2]})\ndef helped", '[1, 2], "__parallel__": 1})\ndef helped')
    lab.run()
    assert set(lab.ran()) <= {"check"}
    lab.replace("lab.py", ', "__parallel__": 1', "")
    lab.run()
    assert set(lab.ran()) <= {"check"}


def test_chain_made_parallel(lab):
    lab.replace("lab.py", "[1, 2, 3]", '[1, 2, 3], "__parallel__": 2')
    lab.run()
    assert lab.ran() == ["chained 2", "chained 3", "last"]
    assert lab.dispatched().keys() == {"chained", "last"}
    lab.check_report()
