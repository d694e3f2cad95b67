"""A batch imports numpy once; nobody can tell but by the time it takes."""

from __future__ import annotations

import pytest

from tests.support.handmade_bundles import Bundle

np = pytest.importorskip("numpy")

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SOURCE = """
import sys
already = "numpy" in sys.modules
import numpy as np

def t(n):
    return [already, float(np.random.random())]
"""


def results(folder, source=SOURCE, context=None, **environment):
    bundle = Bundle(folder, source).trial("t", {"n": [1, 2]}, batch=2)
    bundle.environment.update({**ONE_THREAD, **environment})
    return [run["result"] for run in bundle.run_trial("t", context=context)]


def test_numpy_is_there_before_the_combinations(tmp_path):
    assert [already for already, _ in results(tmp_path)] == [True, True]


def test_without_a_seed_combinations_differ(tmp_path):
    (_, first), (_, second) = results(tmp_path)
    assert first != second


def test_seeds(tmp_path):
    drawn = np.random.RandomState(4).random()
    assert results(tmp_path, context={"seed": 4}) == [[True, drawn], [True, drawn]]


@pytest.mark.parametrize(
    "environment", [{"MLX_NO_PREIMPORT": "1"}, {"OMP_NUM_THREADS": "2"}, {"MKL_NUM_THREADS": ""}]
)
def test_not_if_the_environment_is_against_it(tmp_path, environment):
    assert results(tmp_path, **environment)[0][0] is False


@pytest.mark.parametrize(
    "source",
    [
        "import os\nos.environ['A'] = '1'\n" + SOURCE,
        SOURCE.replace("import numpy as np", "")
        .replace("def t(n):", "def t(n):\n    import numpy as np")
        .strip(),
    ],
)
def test_not_if_the_experiment_could_tell(tmp_path, source):
    assert results(tmp_path, source)[0][0] is False


def test_not_beside_a_module_named_like_python_s(tmp_path):
    (tmp_path / "wave.py").write_text("")
    assert results(tmp_path)[0][0] is False
