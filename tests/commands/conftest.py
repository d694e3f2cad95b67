"""What the tests of the commands that look at results share: one real run."""

import pytest

from tests.support.hostile_project import run_hostile
from tests.support.looked_at_project import run_project


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """A folder in which the experiment has run; tests do not change it."""
    return run_project(tmp_path_factory.mktemp("looked") / "at")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A folder in which an experiment with hostile texts has run; tests do not change it."""
    return run_hostile(tmp_path_factory.mktemp("hostile") / "at")
