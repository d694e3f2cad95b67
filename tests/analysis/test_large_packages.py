"""What slicing costs where a package beside the experiment has many modules, as calls of functions."""

import sys

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse

STEPS = (1, 2, 3, 5, 7)
EXPERIMENT = """\
import pkg
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def train(n): return pkg.f0()
"""


def package(size):
    """Return a package whose modules import each other and have effects that only some code notices."""
    files = {"pkg/__init__.py": "".join(f"from pkg.m{n} import f{n}\n" for n in range(size))}
    for n in range(size):
        others = [(n + step) % size for step in STEPS]
        imports = "".join(f"from pkg.m{other} import f{other}\n" for other in others)
        effect = "import logging\nlogging.getLogger('a').setLevel(3)\n"
        files[f"pkg/m{n}.py"] = f"{effect}{imports}def f{n}(): return f{others[0]}\n"
    return files


def calls_for(files):
    """Return how many functions are called to analyse the experiment beside these files."""
    experiment, count = parse(Source("exp.py", EXPERIMENT)).experiment, 0

    def count_call(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        found = analyse_files(experiment, MemoryFiles(files))
    finally:
        sys.setprofile(before)
    assert len(found["train"].slice.modules) == len(files)
    return count


def test_twice_the_modules_cost_twice_as_much():
    small, large = calls_for(package(30)), calls_for(package(60))
    assert large < 2.4 * small
