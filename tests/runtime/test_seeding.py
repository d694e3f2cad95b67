from __future__ import annotations

import random

import pytest

from mlx2smk.runtime import seeding
from tests.support.handmade_bundles import Bundle, one_trial


def drawn(seed):
    return random.Random(seed).random()  # noqa: S311 - not for secrets


@pytest.mark.parametrize(
    "source",
    [
        "import random\nX = random.random()\ndef t(): return X",
        "def t():\n    import random\n    return random.random()",
        "import tempfile, random\ndef t():\n    return random.random()",
    ],
)
def test_random(tmp_path, source):
    (run,) = one_trial(tmp_path, source).run_trial("t", context={"seed": 7})
    assert run["result"] == drawn(7)


NUMPY = "import numpy as np\ndef t(): return float(np.random.random())"


@pytest.mark.parametrize("context", [{"seed": 3}, {"seed": 9, "numpy_seed": 3}, {"numpy_seed": 3}])
def test_numpy(tmp_path, context):
    np = pytest.importorskip("numpy")
    (run,) = one_trial(tmp_path, NUMPY).run_trial("t", context=context)
    assert run["result"] == np.random.RandomState(3).random()


def test_numpy_seed_is_no_default_for_random(tmp_path):
    bundle = Bundle(tmp_path, "import random\ndef t(n): return random.random()")
    bundle.trial("t", {"n": [1, 2]}, batch=2)
    runs = bundle.run_trial("t", context={"numpy_seed": 3})
    assert runs[0]["result"] != runs[1]["result"]


def test_without_a_seed_combinations_differ(tmp_path):
    pytest.importorskip("numpy")
    bundle = Bundle(tmp_path, NUMPY.replace("t()", "t(n)")).trial("t", {"n": [1, 2]}, batch=2)
    runs = bundle.run_trial("t")
    assert runs[0]["result"] != runs[1]["result"]


def test_every_combination_is_seeded_alike(tmp_path):
    bundle = Bundle(tmp_path, "import random\ndef t(n): return random.random()")
    runs = bundle.trial("t", {"n": [1, 2]}, batch=2).run_trial("t", context={"seed": 0})
    assert [run["result"] for run in runs] == [drawn(0)] * 2


TORCH = """
import types
calls = []
def manual_seed(seed): calls.append(["cpu", seed])
cuda = types.SimpleNamespace(
    is_available=lambda: True, manual_seed_all=lambda seed: calls.append(["cuda", seed])
)
cudnn = types.SimpleNamespace(deterministic=False, benchmark=True)
backends = types.SimpleNamespace(cudnn=cudnn)
"""


@pytest.mark.parametrize("context", [{"seed": 5}, {"seed": 1, "torch_seed": 5}])
def test_torch(tmp_path, tmp_path_factory, context):
    installed = tmp_path_factory.mktemp("installed")
    (installed / "torch.py").write_text(TORCH)
    source = "import torch\nfrom torch import cudnn as c\ndef t():\n    return [torch.calls, c.deterministic, c.benchmark]"
    bundle = one_trial(tmp_path, source)
    bundle.environment["PYTHONPATH"] = str(installed)
    (run,) = bundle.run_trial("t", context=context)
    assert run["result"] == [[["cpu", 5], ["cuda", 5]], True, False]


def test_a_seed_that_does_not_fit_is_one_line_in_the_log(tmp_path):
    pytest.importorskip("numpy")
    bundle = one_trial(tmp_path, NUMPY)
    (run,) = bundle.run_trial("t", context={"numpy_seed": -1})
    assert run["success"]
    assert bundle.log("t").startswith("mlx: numpy.random is not seeded: ")
    assert bundle.log("t").count("\n") == 1


def test_what_is_not_imported_costs_nothing(tmp_path):
    source = "import sys\ndef t(): return [n in sys.modules for n in ('numpy', 'torch', 'random')]"
    (run,) = one_trial(tmp_path, source).run_trial("t", context={"seed": 1})
    assert run["result"] == [False, False, False]


