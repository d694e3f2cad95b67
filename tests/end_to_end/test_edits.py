"""After an edit exactly what the edit can affect runs again, and the report is as from scratch.

Each case edits a project that has run, compiles it and runs it again: each edit by itself without Snakemake,
and by Snakemake those together that affect different functions. What should run is
written down by hand. A trial that need not run is not even given to Snakemake's scheduler.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests import reference
from tests.support.checked_runs import compile_into
from tests.support.edited_project import ALL, Lab, check, jobs_of, write_project
from tests.support.without_snakemake import Executor, reference_report

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("edited project")]

HELPED = ["helped 1", "helped 2", "check"]
MODELLED = ["modelled 1", "modelled 2"]
CHAIN = ["chained 1", "chained 2", "chained 3", "last"]


class Executed:
    """The project in a folder, run without Snakemake."""

    def __init__(self, folder, server, made):
        self.executor = Executor(folder, server, made)

    def run(self):
        compile_into(self.executor.folder, "lab")
        return self.executor.run("lab")


@pytest.fixture(scope="module")
def executed(tmp_path_factory, server):
    """Return a project that has run without Snakemake."""
    folder = tmp_path_factory.mktemp("executed") / "lab"
    write_project(folder)
    lab = Executed(folder, server, {})
    lab.run()
    assert sorted(lab.executor.ran) == sorted(ALL)
    return lab


class Edit(NamedTuple):
    """The replacement of a text that stands once in a file, and what it should run."""

    name: str
    old: str
    new: str
    runs: Sequence[str] = ()
    file: str = "lab.py"


FORM = [
    Edit("comment", "# twice", "# two times\n    # as the name says"),
    Edit("comment at the top", "import functools", "# Begin.\n\n\nimport functools"),
    Edit("docstring of a helper", "Use a helper's helper.", "Use the helper of a helper."),
    Edit("docstring of the file", "What tests change.", "What tests\n\nchange, by hand."),
    Edit("parentheses", "return x + OFFSET", "return (\n        x\n        + OFFSET\n    )"),
    Edit(
        "quotes and lines", '{"seed": 1, "size": 3,', "{\n        'seed': 1,\n        'size': (3),"
    ),
    Edit("spelling of a number", "OFFSET = 10", "OFFSET = 0xA"),
    Edit("main guard", "\n\n@setup()", '\n\nif __name__ == "__main__":\n    start()\n\n\n@setup()'),
]

UNUSED = [
    Edit("unused function", "def idle(x):\n    return x", "def idle(x):\n    return -x"),
    Edit("unused function removed", "def idle(x):\n    return x\n\n\n", ""),
    Edit("unused import", "import random\n", "import random\nimport json\n"),
    Edit("unused constant", "FACTOR = 3\n", "FACTOR = 3\nSPARE = 4\n"),
    Edit("unused function of a module", "return SPARE", "return SPARE + 1", file="tools.py"),
    Edit("unused constant of a module", "SPARE = 6", "SPARE = 7", file="tools.py"),
    Edit("comment in a module", "BASE = 5", "# The base.\nBASE = 5", file="tools.py"),
    Edit("printing of a module", "SCALE = 2", "SCALE = 2\nprint(SCALE)", file="shapes/__init__.py"),
    Edit("unused constant of a package", '"cm"', '"m"', file="shapes/__init__.py"),
]

SCHEDULE = [
    Edit("number of an order", "@trial(3, {})", "@trial(7, {})"),
    Edit("order", "@trial(3, {})", "@trial(1, {})", ["last"]),
    Edit("threads", "[1, 2]})\ndef helped", "[1, 2]}, threads=2)\ndef helped"),
    Edit("resources", "@trial(3, {})", '@trial(3, {}, resources={"mem_mb": 50})'),
    Edit("parallel", "[1, 2]})\ndef helped", '[1, 2], "__parallel__": 2})\ndef helped'),
]

VALUES = [
    Edit("value added", "[1, 2]})\ndef modelled", "[1, 2, 3]})\ndef modelled", ["modelled 3"]),
    Edit("value removed", "[1, 2]})\ndef modelled", "[2]})\ndef modelled"),
    Edit("values reordered", "[1, 2]})\ndef modelled", "[2, 1]})\ndef modelled"),
    Edit("value repeated", "[1, 2]})\ndef modelled", "[1, 2, 2]})\ndef modelled", ["modelled 2"]),
    Edit("type of a value", "[1, 2]})\ndef modelled", "[1, 2.0]})\ndef modelled", ["modelled 2.0"]),
    Edit("link added to a chain", "[1, 2, 3]", "[1, 2, 3, 4]", ["chained 4", "last"]),
    Edit("link removed from a chain", "[1, 2, 3]", "[1, 2]", ["last"]),
    Edit("last links of a chain", "[1, 2, 3]", "[1, 3, 2]", ["chained 2", "chained 3"]),
]

CODE = [
    Edit("helper", "inner(x) * 2", "inner(x) * 4", HELPED),
    Edit("helper's helper", "x + OFFSET", "x - OFFSET", HELPED),
    Edit("constant", "OFFSET = 10", "OFFSET = 11", HELPED),
    Edit("method", "x * self.scale()", "x + self.scale()", MODELLED),
    Edit("base class", "(self):\n        return 2", "(self):\n        return 3", MODELLED),
    Edit("class without its base", "Model(Base):", "Model:\n    scale = int\n", MODELLED),
    Edit("decorator of a trial", "return 2 * function", "return 3 * function", ["decorated 1"]),
    Edit("default", "factor=FACTOR", "factor=7", MODELLED),
    Edit("constant of a default", "FACTOR = 3", "FACTOR = 4", MODELLED),
    Edit("function of a module", "x + BASE", "x - BASE", ["moduled 1"], "tools.py"),
    Edit("constant of a module", "BASE = 5", "BASE = 6", ["moduled 1"], "tools.py"),
    Edit("package", "SCALE = 2", "SCALE = 3", ["moduled 1"], "shapes/__init__.py"),
    Edit("submodule", "x * x", "x + x", ["moduled 1"], "shapes/flat.py"),
    Edit(
        "effect of a module",
        "SCALE = 2",
        "import os\n\nSCALE = 2\nos.system('true')",
        ALL,
        "shapes/__init__.py",
    ),
    Edit("effect", "FACTOR = 3", 'FACTOR = 3\nos.environ["LAB"] = "on"', ALL),
    Edit("verification", "> 20", "> 21", ["check"]),
    Edit(
        "trial added", "@verify", '@trial(1, {})\ndef new():\n    ran("new")\n\n\n@verify', ["new"]
    ),
    Edit("trial renamed", 'sized():\n    ran("sized', 'resized():\n    ran("resized', ["resized"]),
]

CONTEXT = [
    Edit("setup's way to the same values", '"size": 3', '"size": 2 + 1', ["start"]),
    Edit("key that nobody reads", '"size": 3', '"size": 3, "note": 1', ["start"]),
    Edit("key that one trial reads", '"size": 3', '"size": 4', ["start", "sized"]),
    Edit("key that a chain reads", '"total": 0', '"total": 1', ["start", *CHAIN]),
    Edit("seed", '"seed": 1', '"seed": 2', ALL),
    Edit("another setup", "0}\n", '0}\n\n\n@setup()\ndef more():\n    ran("more")\n', ["more"]),
]


EDITS = [*UNUSED, *SCHEDULE, *VALUES, *CODE, *CONTEXT]
FILE = [
    Edit("file only touched", "some data", "some data", file="data.txt"),
    Edit("input file", "some data", "other data", ["filed"], "data.txt"),
]
TOGETHER = [
    [
        *("unused function", "unused import", "unused constant", "unused function of a module"),
        *("unused constant of a module", "comment in a module", "printing of a module"),
        *("unused constant of a package", "number of an order", "threads", "values reordered"),
        "file only touched",
    ],
    ["unused function removed", "resources", "parallel", "value removed"],
    [
        *("order", "value added", "helper", "decorator of a trial", "function of a module"),
        *("input file", "trial renamed"),
    ],
    [
        *("link added to a chain", "value repeated", "helper's helper", "constant of a module"),
        *("trial added", "key that one trial reads"),
    ],
    ["link removed from a chain", "type of a value", "constant", "package", "another setup"],
    [
        *("last links of a chain", "method", "verification", "submodule"),
        "setup's way to the same values",
    ],
    ["base class", "key that a chain reads"],
    ["class without its base", "key that nobody reads"],
    ["default"],
    ["constant of a default"],
    ["effect of a module"],
    ["effect"],
    ["seed"],
]
"""Names of the edits that Snakemake runs at once: all of them affect different functions."""

ALONE = [case for case in EDITS if [case.name] not in TOGETHER]


@pytest.mark.parametrize("case", ALONE, ids=lambda case: case.name)
def test_edit(executed, tmp_path, case):
    folder = tmp_path / "lab"
    shutil.copytree(executed.executor.folder, folder)
    lab = Executed(folder, executed.executor.server, dict(executed.executor.made))
    Lab(folder).replace(case.file, case.old, case.new)
    report = lab.run()
    assert sorted(lab.executor.ran) == sorted(case.runs)
    assert lab.executor.started == jobs_of(case.runs).keys()
    assert reference.normalise(report) == reference.normalise(reference_report(folder / "lab.py"))


def test_every_edit_is_made_by_snakemake_once():
    names = sorted(name for names in TOGETHER for name in names)
    assert names == sorted(case.name for case in [*EDITS, *FILE])


@pytest.mark.parametrize("names", TOGETHER, ids=lambda names: names[0])
def test_edits_together(lab, names):
    expected = []
    for case in [*EDITS, *FILE]:
        if case.name in names:
            lab.replace(case.file, case.old, case.new)
            expected += case.runs
    assert len(set(expected)) == len(expected)
    lab.run()
    check(lab, expected)


def test_edits_of_form_run_nothing(lab):
    for case in FORM:
        lab.replace(case.file, case.old, case.new)
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
