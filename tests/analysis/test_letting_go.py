"""Finalizers and weak references notice which statements keep an object, and which let go of it."""

import pytest

from tests.analysis.test_purity import agrees
from tests.support.sliced_texts import kept


@pytest.mark.parametrize(
    ("program", "body"),
    [
        ("SEEN=[]\nclass A:\n    def __del__(self): SEEN.append(1)\nM=A()\ndel M", "return SEEN"),
        ("SEEN=[]\nclass A:\n    def __del__(self): SEEN.append(1)\nM=A()\nM=None", "return SEEN"),
        (
            "import weakref\nclass A: pass\ndef mk():\n    return A()\nM=mk()\nW=weakref.ref(M)\nK=M\nM=None",
            "return W() is None",
        ),
    ],
)
def test_objects_live_as_long_as_in_the_program(program, body):
    agrees(program, body)


def test_nobody_notices_otherwise():
    before = "class A: pass\nM = A()\nM = None\nN = 1"
    assert kept(before, "return N") == ["N = 1"]
