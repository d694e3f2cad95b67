"""Names that an import binds or, where the package is missing, something else.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import digest, kept, module, trial


def fallback(imported, instead):
    """Return a statement that imports something, or does something instead."""
    indented = instead.replace("\n", "\n    ")
    return f"try:\n    {imported}\nexcept ImportError:\n    {indented}\n"


NUMPY = fallback("import numpy as np", "np = None")
JIT = (
    "def njit(*a, **k):\n    if a and callable(a[0]): return a[0]\n"
    "    def d(f): return f\n    return d"
)
SINKS = "def note(*a, **k): input(1)\n"


@pytest.mark.parametrize(
    "statements",
    [
        # nothing instead: what is called then fails
        NUMPY + "A = np.zeros(3)",
        NUMPY + "A = np.zeros(3) if np is not None else None",
        NUMPY + "A = None\nif np:\n    A = np.arange(3)",
        fallback("from pathlib import Path", "Path = None") + "A = Path('x')",
        fallback("import torch", "torch = None\nHAS = False") + "if torch: A = torch.device('cpu')",
        # another package
        fallback("import orjson as json", "import json") + "A = json.loads('1')",
        fallback("from functools import cache", "from functools import lru_cache as cache")
        + "@cache\ndef f(x): return x\nA = f(1)",
        "import os\nif os.name == 'x':\n    from math import prod\nelse:\n    from numpy import prod\nA = prod([1])",
        # a function of the user's
        fallback("from json import loads", "def loads(x): return x") + "A = loads('1')",
        fallback("from math import floor", "floor = lambda x: x") + "A = floor(1)",
        fallback("from tqdm import tqdm", "def tqdm(x, **k): return x") + "A = [i for i in tqdm([1])]",
        # decorators
        fallback("from numba import njit", "def njit(f): return f") + "@njit\ndef f(x): return x",
        fallback("from numba import njit", JIT) + "@njit\ndef f(x): return x",
        fallback("from numba import njit", JIT) + "@njit(cache=True)\ndef f(x): return x",
        fallback("from numba import njit", "def njit(f): return f")
        + "@njit\ndef f(x): return x\nA = f(1)",
        fallback("from typing import override", "def override(f): return f")
        + "class B:\n    @override\n    def f(self): return 1\nA = B()",
        # base classes
        fallback("from torch.nn import Module", "Module = object") + "class B(Module): pass\nA = B()",
        fallback("from torch.nn import Module", "class Module: pass") + "class B(Module): pass\nA = B()",
    ],
)  # fmt: skip
def test_what_only_computes_whichever_is_there_does_not_count(statements):
    assert kept(statements) == []
    other = f"{statements}\ndef other(x): return x"
    found = trial("import helper", "return helper.other(1)", {"helper.py": other})
    assert module("helper", found) == ["def other(x): return x"]


def test_a_fallback_of_another_module_does_not_count():
    files = {"compat.py": fallback("from numba import njit", JIT) + NUMPY}
    for before in (
        "from compat import njit\n@njit\ndef f(x): return x",
        "import compat\n@compat.njit(cache=True)\ndef f(x): return x",
        "from compat import np\nA = np.zeros(3)",
        "import compat\nA = compat.np.zeros(3)",
    ):
        assert kept(before, files=files) == []


@pytest.mark.parametrize(
    "statements",
    [
        fallback("import absent", "absent = None") + "if absent: absent.start()",
        fallback("from absent import P", "def P(x): return x") + "A = P(1)",
        fallback("from absent import P", "def P(f): return f") + "@P\ndef f(x): return x",
        fallback("from json import loads", "from absent import loads") + "A = loads('1')",
        fallback("from json import loads", "def loads(x): note()") + "A = loads('1')",
        fallback("from json import loads", "loads = lambda x: note(x)") + "A = loads('1')",
        fallback("from json import loads", "loads = note") + "A = loads('1')",
        fallback("from json import loads", "loads = absent()") + "A = loads('1')",
        fallback("from numba import njit", "def njit(f):\n    note()\n    return f")
        + "@njit\ndef f(x): return x",
        fallback("from numba import njit", "def njit(f): return note")
        + "@njit\ndef f(x): return x\nA = f(1)",
        fallback("from numba import njit", "def njit(*a): return a[0]")
        + "@njit(note)\ndef f(x): return x",
        fallback("from numba import njit", "def njit(g=note): return g")
        + "@njit()\ndef f(x): return x",
        fallback("from torch.nn import Module", "from absent import Module")
        + "class B(Module): pass\nA = B()",
        fallback(
            "from torch.nn import Module",
            "class Module:\n    def __init_subclass__(cls): note()",
        )
        + "class B(Module): pass",
        fallback(
            "from torch.nn import Module", "class Module:\n    def __init__(self): note()"
        )
        + "class B(Module): pass\nA = B()",
        NUMPY + "np = absent\nA = np.zeros(3)",
        NUMPY + "def put():\n    global np\n    np = absent\nA = np.zeros(3)",
        NUMPY + "for np in absent: pass\nA = np.zeros(3)",
    ],
)  # fmt: skip
def test_what_may_do_something_where_one_is_missing_counts(statements):
    assert kept(SINKS + statements)[-1] == statements.rsplit("\n", maxsplit=1)[-1]


@pytest.mark.parametrize(
    ("statements", "body"),
    [
        (fallback("from absent_ import f", "def f(x): seen.append(x)") + "f(1)", "return seen"),
        (fallback("from absent_ import f", "f = seen.append") + "f(1)", "return seen"),
        (
            fallback("from json import loads as f", "f = seen.append") + "A = f('1')",
            "return A, seen",
        ),
        (
            fallback("from absent_ import d", "def d(f):\n    seen.append(1)\n    return f")
            + "@d\ndef g(): pass",
            "return seen",
        ),
        (fallback("import absent_ as np", "import math as np") + "A = np.floor(2.5)", "return A"),
    ],
)
def test_a_slice_gives_what_the_whole_gives(statements, body):
    agrees(f"seen = []\n{statements}", body)


@pytest.mark.parametrize(
    "rows",
    [
        fallback("from itertools import count", "def count():\n    yield 0\n    yield 1")
        + "ROWS = count()",
        "def count():\n    yield 0\n    yield 1\nROWS = count() if True else None",
        "from itertools import count\nROWS = None or count()",
        "from itertools import count\nROWS = [iter([0, 1])]\nROWS = ROWS[0]",
        "ROWS = ([], iter([0, 1]))\nROWS = ROWS[1]",
        "OTHER = iter([0, 1])\nROWS = OTHER if True else []",
    ],
)
def test_reading_what_may_be_an_iterator_changes_it(rows):
    before = f"{rows}\nfor first in ROWS: break"
    assert agrees(before, "return next(iter(ROWS))") == 1
    assert kept(before) == []


def test_reading_what_holds_an_iterator_changes_it():
    before = "ROWS = {'a': iter([0, 1])}\nfor first in ROWS['a']: break"
    assert agrees(before, "return next(ROWS['a'])") == 1


def test_an_edit_of_the_fallback_counts_for_who_uses_the_name():
    one = NUMPY + "A = np.zeros(3)\ndef other(x): return x\n"
    two = one.replace("np = None", "np = False")
    for body, same in (("return helper.A", False), ("return helper.other(1)", True)):
        digests = {digest("import helper", body, {"helper.py": text}) for text in (one, two)}
        assert (len(digests) == 1) == same
