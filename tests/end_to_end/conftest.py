import pytest

from tests.support.edited_project import ALL, check, copied, prepared


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    """Return the project that tests edit, after its first run; those who use it are in one xdist group."""
    lab = prepared(tmp_path_factory.mktemp("lab") / "base")
    check(lab, ALL)
    return lab


@pytest.fixture
def lab(base, tmp_path):
    """Return a copy of that project."""
    return copied(base, tmp_path / "lab")
