"""What a run asks watched modules for is recorded, for the next compile."""

import json

import pytest

from tests.support.handmade_bundles import Bundle

MODELS = "def a(): return 1\ndef b(): return 2\nspare = 3\n"
ASKING = "import models\ndef t():\n    name = open('name').read()\n    {}\n"


def bundle(folder, body, source=ASKING, **changes):
    made = Bundle(folder, source.format(body))
    (folder / "name").write_text("a")
    module = made.module("models", MODELS, **changes)
    return made.trial("t", {}, modules=[module], watched=["models"])


def recorded(folder, what="asked"):
    paths = (folder / ".mlx/unforeseen/exp").glob("*.json")
    found = [json.loads(path.read_text()) for path in paths]
    return [record for record in found if what in record]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("return getattr(models, name)()", ["a"]),
        ("return [getattr(models, n)() for n in (name, 'b', name)][0]", ["a", "b"]),
        ("return 1 if hasattr(models, 'gone') else models.a()", ["a", "gone"]),
        ("return getattr(models, 'gone', models.a)()", ["a", "gone"]),
        ("return 1", []),
        ("return len(models.__name__) - 5", []),
        ("import os; pid = os.fork(); (pid or (getattr(models, name), os._exit(0))); os.wait(); return 1", ["a"]),
        ("from models import *; return a()", ["a", "b", "spare"]),
        ("import inspect; return int(inspect.ismodule(models))", []),
        ("import types; return int(isinstance(models, types.ModuleType))", []),
    ],
)  # fmt: skip
def test_what_a_module_is_asked_for(tmp_path, body, names):
    source = ASKING
    if "import *" in body:
        source, body = "from models import *\nimport models\ndef t():\n    {}\n", "return a()"
    made = bundle(tmp_path, body, source)
    (run,) = made.run_trial("t")
    assert run["success"], run
    assert run["result"] == 1
    (record,) = recorded(tmp_path)
    assert record["asked"] == [["models", names]]
    assert (record["function"], record["code"], record["files"]) == ("t", "trial t", {})
    assert "values" not in record


def test_a_module_that_the_run_does_not_load_tells_nothing(tmp_path):
    made = bundle(tmp_path, "return 1", "def t():\n    {}\n")
    assert made.run_trial("t")[0]["result"] == 1
    assert recorded(tmp_path) == []


def test_a_module_that_is_not_watched_tells_nothing(tmp_path):
    made = bundle(tmp_path, "return getattr(models, name)()")
    del made.plan["trials"][0]["watched"]
    assert made.run_trial("t")[0]["result"] == 1
    assert recorded(tmp_path) == []


def test_a_failed_run_tells_as_well(tmp_path):
    made = bundle(tmp_path, "getattr(models, name)(); raise ValueError(models.spare)")
    assert not made.run_trial("t")[0]["success"]
    assert [record["asked"] for record in recorded(tmp_path)] == [[["models", ["a", "spare"]]]]


def test_combinations_tell_of_their_values(tmp_path):
    made = Bundle(tmp_path, "import models\ndef t(name, n): return getattr(models, name)()\n")
    module = made.module("models", MODELS)
    many = list(range(65))
    made.trial(
        "t", {"name": ["a", "b"], "n": many}, modules=[module], watched=["models"], batch=130
    )
    made.run_trial("t")
    found = {record["values"]["name"]: record["asked"] for record in recorded(tmp_path)}
    assert found == {"'a'": [["models", ["a"]]], "'b'": [["models", ["b"]]]}
    assert {len(record["values"]) for record in recorded(tmp_path)} == {1}


def test_names_of_the_experiment(tmp_path):
    source = (
        "import sys\ndef a(): return 1\ndef t(): return getattr(sys.modules[__name__], 'a')()\n"
    )
    made = Bundle(tmp_path, source).trial("t", {}, watched=["exp"])
    assert made.run_trial("t")[0]["result"] == 1
    assert [record["asked"] for record in recorded(tmp_path)] == [[[None, ["a", "t"]]]]


SLICED = "def a(): return 1\n"


def test_a_slice_that_has_the_name_has_nothing_to_tell(tmp_path):
    made = bundle(tmp_path, "return getattr(models, name)()", sliced=SLICED, removed=["b", "spare"])
    assert made.run_trial("t")[0]["result"] == 1
    assert recorded(tmp_path) == []


def test_a_run_that_starts_again_tells_all_that_it_asks_for(tmp_path):
    body = "return [getattr(models, n) for n in ('a', 'b', 'spare')][0]()"
    made = bundle(tmp_path, body, sliced=SLICED, removed=["b", "spare"])
    assert made.run_trial("t")[0]["result"] == 1
    (record,) = recorded(tmp_path)
    assert record["asked"] == [["models", ["a", "b", "spare"]]]
    assert [*record["files"]] == ["models.py"]
    assert [each["names"] for each in recorded(tmp_path, "names")] == [[["models", "b"]]]


def test_a_slice_without_branches_that_never_run_is_whole(tmp_path):
    made = bundle(
        tmp_path, "return getattr(models, name)()", removed=["__branch_that_never_runs__"]
    )
    assert made.run_trial("t")[0]["result"] == 1
    assert [record["asked"] for record in recorded(tmp_path)] == [[["models", ["a"]]]]


def test_processes_that_import_the_module_anew_tell_as_well(tmp_path):
    source = """\
    import multiprocessing
    import models
    def ask(name):
        return getattr(models, name)()
    def t():
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.map(ask, ["b"])[0]
    """
    made = Bundle(tmp_path, source)
    module = made.module("models", MODELS)
    made.trial("t", {}, modules=[module], watched=["models"])
    assert made.run_trial("t")[0]["result"] == 2
    assert [record["asked"] for record in recorded(tmp_path)] == [[["models", ["b"]]]]


def test_a_watched_module_may_be_sent_to_other_processes(tmp_path):
    source = """\
    import pickle
    try:
        import cloudpickle
    except ImportError:  # joblib before 1.6 has its own
        from joblib.externals import cloudpickle
    import models
    def t():
        return pickle.loads(cloudpickle.dumps(lambda: models.a()))()
    """
    made = Bundle(tmp_path, source)
    module = made.module("models", MODELS)
    made.trial("t", {}, modules=[module], watched=["models"])
    (run,) = made.run_trial("t")
    assert run["success"], run
    assert [record["asked"] for record in recorded(tmp_path)] == [[["models", ["a"]]]]
