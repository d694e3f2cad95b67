"""What the README tells people to type does what it says (`test_examples.py` runs its longest example)."""

import sys

import pytest

from tests.support.paths import ROOT
from tests.support.readme_commands import commands
from tests.support.readme_example import does_as_shown


def test_it_has_two_commands():
    assert set(commands()) == {"digits", "tests"}


def test_each_command_makes_its_own_environment_and_installs_this_checkout():
    for command in commands().values():
        assert "venv .venv" in command
        assert "pip install" in command


def test_ci_runs_the_test_command_as_it_stands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 tests/support/readme_commands.py tests" in script


@pytest.mark.slow
def test_the_example_prints_what_is_shown(tmp_path):
    does_as_shown(sys.executable, tmp_path)
