"""Reading what is or holds an iterator changes it, whatever made it.

The oracle is Python: the program and its slice run, and the trial must return the same.
"""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept


@pytest.mark.parametrize(
    "program",
    [
        "def g(): return iter([1, 2])\nA = g()",
        "def g(): return (x for x in [1, 2])\nA = g()",
        "def g(): yield 1\ndef h(): return g()\nA = h()",
        "def g():\n    i = iter([1, 2])\n    return i\nA = g()",
        "A = [1, 2].__iter__()",
        "import re\np = re.compile('a')\nA = p.finditer('aa')",
        "import itertools\nA, C = itertools.tee([1, 2])",
        "A, C = iter([1, 2]), 1",
        "C = A = iter([1, 2])",
        "A = C = iter([1, 2])",
        "for A in [iter([1, 2])]: pass",
    ],
)
def test_an_iterator_is_read_as_far_as_in_the_program(program):
    assert agrees(f"{program}\nB = list(A)", "return list(A)") == []
    if "A = C" in program or "C = A" in program:
        assert agrees(f"{program}\nB = list(C)", "return list(A)") == []


@pytest.mark.parametrize(
    ("program", "held"),
    [
        ("A = [iter([1]) for _ in [0]]", "A[0]"),
        ("A = {k: iter([1]) for k in [0]}", "A[0]"),
        ("A = [0] + [iter([1])]", "A[1]"),
        ("def g(): return {0: iter([1])}\nA = g()", "A[0]"),
        ("class A: it = iter([1])", "A.it"),
    ],
)
def test_what_holds_an_iterator_is_read_as_far_as_in_the_program(program, held):
    assert agrees(f"{program}\nB = list({held})", f"return list({held})") == []


@pytest.mark.parametrize(
    ("program", "held"),
    [
        ("class A: d = collections.defaultdict(list)", "A.d"),
        ("def g(): return collections.defaultdict(list)\nA = g()", "A"),
    ],
)
def test_a_defaultdict_has_what_was_looked_up(program, held):
    before = f"import collections\n{program}\nB = {held}[1]"
    assert agrees(before, f"return list({held})") == [1]


@pytest.mark.parametrize(
    "program",
    [
        "def g(): return iter([1, 2])\nA = g()",
        "def g(): return (x for x in [1, 2])\nA = g()",
    ],
)
def test_an_iterator_that_a_local_module_makes(program):
    files = {"m.py": program}
    assert agrees("import m\nB = list(m.A)", "return list(m.A)", files) == []
    assert agrees("import m\nA = m.g()\nB = list(A)", "return list(A)", files) == []


@pytest.mark.parametrize(
    "program",
    [
        "A, B = zip([1, 2], [3, 4])\nC = sum(A)",
        "A, B = [1], [2]\nC = sum(A)",
        "for A in enumerate([1]): pass\nC = sum(A)",
        "import glob\nA = glob.glob('*')\nC = len(A)",
    ],
)
def test_what_is_no_iterator_does_not_change_when_it_is_read(program):
    assert not any(line.startswith("C =") for line in kept(program, "return A"))
