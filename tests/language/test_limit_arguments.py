"""``timeout=`` and ``memory=`` of a trial: their values, messages, and that results rest on neither."""

import pytest

from mlx2smk.diagnostics.about_arguments import BadMemory, BadTimeout
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.expected_messages import IMPORT, check_call


def trial_of(arguments, values="{}", parameters=""):
    text = f"{IMPORT}@trial(1, {values}, {arguments})\ndef t({parameters}): ...\n"
    parsed = parse(Source("exp.py", text))
    assert parsed.experiment is not None, parsed.diagnostics
    return parsed.experiment.trials[0]


@pytest.mark.parametrize(
    ("text", "expected"), [("5", 5), ("0.5", 0.5), ("1e3", 1000.0), ("None", None)]
)
def test_seconds(text, expected):
    assert trial_of(f"timeout={text}").timeout == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 GB", 2_000_000_000),
        ("500MB", 500_000_000),
        ("1.5 GiB", 1_610_612_736),
        ("1024 kib", 1_048_576),
        (" 1 tb ", 10**12),
        ("1000 kB", 10**6),
    ],
)
def test_amounts_of_memory(text, expected):
    assert trial_of(f'memory="{text}"').memory == expected
    assert trial_of("memory=None").memory is None


def test_a_parameter_may_have_these_names():
    trial = trial_of("timeout=3", '{"timeout": [1, 2], "memory": ["a"]}', "timeout, memory")
    assert [(p.name, p.values) for p in trial.parameters] == [
        ("timeout", (1, 2)),
        ("memory", ("a",)),
    ]
    assert (trial.timeout, trial.memory) == (3, None)


@pytest.mark.parametrize(
    "text", ["0", "-1", "True", '"10m"', "[1, 2]", "N", "1e999", "1e10", "10 ** 400", "1j"]
)
def test_what_is_no_time(text):
    found = check_call(f"@trial(1, {{}}, timeout={text})", (BadTimeout, 23))
    assert found.message.endswith(f"not {text}")


@pytest.mark.parametrize(
    "text",
    [
        "2000",
        "True",
        '""',
        '"2"',
        '"GB"',
        '"-1 GB"',
        '"2 G"',
        '"1 kB"',
        '"1e9 GB"',
        '["2 GB"]',
        "N",
    ],
)
def test_what_is_no_amount_of_memory(text):
    found = check_call(f"@trial(1, {{}}, memory={text})", (BadMemory, 22))
    assert found.message.endswith(f"not {text}")
