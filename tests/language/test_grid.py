"""Messages about the values of a trial."""

import pytest

from mlx2smk.diagnostics.about_arguments import BadOrder
from mlx2smk.diagnostics.about_values import (
    BadDictKey,
    BadParallel,
    BadParameterName,
    CollidingKeys,
    DoubledKey,
    HugeNumber,
    NonStringKey,
    NotJson,
    NotLiteral,
    ReservedName,
    TooManyCombinations,
    UnknownReservedKey,
    ValuesNotDict,
    ValuesNotList,
)
from mlx2smk.diagnostics.about_warnings import DoubledValue, EmptyList, HugeGrid
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, check, check_call, check_list, check_values

TEN = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("range(3)", 1),
        ("[range(3)]", 2),
        ("[1, N, 2]", 5),
        ("[Adam(lr=0.1)]", 2),
        ("[{'cfg': [1, (2, x)]}]", 18),
        ("[1 + 1]", 2),
        ("[--1]", 2),
        ("[not 1]", 2),
        ("[f'{x}']", 2),
        ("[*range(3)]", 2),
        ("[{**other}]", 5),
        ("[i for i in x]", 1),
        ("[{x: 1}]", 3),
        ("['é', x]", 7),
        ("[-True]", 2),
    ],
)
def test_not_literal(written, column):
    check_list(written, (NotLiteral, column))


def test_each_part_that_is_not_literal_is_reported():
    check_list("[x, [y], {'a': z}]", (NotLiteral, 2), (NotLiteral, 6), (NotLiteral, 16))


@pytest.mark.parametrize("written", ["GRID", "dict(n=[1])", "{**a} | b"])
def test_values_that_are_computed(written):
    check_values(written, (NotLiteral, 1))


def test_values_that_are_unpacked_in_part_may_have_the_rest():
    check_values('{**more, "a": [1]}', (NotLiteral, 4), signature="a, b")


@pytest.mark.parametrize("written", ["[1, 2]", "None", '"n"', "{1, 2}", "[N]", "()"])
def test_values_not_a_dict(written):
    check_values(written, (ValuesNotDict, 1))


@pytest.mark.parametrize(
    ("written", "hint"),
    [("3", "write [3]"), ('"abc"', 'write ["abc"]'), ("{'a': 1}", "write [{'a': 1}]")],
)
def test_values_not_a_list(written, hint):
    assert check_list(written, (ValuesNotList, 1)).hint == hint


def test_forgotten_underscores():
    found = check_values('{"parallel": 4}', (ValuesNotList, 14))
    assert found.hint == "did you mean '__parallel__'?"


@pytest.mark.parametrize("key", ["1", "None", "N", "b'n'", "(1,)", "f'{x}'"])
def test_keys_that_are_no_strings(key):
    check_values(f"{{{key}: [1]}}", (NonStringKey, 2))


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("", "empty", "write a name such as 'n'"),
        ("a-b", "no identifier", "write for example 'a_b'"),
        ("1n", "no identifier", "write a name such as 'n'"),
        ("lambda", "a keyword of Python", "write for example 'lambda_'"),
        (" n", "no identifier", "write for example 'n'"),
    ],
)
def test_bad_parameter_names(name, reason, hint):
    found = check_values(f'{{"{name}": [1]}}', (BadParameterName, 2))
    assert found.message.endswith(f"it is {reason}")
    assert found.hint == hint


def test_reserved_name():
    check_values('{"setup": [1]}', (ReservedName, 2))
    check(f"{IMPORT}@trial(1, {{}})\ndef t(setup): ...", (ReservedName, 3, 7))


@pytest.mark.parametrize("written", ["0", "-1", "True", "2.0", '"2"', "None", "[2]", "N"])
def test_bad_parallel(written):
    check_values(f'{{"__parallel__": {written}}}', (BadParallel, 18))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("__paralel__", "did you mean '__parallel__'?"),
        ("__gpu__", "the only setting is '__parallel__'"),
    ],
)
def test_unknown_reserved_key(name, hint):
    assert check_values(f'{{"{name}": 1}}', (UnknownReservedKey, 2)).hint == hint


