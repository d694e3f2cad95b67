"""Messages about what verifications refer to, and many messages at once."""

import pytest

from mlx2smk.diagnostics.about_arguments import BadOrder, BadThreads, UnknownArgument
from mlx2smk.diagnostics.about_functions import (
    AsyncFunction,
    MissingValues,
    UnknownParameter,
    VerifyArguments,
)
from mlx2smk.diagnostics.about_values import NotLiteral, ValuesNotList
from mlx2smk.diagnostics.about_verifications import (
    BadTrialNames,
    NotATrial,
    SingleTrialName,
    UnknownTrial,
)
from mlx2smk.diagnostics.about_warnings import DoubledTrialName
from tests.support.expected_messages import IMPORT, check, check_names


def test_unknown_trial():
    found = check_names('["tt", "t"]', (UnknownTrial, 2))
    assert found.hint == "did you mean 't'?"
    assert check_names('["zzz"]', (UnknownTrial, 2)).hint == "the trials are: t"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("s", "a setup"),
        ("v", "a verification"),
        ("helper", "an undecorated function"),
        ("X", "a name of this file"),
    ],
)
def test_not_a_trial(name, what):
    found = check_names(f'["{name}"]', (NotATrial, 2))
    assert found.message == f"{name!r} is {what}, not a trial"


@pytest.mark.parametrize(
    ("names", "columns"),
    [("t", [1]), ('{"t"}', [1]), ('[t, "t", 1]', [2, 10]), ("[*X]", [2]), ("None", [1])],
)
def test_bad_trial_names(names, columns):
    check_names(names, *((BadTrialNames, column) for column in columns))


def test_single_trial_name():
    assert check_names('"t"', (SingleTrialName, 1)).hint == 'write ["t"]'


def test_a_trial_with_mistakes_is_still_known():
    text = f"{IMPORT}@trial('x', {{}})\ndef t(): ...\n@verify(['t'])\ndef v(r): ...\n"
    check(text, (BadOrder, 2, 8))


def test_doubled_trial_name():
    check_names('["t", "t"]', (DoubledTrialName, 7))


def test_all_mistakes_are_reported_at_once_in_the_order_of_their_places():
    check(
        "from mlx2smk import trial, verify\n"
        "@trial('a', {'n': range(3), 'lr': 1}, threads=0, gpu=1)\n"
        "async def train(m): ...\n"
        "@verify(['trian'])\n"
        "def check(): ...\n",
        (BadOrder, 2, 8),
        (UnknownParameter, 2, 14),
        (NotLiteral, 2, 19),
        (UnknownParameter, 2, 29),
        (ValuesNotList, 2, 35),
        (BadThreads, 2, 47),
        (UnknownArgument, 2, 50),
        (AsyncFunction, 3, 11),
        (MissingValues, 3, 17),
        (UnknownTrial, 4, 10),
        (VerifyArguments, 5, 5),
    )
