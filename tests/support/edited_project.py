"""A project to edit: an experiment with local modules, run by the real Snakemake.

Its functions leave a line in the file that $MLX_TEST_TRACE names, so that a test can tell what ran.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tests import reference
from tests.support import warm_snakemake
from tests.support.paths import ROOT
from tests.support.without_snakemake import reference_report

if TYPE_CHECKING:
    from pathlib import Path

EXPERIMENT = '''\
"""What tests change."""

import functools
import os
import random

import tools
from decorators import setup, trial, verify
from shapes import area

OFFSET = 10
FACTOR = 3


def ran(*what):
    with open(os.environ.get("MLX_TEST_TRACE", os.devnull), "a") as file:
        print(*what, file=file)


def inner(x):
    return x + OFFSET


def outer(x):
    """Use a helper's helper."""
    return inner(x) * 2  # twice


class Base:
    def scale(self):
        return 2


class Model(Base):
    def apply(self, x):
        return x * self.scale()


def doubled(function):
    @functools.wraps(function)
    def wrapper(**given):
        return 2 * function(**given)

    return wrapper


def idle(x):
    return x


@setup()
def start():
    ran("start")
    return {"seed": 1, "size": 3, "total": 0}


@trial(1, {"n": [1, 2]})
def helped(n):
    ran("helped", n)
    return outer(n)


@trial(1, {"n": [1, 2]})
def modelled(n, factor=FACTOR):
    ran("modelled", n)
    return Model().apply(n) * factor


@trial(1, {"n": [1]})
@doubled
def decorated(n):
    ran("decorated", n)
    return n


@trial(1, {"n": [1]})
def moduled(n):
    ran("moduled", n)
    return tools.used(n) + area(n)


@trial(1, {}, inputs=["data.txt"])
def filed():
    ran("filed")
    with open("data.txt") as file:
        return file.read()


@trial(1, {})
def sized():
    ran("sized")
    return [SETUP["size"], random.random()]


@trial(2, {"n": [1, 2, 3]})
def chained(n):
    ran("chained", n)
    return {"context_update": {"total": SETUP["total"] + n}}


@trial(3, {})
def last():
    ran("last")
    return SETUP["total"]


@verify(["helped"])
def check(results):
    ran("check")
    return all(run["result"] > 20 for run in results["helped"])
'''

FILES = {
    "lab.py": EXPERIMENT,
    "tools.py": "BASE = 5\nSPARE = 6\n\n\ndef used(x):\n    return x + BASE\n\n\ndef spare():\n    return SPARE\n",
    "shapes/__init__.py": 'SCALE = 2\nUNIT = "cm"\n\nfrom .flat import area\n',
    "shapes/flat.py": "from . import SCALE\n\n\ndef area(x):\n    return SCALE * x * x\n",
    "data.txt": "some data\n",
}

TRIALS = [
    *("helped 1", "helped 2", "modelled 1", "modelled 2", "decorated 1", "moduled 1", "filed"),
    *("sized", "chained 1", "chained 2", "chained 3", "last"),
]
ALL = ["start", *TRIALS, "check"]
NO_TRIALS = {"start", "more", "check"}

FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", re.MULTILINE)


@dataclass
class Lab:
    """The project in a folder; ``said`` is what Snakemake wrote in its last run."""

    folder: Path
    said: str = ""

    def path(self, name: str) -> Path:
        return self.folder / name

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands exactly once in a file."""
        text = self.path(name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.path(name).write_text(text.replace(old, new))

    def parts(self, *starts: str) -> list[str]:
        """Return the experiment's text, cut before each of the texts that it holds, in their order."""
        text = self.path("lab.py").read_text()
        cuts = [0, *(text.index(start) for start in starts), len(text)]
        return [text[start:end] for start, end in pairwise(cuts)]

    def compile(self, *options: str) -> None:
        done = self._python("mlx2smk.cli", "compile", *options, "lab.py")
        assert done.returncode == 0, done.stderr

    def snakemake(self, *options: str, status: int = 0) -> None:
        """Run the compiled workflow; what ran before is forgotten."""
        self._trace().unlink(missing_ok=True)
        done = self._python("snakemake", "-j2", *options)
        self.said = done.stdout + done.stderr
        assert done.returncode == status, self.said

    def run(self, *options: str) -> None:
        """Compile and run."""
        self.compile()
        self.snakemake(*options)

    def ran(self) -> list[str]:
        """Return the functions that ran in the last run, with their parameters, sorted."""
        trace = self._trace()
        return sorted(trace.read_text().splitlines()) if trace.exists() else []

    def dispatched(self) -> Counter[str]:
        """Return how many jobs Snakemake started in the last run, by the names of trials."""
        rules = Counter(FINISHED.findall(self.said))
        return Counter(
            {rule[6:]: count for rule, count in rules.items() if rule.startswith("trial_")}
        )

    def check_report(self) -> None:
        """Compare the report with what the reference makes of the files, from scratch."""
        report = json.loads(self.path("results/lab/report.json").read_text())
        expected = reference_report(self.path("lab.py"))
        assert reference.normalise(report) == reference.normalise(expected)

    def _trace(self) -> Path:
        return self.folder.parent / f"{self.folder.name}.trace"

    def _python(self, *command: str) -> subprocess.CompletedProcess[str]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        variables = {"PYTHONPATH": os.pathsep.join(paths), "MLX_TEST_TRACE": str(self._trace())}
        return warm_snakemake.run(
            [sys.executable, "-m", *command],
            cwd=self.folder,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def write_project(folder: Path) -> None:
    """Write the project into a new folder."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def prepared(folder: Path) -> Lab:
    """Write the project into a new folder and run it."""
    write_project(folder)
    lab = Lab(folder)
    lab.run()
    return lab


def copied(lab: Lab, folder: Path) -> Lab:
    """Copy a project with all that it left, times of files included."""
    shutil.copytree(lab.folder, folder)
    return Lab(folder, lab.said)


def check(lab: Lab, runs: list[str]) -> None:
    """Check what ran, that no other trial's job was started, and the report."""
    assert lab.ran() == sorted(runs)
    assert lab.dispatched().keys() == jobs_of(runs).keys()
    assert lab.dispatched() <= jobs_of(runs)  # fewer where a job runs several combinations
    lab.check_report()


def jobs_of(runs: list[str]) -> Counter[str]:
    """Count the trials' runs by the trials' names."""
    return Counter(line.split()[0] for line in runs if line not in NO_TRIALS)
