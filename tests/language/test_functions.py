"""Messages about decorated functions and their names."""

import pytest

from mlx2smk.diagnostics.about_functions import (
    AsyncFunction,
    DoubledFunction,
    GeneratorFunction,
    MissingValues,
    PositionalOnly,
    ReboundFunction,
    ReservedFunctionName,
    SetupTakesArguments,
    UnknownParameter,
    VerifyArguments,
)
from mlx2smk.diagnostics.about_warnings import ShadowedContext
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, TRIAL, check, check_function


def test_unknown_parameter():
    found = check_function('{"n": [1], "rate": [2]}', "n, rates=1", (UnknownParameter, 2, 22))
    assert found.hint == "did you mean 'rates'?"
    found = check_function('{"n": [1]}', "*n", (UnknownParameter, 2, 12))
    assert found.hint == "add it to the parameters of 't'"


def test_missing_values():
    check_function("{}", "a, *, b, c=1, **d", (MissingValues, 3, 7), (MissingValues, 3, 13))


def test_parameters_are_compared_both_ways_at_once():
    check_function('{"a": [1]}', "b", (UnknownParameter, 2, 12), (MissingValues, 3, 7))


@pytest.mark.parametrize(
    ("values", "signature"),
    [('{"n": [1]}', "n, /"), ("{}", "n, /"), ('{"n": [1]}', "n=1, /"), ('{"n": [1]}', "n, /, **o")],
)
def test_positional_only(values, signature):
    check_function(values, signature, (PositionalOnly, 3, 7))


def test_async_function():
    check(f"{IMPORT}@trial(1, {{}})\nasync def t(): ...", (AsyncFunction, 3, 11))


@pytest.mark.parametrize(
    ("body", "column"),
    [
        ("yield 1", 5),
        ("x = yield", 9),
        ("yield from []", 5),
        ("def g(x=(yield)): ...", 14),
        ("[x for x in (yield)]", 18),
    ],
)
def test_generator(body, column):
    check(f"{IMPORT}@trial(1, {{}})\ndef t():\n    {body}\n", (GeneratorFunction, 4, column))


def test_setup_that_needs_arguments():
    text = f"{IMPORT}{TRIAL}@setup()\ndef s(a, b=1, *, c): ...\n"
    check(text, (SetupTakesArguments, 5, 7), (SetupTakesArguments, 5, 18))


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        ("", "takes none"),
        ("a, b", "needs 2"),
        ("a, b, /, c=1", "needs 2"),
        ("a, *, b", "also needs 'b'"),
        ("*, a=1, **b", "takes none"),
    ],
)
def test_verification_that_does_not_take_one_argument(signature, reason):
    text = f"{IMPORT}{TRIAL}@verify(['t'])\ndef v({signature}): ...\n"
    assert check(text, (VerifyArguments, 5, 5)).message.endswith(f"'v' {reason}")


@pytest.mark.parametrize(
    "second",
    ["@trial(2, {})\ndef t(): ...", "@setup()\ndef t(): ...", "@verify([])\ndef t(r): ..."],
)
def test_doubled_function(second):
    found = check(f"{IMPORT}{TRIAL}{second}", (DoubledFunction, 5, 5))
    assert found.message == "'t' is already decorated in line 3"


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("t = 1", 1),
        ("def t(): ...", 5),
        ("class t: ...", 7),
        ("import os as t", 8),
        ("import t.x", 8),
        ("from os import path as t", 16),
        ("for t in (): pass", 5),
        ("with open('x') as (a, t): pass", 23),
        ("if (t := 1): pass", 5),
        ("[(t := x) for x in ()]", 3),
        ("t += 1", 1),
        ("del t", 5),
    ],
)
def test_rebound_function(line, column):
    check(f"{IMPORT}{TRIAL}{line}\n", (ReboundFunction, 4, column))


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        ("try: pass\nexcept OSError as t: pass", 1),
        ("match 1:\n  case {'a': t}: pass", 14),
        ("match 1:\n  case [*t]: pass", 9),
        ("match 1:\n  case {**t}: pass", 8),
    ],
)
def test_function_rebound_within_a_statement(lines, column):
    check(f"{IMPORT}{TRIAL}{lines}\n", (ReboundFunction, 5, column))


def test_reserved_function_name():
    check(f"{IMPORT}{TRIAL}@setup()\ndef SETUP(): ...", (ReservedFunctionName, 5, 5))


def test_shadowed_context():
    check(f"SETUP = {{}}\n{IMPORT}{TRIAL}", (ShadowedContext, 1, 1))
    text = f"if 'SETUP' not in globals():\n    SETUP = {{}}\nSETUP: dict\n{IMPORT}{TRIAL}"
    assert parse(Source("exp.py", text)).diagnostics == ()
