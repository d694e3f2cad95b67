"""Files that runs write one after another: what runs again finds them as a first run would.

Expected values are arithmetic: what a run from scratch gives. Each scenario ends with nothing to do.
"""

from __future__ import annotations

import pytest
from folders import TRACING, Folder

pytestmark = pytest.mark.slow

START = "import os\nfrom mlx2smk import setup, trial, verify\n" + TRACING

HELPERS = """
def text(path):
    with open(path) as file:
        return file.read()

def number(path):
    return int(text(path)) if os.path.exists(path) else 0

def write(path, value):
    with open(path, "w") as file:
        file.write(str(value))
"""

APPENDING = """
@trial(1, {"n": [1, 2, 3, 4]})
def log(n):
    ran("log", n)
    with open("log.txt", "a") as file:
        file.write(f"{n * 1} ")
    return len(text("log.txt").split())

@trial(2, {})
def total():
    ran("total")
    return sum(map(int, text("log.txt").split()))
"""

COUNTING = """
@trial(1, {"n": [1, 2, 3, 4]})
def log(n):
    ran("log", n)
    write("log.txt", number("log.txt") + n * 1)
    return number("log.txt")

@trial(2, {})
def total():
    ran("total")
    return number("log.txt")
"""

STARTED = (
    """
@setup()
def start():
    ran("start")
    write("log.txt", 0)
"""
    + COUNTING
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


class Again(Folder):
    """An experiment that is edited and run again; `batch` is that of its trials."""

    def __init__(self, path, text, batch=1):
        super().__init__(path, START + HELPERS + text)
        self.batch = batch

    def edit(self, old, new):
        text = (self.path / "exp.py").read_text()
        assert old in text
        self.write(text.replace(old, new))

    def again(self, *options):
        """Compile and run; return what ran."""
        self.command("compile", "exp.py", "--batch", str(self.batch))
        return self.run(*options, compiled=False)

    def check(self, **results):
        """Check the trials' results, and that nothing is left to do."""
        for trial, values in results.items():
            assert self.results(trial) == values
        assert self.run(compiled=False) == []
        assert "Nothing to be done" in self.said


LOGS = ["log 1", "log 2", "log 3", "log 4"]


COUNTS = [1, 2, 3, 4, 5]
SUMS = [1, 3, 6, 10, 15]


@pytest.mark.parametrize(
    ("text", "batch"),
    [(APPENDING, 1), (APPENDING, 4), (COUNTING, 2), (STARTED, 1)],
    ids=["append-1", "append-4", "count-2", "start-1"],
)
def test_a_chain_that_goes_on_with_a_file(folder, text, batch):
    counts = text == APPENDING
    lab = Again(folder, text, batch)
    start = ["start"] if text == STARTED else []
    assert lab.again() == [*LOGS, *start, "total"]
    first = COUNTS[:4] if counts else SUMS[:4]
    lab.check(log=first, total=[10])

    lab.edit("n * 1", "n * 10")
    assert lab.again() == [*LOGS, *start, "total"]
    lab.check(log=COUNTS[:4] if counts else [10, 30, 60, 100], total=[100])
    lab.edit("n * 10", "n * 1")
    assert lab.again() == [*LOGS, *start]
    lab.check(log=first, total=[10])

    lab.edit("[1, 2, 3, 4]", "[1, 2, 3, 4, 5]")
    ran = lab.again()
    assert set(ran) >= {"log 5", "total"}
    if batch == 1:
        assert ran == ["log 5", "total"]
    lab.check(log=COUNTS if counts else SUMS, total=[15])
    lab.edit("[1, 2, 3, 4, 5]", "[1, 2, 3, 4]")
    lab.again()
    lab.check(log=first, total=[10])
    lab.edit("[1, 2, 3, 4]", "[1, 3, 4]")
    lab.again()
    lab.check(log=COUNTS[:3] if counts else [1, 4, 8], total=[8])


IN_PLACE = """
@setup()
def init():
    return {"times": 1}

@trial(1, {})
def prepare():
    ran("prepare")
    write("data.txt", 2)
    write("other.txt", 5)

@trial(2, {})
def peek():
    ran("peek")
    return number("data.txt") + 0

@trial(3, {})
def scale():
    ran("scale")
    write("data.txt", number("data.txt") * 10 * SETUP["times"])

@trial(4, {})
def evaluate():
    ran("evaluate")
    return number("data.txt") + 0

@trial(4, {})
def apart():
    ran("apart")
    return number("other.txt")
"""


def test_a_file_that_is_changed_in_place(folder):
    lab = Again(folder, IN_PLACE)
    assert lab.again() == ["apart", "evaluate", "peek", "prepare", "scale"]
    lab.check(peek=[2], evaluate=[20], apart=[5])
    lab.edit(
        'return number("data.txt") + 0\n\n@trial(4', 'return number("data.txt") + 1\n\n@trial(4'
    )
    assert lab.again() == ["evaluate"]
    lab.check(peek=[2], evaluate=[21])
    lab.edit("* 10 *", "* 100 *")
    assert lab.again() == ["evaluate", "prepare", "scale"]
    lab.check(peek=[2], evaluate=[201])
    lab.edit('return number("data.txt") + 0', 'return number("data.txt") + 3')
    assert lab.again() == ["peek", "prepare", "scale"]
    lab.check(peek=[5], evaluate=[201], apart=[5])


def test_a_change_of_the_context_is_told_what_to_do(folder):
    lab = Again(folder, IN_PLACE)
    lab.again()
    lab.edit('"times": 1', '"times": 2')
    lab.command("compile", "exp.py")
    lab.run(compiled=False, status=1)
    assert "data.txt is not as prepare left it" in lab.said
    assert "run snakemake -R trial_prepare" in lab.said
    assert lab.run("-R", "trial_prepare", compiled=False) == ["evaluate", "prepare", "scale"]
    lab.check(peek=[2], evaluate=[40], apart=[5])


def test_what_was_appended_by_one_run_is_set_aside(folder):
    text = """
@trial(1, {})
def log():
    ran("log")
    with open("log.txt", "a") as file:
        file.write("one")
"""
    lab = Again(folder, text)
    lab.again()
    lab.edit('"one"', '"two"')
    assert lab.again() == ["log"]
    assert (folder / "log.txt").read_text() == "two"
    assert (folder / ".mlx" / "aside" / "exp" / "log.txt").read_text() == "one"
    (log,) = folder.glob("logs/exp/runs/log/*.log")
    assert "log.txt begins anew" in log.read_text()
    (folder / "log.txt").write_text("two and mine")
    lab.edit('"two"', '"three"')
    assert lab.again() == ["log"]
    assert (folder / "log.txt").read_text() == "two and minethree"
    lab.check()


def test_a_cache_that_the_program_keeps_is_the_programs(folder):
    text = """
@trial(1, {})
def use():
    ran("use")
    if not os.path.exists("cache.txt"):
        write("cache.txt", 3)
    return number("cache.txt") * 1
"""
    lab = Again(folder, text)
    lab.again()
    lab.edit("* 1", "* 2")
    (folder / "cache.txt").write_text("4")
    assert lab.again() == ["use"]
    lab.check(use=[8])
