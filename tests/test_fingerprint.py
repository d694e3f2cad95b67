import ast
import hashlib

import pytest

from mlx2smk.analysis.fingerprint import canonical_order, fingerprint


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("x", "(Expr value=(Name id=<str 1:x>))"),
        ("f'a' 'b{x}' f'{x:>{w}}'", (
            "(Expr value=(JoinedStr<str 5:ab{x}>(FormattedValue -1 (Name id=<str 1:x>)"
            "(JoinedStr<str 1:>>(FormattedValue -1 (Name id=<str 1:w>))<str 0:>))<str 0:>))"
        )),
        ("def f(a): pass", (
            "(FunctionDef name=<str 1:f> args=(arguments args=[(arg arg=<str 1:a>)]) body=[(Pass)])"
        )),
        ("x = -1.5", (
            "(Assign targets=[(Name id=<str 1:x>)] value=(UnaryOp op=(USub) operand=<float 0x1.8000000000000p+0>))"
        )),
        ("from . import a", "(ImportFrom names=[(alias name=<str 1:a>)] level=<int 0x1>)"),
    ],
)  # fmt: skip
def test_what_is_hashed_is_the_same_for_every_version_of_python(text, written):
    (statement,) = ast.parse(text).body
    assert fingerprint(statement) == digest(written)


def test_independent_units_are_ordered_by_their_digests():
    assert canonical_order({0: "b", 1: "a", 2: "c"}, [set(), set(), set()]) == [1, 0, 2]


def test_dependent_units_keep_their_order():
    assert canonical_order({0: "b", 1: "a", 2: "c"}, [set(), {0}, set()]) == [0, 1, 2]
    assert canonical_order({0: "c", 1: "b", 2: "a"}, [set(), {0}, {1}]) == [0, 1, 2]


def test_units_that_are_not_there_hold_nothing_up():
    assert canonical_order({1: "b", 2: "a"}, [set(), {0}, {0}]) == [2, 1]
