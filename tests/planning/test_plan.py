import json
from pathlib import Path

import pytest

from mlx2smk.analysis.slicing import ModuleSlice
from mlx2smk.planning.plan import FunctionPlan
from mlx2smk.planning.plan_reading import from_json
from mlx2smk.planning.planner import PlanOptions, make_plan
from mlx2smk.runtime.plan import Plan as WorkersPlan
from tests.support.handmade_experiments import analysis, experiment, found, setup, trial, verify


@pytest.fixture
def plan():
    made = experiment(
        setup("init"),
        trial("train", {"größe": ["ä", 0.1]}, resources=(("mem_mb", 10),), inputs=("a.csv",)),
        verify("check", "train"),
    )
    module = ModuleSlice("m", "m.py", "", "0" * 64, package=False, removed=("x",))
    known = analysis(made, found("train", reads={"lr"}, writes=None, modules=(module,)))
    return make_plan(made, known, Path(), PlanOptions())


def test_the_worker_finds_the_functions_in_it(plan, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(plan.to_json(), encoding="utf-8")
    read = WorkersPlan(str(path))
    assert read.stem == "exp"
    assert read.function("init", "setups")["name"] == "init"
    assert read.function("check", "verifications")["depends"] == ["train"]
    found = read.function("train", "trials")
    assert (found["reads"], found["chained"], found["outputs"]) == (["lr"], True, [])
    assert [module["name"] for module in found["modules"]] == ["m"]


def test_the_json_says_its_format_and_version(plan):
    written = json.loads(plan.to_json())
    assert (written["format"], written["version"]) == ("mlx2smk-plan", 1)


def test_the_values_in_the_json(plan):
    (entry,) = json.loads(plan.to_json())["trials"]
    assert entry["parameters"] == [["größe", ["'ä'", "0.1"]]]
    assert (entry["reads"], entry["writes"]) == (["lr"], None)
    assert (entry["resources"], entry["inputs"]) == ([["mem_mb", 10]], ["a.csv"])
    assert [job.split()[1:3] for job in entry["jobs"]] == [["0", "1"], ["1", "1"]]


def test_the_text_ends_with_a_newline_and_keeps_letters_readable(plan):
    text = plan.to_json()
    assert text.endswith("}\n")
    assert "größe" in text


def test_what_was_written_reads_back(plan):
    assert from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format": "mlx2smk-plan"}', '{"format": "mlx2smk-plan", "version": 2}'],
)
def test_other_formats_and_versions_are_refused(text):
    with pytest.raises(ValueError, match=r"not a plan of version 1|Expecting value"):
        from_json(text)


def test_every_kind_of_function_is_named():
    kinds = {of.kind for of in FunctionPlan.__subclasses__()}
    assert kinds == {"setup", "trial", "verify"}


def test_counts():
    made = experiment(trial("t", {"n": list(range(7))}))
    (batched,) = make_plan(made, analysis(made), Path(), PlanOptions(batch=3)).trials
    assert (batched.combinations, batched.batched) == (7, True)
    (single,) = make_plan(made, analysis(made), Path(), PlanOptions()).trials
    assert (single.combinations, single.batched) == (7, False)