def test_an_import_keeps_its_loader_and_its_spec(tmp_path):
    source = """
    import random, importlib.machinery, inspect
    def t():
        loader = random.__spec__.loader
        assert inspect.getsource(random.random.__self__.__class__).startswith("class Random")
        return [type(loader) is importlib.machinery.SourceFileLoader, vars(loader).keys() == {"name", "path"}]
    """
    (run,) = one_trial(tmp_path, source).run_trial("t", context={"seed": 1})
    assert run["result"] == [True, True]


def test_setups_are_not_seeded(tmp_path):
    bundle = Bundle(tmp_path, "import random\ndef s(): return {'x': random.random()}").setup("s")
    words = ["--context", bundle.context({"seed": 7}), "--output", "s.json", "--log", "s.log"]
    bundle.run("setup", "s", *words)
    assert bundle.read("s.json")["returned"]["x"] != drawn(7)


HASH = "import os\ndef t(): return [os.environ.get('PYTHONHASHSEED'), hash('mlx')]"


def test_hash_seed(tmp_path):
    bundle = one_trial(tmp_path, HASH)
    bundle.environment["PYTHONHASHSEED"] = "random"
    (first,) = bundle.run_trial("t", context={"pythonhashseed": 5})
    (second,) = bundle.run_trial("t", context={"pythonhashseed": 5})
    bundle.environment["PYTHONHASHSEED"] = "5"
    (forked,) = bundle.run_trial("t", context={"pythonhashseed": 5})
    assert first["result"][0] == "5"
    assert first["result"] == second["result"] == forked["result"]


def test_another_interpreter_is_the_same_world(tmp_path):
    source = """
    import os, sys
    def t(n):
        sys.stdout.write("said\\n")
        if n == 2:
            raise ValueError("two")
        return [os.getcwd(), sys.path[0], sys.argv, SETUP["big"] == "x" * 300_000, __name__]
    """
    bundle = Bundle(tmp_path, source).trial("t", {"n": [1, 2]}, batch=2)
    runs = bundle.run_trial("t", context={"pythonhashseed": 5, "big": "x" * 300_000})
    here = str(tmp_path)
    assert runs[0]["result"] == [here, here, [f"{here}/exp.py"], True, "exp"]
    assert runs[1]["type"] == "ValueError"
    assert "mlx_runtime" not in runs[1]["traceback"]
    assert bundle.log("t").count("said\n") == 2


def test_hash_seed_of_verifications(tmp_path):
    source = "import os\ndef check(results): return os.environ.get('PYTHONHASHSEED') == '8'"
    bundle = Bundle(tmp_path, source).verification("check")
    words = ["--context", bundle.context({"pythonhashseed": 8}), "--trials", "trials"]
    bundle.run("verify", "check", *words, "--output", "v.json", "--log", "v.log")
    assert bundle.read("v.json")["verdict"] == "supports"


def test_invalid_hash_seed_is_noted(tmp_path):
    bundle = one_trial(tmp_path, HASH)
    (run,) = bundle.run_trial("t", context={"pythonhashseed": -3})
    assert run["success"]
    assert "mlx: pythonhashseed -3 is not an integer from 0 to 4294967295" in bundle.log("t")


@pytest.mark.parametrize(
    ("context", "wanted"),
    [
        ({}, None),
        ({"seed": 1}, None),
        ({"pythonhashseed": None}, None),
        ({"pythonhashseed": 0}, "0"),
        ({"pythonhashseed": 4294967295}, "4294967295"),
    ],
)
def test_wanted_hash_seed(context, wanted):
    assert seeding.hash_seed(context) == wanted


@pytest.mark.parametrize("value", [-1, 4294967296, "5", 1.0, [1]])
def test_impossible_hash_seed(value):
    with pytest.raises(ValueError, match="is not an integer from 0 to 4294967295"):
        seeding.hash_seed({"pythonhashseed": value})
