import os

from tests.support.stdlib_closure import Tally, sample, standard_modules, try_module

MODULES = int(os.environ.get("MLX_CLOSURE_MODULES", "60"))


def test_slices_of_the_standard_library_are_closed():
    tally = Tally()
    for path in sample(standard_modules(), MODULES):
        try_module(path, tally)
    assert tally.failures == []
    assert tally.modules > MODULES * 0.9
    assert tally.functions > tally.modules
    assert 0 < tally.kept < tally.statements
