"""Combinations whose values decide what they look up have slices of their own."""

import itertools

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.analysis.used import UsedName
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.parser import parse
from tests.support.sliced_texts import analysed, module

HEAD = "import importlib\nimport models\nfrom decorators import trial\nTABLE = {'mean': models.mean, 'mode': models.mode}\n"
FILES = {
    "models.py": "RATE = 1\ndef mean(x):\n    return x * RATE\ndef mode(x):\n    return x\n",
    "sorts/__init__.py": "",
    "sorts/quick.py": "def sort(x):\n    return x\n",
    "sorts/merge.py": "def sort(x):\n    return x\n",
}


def found(values, body, files=None):
    names = ", ".join(values)
    text = f"{HEAD}\n@trial(1, {values!r})\ndef t({names}):\n    {body}\n"
    return analysed(text, {**FILES, **(files or {})})["t"]


@pytest.mark.parametrize(
    "body",
    [
        "return getattr(models, name)(n)",
        "return TABLE[name](n)",
        "return TABLE.get(name)(n)",
        "return getattr(models, name.lower())(n)",
        "return getattr(importlib.import_module('models'), name)(n)",
    ],
)
def test_a_variant_is_what_a_trial_with_one_value_has(body):
    trial = found({"name": ["mean", "mode"], "n": [1, 2, 3]}, body)
    assert trial.variants.deciding == ("name",)
    for number, value in enumerate(["mean", "mode"]):
        variant = trial.variants.found[number]
        alone = found({"name": [value], "n": [1]}, body)
        assert variant.values == (number,)
        assert not alone.variants.found
        assert (variant.slice.digest, variant.slice.text) == (alone.slice.digest, alone.slice.text)
        assert variant.slice.modules == alone.slice.modules


@pytest.mark.parametrize(
    "body",
    [
        "return models.mean(n)",
        "return getattr(models, 'mean')(name)",
        "return vars(models)[name](n)",
        "return [f for f in TABLE.values() if f.__name__ == name]",
    ],
)
def test_trials_without_variants(body):
    trial = found({"name": ["mean", "mode"], "n": [1]}, body)
    assert (trial.variants.deciding, trial.variants.found) == ((), ())


def test_values_that_need_the_same_share_a_variant():
    trial = found({"n": [0, 1, 0, 1]}, "return getattr(models, ['mean', 'mode'][n])(1)")
    assert [variant.values for variant in trial.variants.found] == [(0, 2), (1, 3)]


def test_several_deciding_parameters():
    body = "return importlib.import_module(f'sorts.{sort}').sort(TABLE[name](n))"
    values = {"name": ["mean", "mode"], "n": [1, 2], "sort": ["quick", "merge", "quick"]}
    trial = found(values, body)
    assert trial.variants.deciding == ("name", "sort")
    assert [variant.values for variant in trial.variants.found] == [(0, 2), (1,), (3, 5), (4,)]
    modules = [{m.name for m in variant.slice.modules} for variant in trial.variants.found]
    assert [sorted(names - {"models", "sorts"}) for names in modules] == [
        *(["sorts.quick"], ["sorts.merge"], ["sorts.quick"], ["sorts.merge"])
    ]


def test_parameters_with_too_many_values_decide_nothing():
    body = "return getattr(models, name)(getattr(models, f'x{n}', 1))"
    trial = found({"n": list(range(40)), "name": ["mean", "mode"]}, body)
    assert trial.variants.deciding == ("name",)


def test_what_a_run_used_belongs_to_the_variants_of_its_values():
    text = f"{HEAD}\n@trial(1, {{'name': ['mean', 'mode']}})\ndef t(name):\n    return getattr(models, name)(1)\n"
    files = {"exp.py": text, **FILES, "models.py": f"{FILES['models.py']}SPARE = 2\n"}
    experiment = parse(Source("exp.py", text)).experiment
    used = {"t": [UsedName("models", "SPARE", (("name", "'mode'"),))]}
    (function,) = analyse_files(experiment, MemoryFiles(files), used).trials
    having = {
        variant.values: "SPARE = 2" in module("models", variant)
        for variant in function.variants.found
    }
    assert having == {(0,): False, (1,): True}


@pytest.mark.parametrize(
    ("recorded", "deciding"),
    [
        ([("a", "1"), ("a", "2")], ("name",)),  # whatever n is
        ([("a", "2"), ("b", "2"), ("c", "2")], ("n",)),
        ([("a", "1"), ("b", "2")], ("name", "n")),
        ([(name, n) for name in "abc" for n in "12"], ()),  # all alike
        ([], ()),
    ],
)
def test_what_runs_used_says_which_parameters_decide(recorded, deciding):
    values = {"name": ["a", "b", "c"], "n": [1, 2]}
    text = f"{HEAD}SPARE = 2\n\n@trial(1, {values!r})\ndef t(name, n):\n    return 1\n"
    experiment = parse(Source("exp.py", text)).experiment
    used = [UsedName(None, "SPARE", (("name", repr(name)), ("n", n))) for name, n in recorded]
    (function,) = analyse_files(
        experiment, MemoryFiles({"exp.py": text, **FILES}), {"t": used}
    ).trials
    assert function.variants.deciding == deciding
    having = {
        number
        for variant in function.variants.found
        for number in variant.values
        if "SPARE = 2" in variant.slice.text
    }
    sizes = [values[name] for name in deciding]
    points = [dict(zip(deciding, point, strict=True)) for point in itertools.product(*sizes)]
    known = [{"name": name, "n": int(n)} for name, n in recorded]
    expected = {
        number
        for number, point in enumerate(points)
        if any(point.items() <= each.items() for each in known)
    }
    assert not deciding or having == expected
    assert ("SPARE = 2" in function.slice.text) == bool(recorded)


def test_keys_that_no_entry_has():
    trial = found({"name": ["x", "y", "mean"]}, "return name in TABLE")
    first, second = trial.variants.found
    assert (first.values, second.values) == ((0, 1), (2,))
    assert first.slice.partial == (("TABLE", ("'x'", "'y'")),)


def test_keys_that_no_entry_of_a_modules_table_has():
    files = {"models.py": FILES["models.py"] + "TABLE = {'mean': mean, 'mode': mode}\n"}
    trial = found({"name": ["x", "y", "mean"]}, "return models.TABLE.get(name)", files)
    first, second = trial.variants.found
    assert (first.values, second.values) == ((0, 1), (2,))
    (models,) = first.slice.modules
    assert models.partial == (("TABLE", ("'x'", "'y'")),)
