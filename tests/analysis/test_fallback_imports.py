"""Names that several imports bind, imports that may fail, and names that modules look up in themselves."""

import pytest

from tests.support.sliced_texts import kept, module, trial

COMPAT = "try:\n    from fastlib import fast\nexcept ImportError:\n    def fast(x): return x\n"
USE = "def g(x): return x\n"


@pytest.mark.parametrize(
    ("before", "other"),
    [
        ("import compat", "def h(x): return compat.fast(x)"),
        ("import compat as c", "def h(x): return c.fast(x)"),
        ("from compat import g, fast", "def h(x): return fast(x)"),
        ("from compat import *", "def h(x): return fast(x)"),
    ],
)
def test_an_import_that_other_modules_use_by_name_is_not_there_for_its_effect(before, other):
    # another function uses it; that is enough to tell what it is there for
    call = "return compat.g(1)" if before == "import compat" else "return g(1)"
    call = "return c.g(1)" if " as c" in before else call
    found = trial(f"{before}\n{other}", call, {"compat.py": COMPAT + USE})
    assert module("compat", found) == [USE.strip()]


def test_an_import_that_nobody_uses_by_name_is_there_for_its_effect():
    effect = "try:\n    import fastlib\nexcept ImportError:\n    pass\n"
    found = trial("from compat import g", "return g(1)", {"compat.py": effect + USE})
    assert module("compat", found) == [*effect.strip().split("\n"), USE.strip()]


def test_an_import_with_a_fallback_is_there_for_its_name_although_nobody_uses_it():
    found = trial("from compat import g", "return g(1)", {"compat.py": COMPAT + USE})
    assert module("compat", found) == [USE.strip()]


@pytest.mark.parametrize(
    ("before", "is_known"),
    [
        ("import math\nfrom tools import *", True),
        ("from tools import *\nfrom more import *", True),
        ("import math\nfrom other import *", False),  # another thing of that name
        ("math = absent()\nfrom tools import *", False),
        ("math = 1\nfrom tools import *", True),  # which has no functions
    ],
)
def test_several_imports_of_the_same_thing_are_one(before, is_known):
    files = {
        "tools.py": "import math\nT = 1\n",
        "more.py": "import math\nM = 1\n",
        "other.py": "import random as math\n",
    }
    lines = kept(f"{before}\nX = math.floor(2.5)", "return 1", files)
    assert ("X = math.floor(2.5)" not in lines) == is_known


@pytest.mark.parametrize(
    ("line", "is_known"),
    [
        ("def f(n): return globals()[n]", True),
        ("def f(n): return globals().get(n)", True),
        ("def f(n): return n in globals()", True),
        ("def f(n): globals()[n] = 1", False),
        ("def f(n): globals().update(n)", False),
        ("def f(n): return globals()", False),
        ("def f(n):\n    g = globals()\n    g[n] = 1", False),
        ("def f(n): del globals()[n]", False),
    ],
)
def test_names_of_a_star_import_are_known_if_the_module_only_looks_its_own_up(line, is_known):
    files = {"helper.py": f"A = 1\nB = 2\n{line}\n"}
    found = trial("from helper import *", "return A", files)
    assert (module("helper", found) == ["A = 1"]) == is_known


@pytest.mark.parametrize(
    ("value", "is_pure"),
    [
        ("zlib.crc32(repr(OTHER).encode())", True),
        ("str(OTHER()).upper()", False),
        ("str(OTHER).upper()", True),
        ("np.cos(OTHER)", True),
        ("np.cos(OTHER, BUFFER)", False),
        ("np.cos(OTHER, out=BUFFER)", False),
        ("np.sum(OTHER, **MORE)", False),
        ("np.power(OTHER, 2)", True),
        ("np.power(*OTHER)", False),
    ],
)
def test_calls_that_only_compute(value, is_pure):
    before = f"import zlib\nimport numpy as np\nOTHER = BUFFER = MORE = None\nX = {value}"
    assert (kept(before) == []) == is_pure


def test_names_that_are_made_of_themselves_in_comprehensions():
    before = "T = 'a b'\nT = [v.strip() for v in T.copy()]\nY = T.copy()\nZ = [v.items() for v in Y.copy()]\nY = Z"
    assert kept(before) == []
    # what a parameter of another scope hides is another name
    assert kept("def f(x): return x\nX = f\nY = [X.get(1) for X in [open]]") != []


EXEC = "def run(text): exec(text, {})\n"


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        (f"__all__ = ['A']\nA = 1\nB = 2\n{EXEC}", True),
        (f"A = 1\nB = 2\n{EXEC}", False),  # what it binds has no list
        (f"__all__ = ['A', 'C']\nA = 1\nB = 2\n{EXEC}", False),  # who binds C?
        ("__all__ = ['A']\nA = 1\nB = 2\nexec('B = 3')\n", False),
        ("__all__ = ['A']\nA = 1\nB = 2\nglobals().update(B=3)\n", False),
    ],
)
def test_a_list_of_names_that_are_written_out_holds_whatever_functions_do(text, is_known):
    found = trial("from helper import *", "return A", {"helper.py": text})
    assert ("B = 2" not in module("helper", found)) == is_known