def test_doubled_keys():
    check_values('{"n": [1], "n": [2]}', (DoubledKey, 12))
    check_values('{"__parallel__": 1, "__parallel__": 2}', (DoubledKey, 21))
    check_list("[{1: 2, True: 3}]", (DoubledKey, 9))


def test_colliding_keys():
    check_list("[{None: 1, 'null': 2}]", (CollidingKeys, 12))


@pytest.mark.parametrize(
    ("written", "type_name"),
    [
        ("{1, 2}", "set"),
        ("{x}", "set"),
        ("set()", "set"),
        ("b'x'", "bytes"),
        ("1j", "complex"),
        ("-2 + 1j", "complex"),
        ("...", "ellipsis"),
    ],
)
def test_not_json(written, type_name):
    found = check_list(f"[{written}]", (NotJson, 2))
    assert found.message == f"{written} is of type {type_name!r}, which JSON cannot represent"
    check_list(f"[[{{'a': ({written},)}}]]", (NotJson, 10))


@pytest.mark.parametrize(
    ("key", "type_name"),
    [("(1, 2)", "tuple"), ("b'x'", "bytes"), ("1j", "complex"), ("[1]", "list")],
)
def test_bad_dict_keys(key, type_name):
    found = check_list(f"[{{{key}: 1}}]", (BadDictKey, 3))
    assert f"is of type {type_name!r}" in found.message


def test_dict_keys_that_json_can_carry():
    text = (
        f"{IMPORT}@trial(1, {{'n': [{{'a': 1, 2: 2, 2.5: 3, True: 4, None: 5}}]}})\ndef t(n): ..."
    )
    assert parse(Source("exp.py", text)).diagnostics == ()


def test_huge_numbers():
    huge = "0x" + "f" * 4000
    check_list(f"[1, {huge}]", (HugeNumber, 5))
    check_list(f"[{{{huge}: 1}}]", (HugeNumber, 3))
    check_call(f"@trial({huge}, {{}})", (BadOrder, 8))


def test_the_largest_number_that_python_prints_is_fine():
    largest = hex(10**4300 - 1)
    text = f"{IMPORT}@trial(1, {{'n': [{largest}]}})\ndef t(n): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()
    check_list(f"[{hex(10**4300)}]", (HugeNumber, 2))


def test_doubled_values():
    check_list("[1, 2, 1, 1]", (DoubledValue, 8), (DoubledValue, 11))
    check_list("[{'a': 1, 'b': [2]}, {'b': [2], 'a': 1}]", (DoubledValue, 22))


def test_values_of_different_types_are_different():
    values = '[1, 1.0, True, "1", [1], (1,), [1.0], [True], {1: 2}, {1.0: 2}, 0.0, -0.0]'
    text = f"{IMPORT}@trial(1, {{'n': {values}}})\ndef t(n): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()


@pytest.mark.parametrize("written", ["[]", "()"])
def test_empty_list(written):
    check_list(written, (EmptyList, 1))


def test_huge_grid():
    ten = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"
    five = ", ".join(f'"{name}": {ten}' for name in "abcde")
    text = f"{IMPORT}@trial(1, {{{five}}})\ndef t(**o): ..."
    assert parse(Source("exp.py", text)).diagnostics == ()
    found = check_values(f'{{{five}, "f": [0, 1]}}', (HugeGrid, 1))
    assert found.message == "the trial has 200,000 combinations"


@pytest.mark.parametrize(
    ("lists", "count"), [(["[0, 1]"], "20,000,000"), ([TEN] * 5, f"{10**12:,}"), ([TEN] * 60, "")]
)
def test_more_combinations_than_can_be_planned(lists, count):
    """It is said at once, before any of them is made."""
    written = ", ".join(f'"p{i}": {each}' for i, each in enumerate([TEN] * 7 + lists))
    found = check_values(f"{{{written}}}", (TooManyCombinations, 1))
    assert found.message.startswith(f"the trial has {count or 'far too many'} combinations")
    assert "10,000,000" in found.message


def test_the_most_combinations_that_can_be_planned():
    written = ", ".join(f'"p{i}": {TEN}' for i in range(7))
    found = check_values(f"{{{written}}}", (HugeGrid, 1))
    assert found.message == "the trial has 10,000,000 combinations"
