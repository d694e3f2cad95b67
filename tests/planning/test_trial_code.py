"""What stands in jobs for the code of their combinations, where these have slices of their own."""

from pathlib import Path

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from mlx2smk.planning.planner import PlanOptions, make_plan, module_name

MODELS = "def mean(x):\n    return x * 1\ndef mode(x):\n    return x * 2\n"


def plan(values, models=MODELS, batch=None):
    """Return the plan of a trial whose first parameter decides which function of a module runs."""
    text = (
        f"import models\nfrom decorators import trial\n@trial(1, {values!r})\n"
        f"def t({', '.join(values)}):\n    return getattr(models, name)(n)\n"
    )
    experiment = parse(Source("exp.py", text, own_decorators=False)).experiment
    found = analyse_files(experiment, MemoryFiles({"exp.py": text, "models.py": models}))
    return make_plan(experiment, found, Path(), PlanOptions(batch=batch)).trials[0]


def digests(values, models=MODELS, batch=None):
    return [job.digest for job in plan(values, models, batch).jobs]


def test_an_edit_changes_the_jobs_of_the_variants_that_have_it():
    values = {"name": ["mean", "mode", "mean"], "n": [1, 2]}
    before, after = digests(values), digests(values, MODELS.replace("2", "3"))
    assert len(before) == 6
    assert [one == other for one, other in zip(before, after, strict=True)] == [
        *(True, True, False, False, True, True)
    ]


def test_a_combination_has_the_digest_that_it_has_in_a_trial_of_its_variant_alone():
    both = digests({"name": ["mean", "mode"], "n": [1, 2]})
    assert both[:2] == digests({"name": ["mean"], "n": [1, 2]})
    assert both[2:] == digests({"name": ["mode"], "n": [1, 2]})


def test_a_batch_changes_with_each_of_its_variants():
    values = {"name": ["mean", "mode"], "n": [1, 2]}
    before = digests(values, batch=4)
    assert len(before) == 1
    for edited in (MODELS.replace("1", "3"), MODELS.replace("2", "3")):
        assert digests(values, edited, batch=4) != before
    swapped = MODELS.replace("1", "0").replace("2", "1").replace("0", "2")
    assert digests(values, swapped, batch=4) != before
    assert digests(values, MODELS + "def unused():\n    return 3\n", batch=4) == before


@pytest.mark.parametrize("edited", [MODELS.replace("1", "3"), MODELS.replace("2", "3")])
def test_what_is_dealt_out_later_changes_with_each_variant(edited):
    values = {"name": ["mean", "mode"], "n": list(range(3000))}
    assert plan(values).tail is not None
    assert plan(values).tail != plan(values, edited).tail
    assert plan(values).tail == plan(values, MODELS + "def unused():\n    return 3\n").tail


def test_each_variant_has_files_of_its_own_and_shares_what_is_the_same():
    made = plan({"name": ["mean", "mode"], "n": [1]})
    assert made.deciding == ("name",)
    # The trial's own text is the same in both; each has the function that it calls of the module.
    assert [(each.values, each.slice) for each in made.variants] == [
        ((0,), "slices/trial_t.py"),
        ((1,), "slices/trial_t.py"),
    ]
    assert [[module.slice for module in each.modules] for each in made.variants] == [
        ["modules/trial_t.1/models.py"],
        ["modules/trial_t.2/models.py"],
    ]
    assert [module.slice for module in made.modules] == ["modules/trial_t/models.py"]
    removed = [each.modules[0].removed for each in made.variants]
    assert removed == [("mode",), ("mean",)]


def test_a_trial_without_variants_has_none():
    made = plan({"name": ["mean"], "n": [1, 2]})
    assert (made.deciding, made.variants) == ((), ())


@pytest.mark.parametrize(
    ("stem", "expected"),
    [("exp", None), ("json", "json_experiment"), ("mlx_runtime", "mlx_runtime_experiment")],
)
def test_names_of_modules_that_are_taken(stem, expected):
    assert module_name(stem) == expected
