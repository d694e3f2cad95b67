"""What may fail counts for all functions only where it is there for nothing else."""

import pytest

from tests.support.running_slices import check_slice
from tests.support.sliced_texts import kept

CHECKED = (
    "def checked(x):\n    if x < 0:\n        raise ValueError(x)\n    assert x < 9\n    return x"
)
CONFIG = (
    "from dataclasses import dataclass\n\n@dataclass\nclass Config:\n    rate: int = 1\n"
    "    def __post_init__(self):\n        if self.rate < 0:\n            raise ValueError"
)
SHARED = "SEEN = []\n\ndef seen(n):\n    open('seen.txt', 'a').write(str(n))\n"
VALUES = [
    (CHECKED, "X = checked(1)"),
    (CHECKED, "X: int = checked(1) + 1"),
    (CHECKED, "X = [checked(n) for n in (1, 2)]"),
    (CHECKED, "def X(n=checked(1)):\n    return n"),
    (CHECKED, "class X:\n    n = checked(1)"),
    (CONFIG, "X = Config(2)"),
    (CONFIG, "class Other(Config):\n    pass\nX = Other()"),
    (CONFIG, "def made():\n    return Config()\nX = made()"),
]


@pytest.mark.parametrize(("definition", "value"), VALUES)
def test_values_that_may_fail_count_for_those_that_use_them(definition, value, tmp_path):
    text = f"{definition}\n{value}"
    assert kept(text) == []
    used = check_slice(tmp_path, text, "return str(X)[:1]", {}).slice.text
    assert "raise" in used
    assert value in used


@pytest.mark.parametrize(
    "statement",
    [
        "checked(1)",
        "if checked(1):\n    pass",
        "for n in (1, 2):\n    checked(n)",
        "assert checked(1)",
    ],
)
def test_what_is_only_there_to_fail_counts_for_all(statement):
    assert statement.split("\n")[0] in kept(f"{CHECKED}\n{statement}")


def test_a_value_that_does_more_than_fail_counts_for_all():
    text = f"import shared\n{CHECKED}\ndef made():\n    shared.seen(1)\n    return checked(1)\nX = made()"
    assert "X = made()" in kept(text, "import shared\nreturn 1", {"shared.py": SHARED})
