import os

import pytest

from tests.support.stdlib_closure import (
    Tally,
    package_modules,
    sample,
    standard_modules,
    try_module,
)

MODULES = int(os.environ.get("MLX_CLOSURE_MODULES", "60"))
PACKAGE_MODULES = 5


def test_slices_of_the_standard_library_are_closed():
    tally = Tally()
    for path in sample(standard_modules(), MODULES):
        try_module(path, tally)
    assert tally.failures == []
    assert tally.modules > MODULES * 0.9
    assert tally.functions > tally.modules
    assert 0 < tally.kept < tally.statements


@pytest.mark.parametrize("package", ["networkx", "numpy", "scipy", "sklearn"])
def test_slices_of_packages_are_closed(package):
    paths = package_modules(package)
    if not paths:
        pytest.skip(f"{package} is not installed")
    tally = Tally()
    for path in sample(paths, PACKAGE_MODULES):
        try_module(path, tally)
    assert tally.failures == []
    assert tally.modules == PACKAGE_MODULES
