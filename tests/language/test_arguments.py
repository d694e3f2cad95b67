"""Messages about the arguments of decorators, except values and trials' names."""

import pytest

from mlx2smk.diagnostics.about_arguments import (
    BadInputs,
    BadOrder,
    BadOutputs,
    BadResources,
    BadThreads,
    DoubledArgument,
    MissingArgument,
    StarredArgument,
    TooManyArguments,
    UnknownArgument,
)
from tests.support.expected_messages import IMPORT, TRIAL, check, check_call


def test_missing_arguments():
    check_call("@trial()", (MissingArgument, 2), (MissingArgument, 2))
    check_call("@trial(values={})", (MissingArgument, 2))
    check(f"{IMPORT}{TRIAL}@verify()\ndef v(r): ...", (MissingArgument, 4, 2))


def test_doubled_argument():
    check_call("@trial(1, {}, order=2)", (DoubledArgument, 15))


def test_unknown_argument():
    found = check_call("@trial(1, {}, thread=2)", (UnknownArgument, 15))
    assert found.hint == "did you mean 'threads'?"
    text = f"{IMPORT}{TRIAL}@setup(xyz=1)\ndef s(): ...\n"
    assert check(text, (UnknownArgument, 4, 8)).hint == "it takes order"


def test_too_many_arguments():
    found = check_call("@trial(1, {}, 2, [])", (TooManyArguments, 15), (TooManyArguments, 18))
    assert found.message == "@trial takes 2 arguments by position, this is one too many"
    text = f"{IMPORT}{TRIAL}@setup(1, 2)\ndef s(): ...\n"
    assert "takes 1 argument by" in check(text, (TooManyArguments, 4, 11)).message


def test_starred_arguments():
    found = check_call("@trial(*a, **b)", (StarredArgument, 8), (StarredArgument, 12))
    assert found.message == "the arguments of @trial cannot be unpacked from *a"


@pytest.mark.parametrize("order", ["True", "1.0", '"1"', "ORDER", "None", "1 + 1", "[1]"])
def test_bad_order(order):
    assert check_call(f"@trial({order}, {{}})", (BadOrder, 8)).message.endswith(f"not {order}")


def test_bad_order_of_a_setup():
    check(f"{IMPORT}{TRIAL}@setup(order=False)\ndef s(): ...", (BadOrder, 4, 14))


@pytest.mark.parametrize("threads", ["0", "-1", "True", "2.0", '"2"', "N"])
def test_bad_threads(threads):
    check_call(f"@trial(1, {{}}, threads={threads})", (BadThreads, 23))


@pytest.mark.parametrize(
    ("resources", "columns"),
    [
        ("[1]", [25]),
        ("dict(x=1)", [25]),
        ('{"a-b": 1, 2: 3}', [26, 36]),
        ('{"_cores": 1, "lambda": 2}', [26, 39]),
        ('{"a": True, "b": None, "c": 1e999, "d": [1]}', [31, 42, 53, 65]),
        ('{"a": 1, "a": 2}', [34]),
        ("{**more}", [28]),
    ],
)
def test_bad_resources(resources, columns):
    places = [(BadResources, column) for column in columns]
    check_call(f"@trial(1, {{}}, resources={resources})", *places)


@pytest.mark.parametrize(
    ("inputs", "columns"),
    [('"data.csv"', [22]), ("FILES", [22]), ('["a", 1, "", B]', [28, 31, 35])],
)
def test_bad_inputs(inputs, columns):
    check_call(f"@trial(1, {{}}, inputs={inputs})", *((BadInputs, column) for column in columns))


@pytest.mark.parametrize(
    ("outputs", "columns"),
    [
        ('"model.bin"', [31]),
        ("FILES", [31]),
        ('["a", 1, "", "b-{n}", "{m}", "{"]', [37, 40, 53, 60]),
        ('["\\ud800"]', [32]),
    ],
)
def test_bad_outputs(outputs, columns):
    call = f'@trial(1, {{"n": [1]}}, outputs={outputs})'
    check_call(call, *((BadOutputs, column) for column in columns))


def test_an_output_cannot_be_named_after_what_no_path_can_hold():
    check_call('@trial(1, {"n": [{}]}, outputs=["{n}"])', (BadOutputs, 33))
