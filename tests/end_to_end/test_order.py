"""Combinations and trials that talk through files, run by the real Snakemake with several jobs at once.

What they return is compared with what one after another gives (`reference.py`). Each sleeps between
reading and writing, so that two that run side by side lose what one of them wrote.
"""

import json
import shutil
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from mlx2smk.cli import main
from tests import reference
from tests.support import warm_snakemake
from tests.support.without_snakemake import reference_report

HEAD = """\
import csv, json, os, time
from pathlib import Path
from mlx2smk import setup, trial, verify

def number(path, default=0):
    found = int(Path(path).read_text()) if os.path.exists(path) else default
    time.sleep(0.2)
    return found

"""

COUNTER = """
@trial(1, {"n": [1, 2, 3, 4]})
def count(n):
    total = number("counter.txt") + n
    Path("counter.txt").write_text(str(total))
    return total
"""

TABLE = """
def append(path, row):
    with open(path, "a", newline="") as file:
        csv.writer(file).writerow(row)

@trial(1, {"a": ["x", "y"], "b": [1, 2]})
def table(a, b):
    before = Path("log.csv").read_text() if os.path.exists("log.csv") else ""
    time.sleep(0.2)
    append(path="log.csv", row=[a, b])
    return before
"""

MODEL = """
MODEL = Path(__file__).parent / "model.json"

class Model:
    def __init__(self):
        self.weights = json.loads(MODEL.read_text()) if MODEL.exists() else []

    def save(self):
        with MODEL.open("w") as file:
            json.dump(self.weights, file)

@trial(1, {"epoch": [1, 2, 3]})
def train(epoch):
    model = Model()
    time.sleep(0.2)
    model.weights.append(epoch)
    model.save()
    return model.weights
"""

PATH_OF_SETUP = """
@setup()
def init():
    return {"path": "data"}

@trial(1, {"n": [1, 2, 3]})
def count(n):
    os.makedirs(SETUP["path"], exist_ok=True)
    path = os.path.join(SETUP["path"], "counter")
    total = number(path) + n
    with open(path, "w") as file:
        print(total, file=file)
    return total
"""

TWO_TRIALS = """
@trial(1, {"n": [1, 2]})
def before(n):
    return number("x.txt", -1)

@trial(1, {"n": [3, 4]})
def write(n):
    total = number("x.txt") + n
    Path("x.txt").write_text(str(total))
    return total

@trial(1, {"n": [5, 6]})
def after(n):
    return number("x.txt", -1) + n

@verify(["after"])
def check(results):
    return all(run["success"] for run in results["after"])
"""

WRITERS = """
@trial(1, {})
def first():
    time.sleep(0.4)
    Path("x.txt").write_text("1")

@trial(1, {})
def second():
    Path("x.txt").write_text("2")

@trial(2, {})
def look():
    return Path("x.txt").read_text()
"""

PROGRAMS = {
    "counter": COUNTER,
    "table": TABLE,
    "model": MODEL,
    "path of SETUP": PATH_OF_SETUP,
    "two trials": TWO_TRIALS,
    "two writers": WRITERS,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def run(text, *options, jobs=4):
    """Compile and run an experiment in the current folder; return its report."""
    Path("exp.py").write_text(HEAD + text)
    assert main(["compile", "exp.py", *options]) == 0
    command = [sys.executable, "-m", "snakemake", f"-j{jobs}"]
    done = warm_snakemake.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(Path("results/exp/report.json").read_text())


def expected(folder, text):
    """Return what the reference makes of the experiment, in a folder of its own."""
    other = folder.parent / "reference"
    other.mkdir()
    (other / "exp.py").write_text(HEAD + text)
    return reference_report(other / "exp.py")


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["--batch", "1"]], ids=["", "batch 1"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_passes_through_files_is_as_in_order(name, options, folder):
    found = run(PROGRAMS[name], *options)
    assert reference.normalise(found) == reference.normalise(expected(folder, PROGRAMS[name]))


TIMED = """
def timed(name, n, path=None):
    start = time.time()
    if path is not None:
        Path(path).write_text(str(n))
    time.sleep(1.0)
    return [start, time.time()]

"""


def together(report, name="train"):
    """Whether any two combinations of a trial ran at the same time."""
    times = sorted(run["result"] for run in report["trials"][name])
    return any(start < end for (_, end), (start, _) in pairwise(times))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("values", "call", "expected"),
    [
        ('{"n": [1, 2, 3, 4]}', 'timed("a", n)', True),
        ('{"n": [1, 2, 3, 4]}', 'timed("a", n, f"{n}.txt")', True),
        ('{"n": [1, 2, 3, 4]}', 'timed("a", n, os.devnull)', True),
        ('{"n": [1, 2, 3, 4]}', 'timed("a", n, "same.txt")', False),
        ('{"n": [1, 2, 3, 4], "__parallel__": 4}', 'timed("a", n, "same.txt")', True),
        ('{"n": [1, 2, 3, 4], "__parallel__": 1}', 'timed("a", n)', False),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_runs_side_by_side(values, call, expected):
    text = f"{TIMED}\n@trial(1, {values})\ndef train(n):\n    return {call}\n"
    assert together(run(text)) is expected


HIDDEN = """
def place():
    return os.path.join(*["counter.txt"])

@trial(1, {"n": [1, 2, 3]})
def count(n):
    total = number(place()) + n
    Path(place()).write_text(str(total))
    return total
"""
HIDDEN_PAIR = """
def place():
    return os.path.join(*["x.txt"])

@trial(1, {})
def write():
    time.sleep(0.5)
    Path(place()).write_text("7")

@trial(1, {})
def read():
    return number(place(), -1)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (HIDDEN, {"trials": {"count": {"file": "counter.txt", "combinations": ["n=1", "n=2"]}}}),
        (HIDDEN_PAIR, {"pairs": [{"first": "write", "then": "read", "file": "x.txt"}]}),
    ],
)
def test_what_an_earlier_run_showed_counts(text, seen, folder):
    head = {"format": "mlx2smk-order", "version": 1, "trials": {}, "pairs": []}
    Path(".mlx/order").mkdir(parents=True)
    Path(".mlx/order/exp.json").write_text(json.dumps({**head, **seen}))
    found = run(text, "--batch", "1")
    assert reference.normalise(found) == reference.normalise(expected(folder, text))


SWAPPED = """
@trial(1, {{"{first}": [1, 2], "{second}": [1, 2]}})
def train(a, b):
    return [a, b]
"""


@pytest.mark.slow
def test_parameters_that_swap_their_names_run_again(folder):
    run(SWAPPED.format(first="a", second="b"), "--batch", "4")
    text = SWAPPED.format(first="b", second="a")
    found = run(text, "--batch", "4")
    assert [entry["result"] for entry in found["trials"]["train"]] == [
        [1, 1],
        [2, 1],
        [1, 2],
        [2, 2],
    ]
    assert reference.normalise(found) == reference.normalise(expected(folder, text))


@pytest.mark.slow
def test_another_combination_at_the_end_runs_alone(folder):
    run(COUNTER.replace("[1, 2, 3, 4]", "[1]"), "--batch", "1")
    found = run(COUNTER, "--batch", "1")
    assert [entry["result"] for entry in found["trials"]["count"]] == [1, 3, 6, 10]
    assert (Path(folder) / "counter.txt").exists()
    shutil.rmtree(folder)
