"""A quick look at a literal gives its value, or leaves the decision to a closer one."""

import ast

import pytest

from mlx2smk.language.literals import NOT_LITERAL, quickly_evaluated


def looked_at(text):
    return quickly_evaluated(ast.parse(text, mode="eval").body)


@pytest.mark.parametrize(
    "text",
    [
        "[1, -2, 3.5, -0.0, True, None, 'x']",
        "(1, (-2,), [])",
        "{'a': [1, {'b': (2,)}], 'c': -1e9}",
        "{}",
    ],
)
def test_what_is_surely_right(text):
    assert repr(looked_at(text)) == repr(ast.literal_eval(text))


@pytest.mark.parametrize(
    "text",
    [
        *("-True", "--1", "+1", "~1", "-'x'", "b'x'", "1j", "1 + 2j", "...", "{1}", "x", "f()"),
        *("[*x]", "{**x}", "{'a': 1, 'a': 2}", "{1: 2}", "{'\u00e9': 1}", "{x: 1}"),
        *("{'a': x}", "[1, [x]]", "'a' 'b' + 'c'", "0x1" + "0" * 4000),
    ],
)
def test_what_needs_a_closer_look(text):
    assert looked_at(text) is NOT_LITERAL
