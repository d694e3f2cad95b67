"""What functions make and nobody gets: verifications without a verdict, keys set in a copy of SETUP."""

import pytest

from mlx2smk.diagnostics.about_suspicions import KeyNotKept, NoVerdict
from tests.support.expected_messages import mistakes, places

HEAD = "from mlx2smk import SETUP, setup, trial, verify\n@trial(1, {'n': [1]})\ndef t(n):\n    return n\n"


def verification(lines):
    text = "".join(f"    {line}\n" for line in lines.split("\n"))
    return mistakes(f"{HEAD}@verify(['t'])\ndef check(results):\n{text}")


@pytest.mark.parametrize(
    "lines",
    [
        "assert results['t'][0]['result'] == 1",
        "for run in results['t']:\n    print(run['result'])",
        "ok = bool(results['t'])",
    ],
)
def test_a_verification_that_returns_nothing(lines):
    [found] = verification(lines)
    assert places([found]) == [(NoVerdict, 6, "check")]
    assert found.hint == "return True or False, or a VerificationResult"


@pytest.mark.parametrize(
    "lines",
    [
        "return bool(results['t'])",
        "return None",
        "...",
        "'''Later.'''",
        "pass",
        "raise NotImplementedError",
        "if not results['t']:\n    return\nassert results['t']",
        "import sys\nsys.exit(3)",
        "if results['t']:\n    return True",
        "print(results['t'])\nreturn 'inconclusive'",
    ],
)
def test_verifications_that_return_something_or_are_not_written_yet(lines):
    assert not verification(lines)


def functions(trial, setup="return {'a': 1}", more=""):
    lines = [
        *(
            "from mlx2smk import SETUP, setup, trial, verify",
            more or "X = 1",
            "@setup()",
            "def init():",
        ),
        *(f"    {line}" for line in setup.split("\n")),
        *("@trial(1, {'n': [1]})", "def t(n):"),
        *(f"    {line}" for line in trial.split("\n")),
    ]
    return mistakes("\n".join(lines) + "\n")


def test_a_key_that_a_trial_sets_in_vain():
    [found] = functions("SETUP['last'] = n\nreturn n")
    assert places([found]) == [(KeyNotKept, 8, "SETUP")]
    assert found.hint == "return {\"context_update\": {'last': …}}"


def test_a_key_that_a_setup_sets_in_vain():
    [found] = functions("return n", "SETUP['a'] = 1")
    assert places([found]) == [(KeyNotKept, 5, "SETUP")]
    assert found.hint == "return {'a': …}"


@pytest.mark.parametrize(
    ("trial", "more"),
    [
        ("SETUP['a'] = n\nreturn SETUP['a']", ""),
        ("SETUP['a'] = n\nreturn f()", "def f(): return SETUP['a']"),
        ("SETUP['a'] = n\nreturn f(SETUP)", "def f(x): return x"),
        ("SETUP['a'] = n\nreturn dict(SETUP)", ""),
        ("SETUP['a'] = n\nreturn eval('SETUP')", ""),
        ("SETUP[n] = n\nreturn n", ""),
        ("SETUP = {}\nSETUP['b'] = n\nreturn n", ""),
    ],
)
def test_keys_that_something_reads(trial, more):
    assert [each for each in functions(trial, more=more) if isinstance(each, KeyNotKept)] == []
