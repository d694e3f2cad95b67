"""The tutorial: its commands, one after another in an empty folder, print what it shows."""

import pytest

from tests.support.console_pages import comparable, printed, sessions
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow


def test_the_commands_print_what_is_shown(tmp_path):
    found = sessions(ROOT / "docs" / "tutorial.md")
    assert len(found) > 10
    for command, shown in found:
        output = printed(command, tmp_path)
        assert comparable(output) == comparable(shown), f"{command}\n{output}"
