"""Combinations that look names up by their own values: which of them an edit runs again.

What each edit affects is written down by hand, from what the code of `tests/projects/zoo` says.
"""

import shutil

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from tests.end_to_end.test_projects import PROJECTS, edited, lab_of

NONE = set()


def codes(folder):
    """Return the digest of the code of each combination of each trial, by what it leaves in the trace."""
    (unit,) = compile_experiments(["exp.py"], CompileOptions(folder)).units
    return {
        (trial.name, number): trial.code_of(number)
        for trial in unit.plan.trials
        for number in range(trial.combinations)
    }


def every(trial, count):
    return {(trial, number) for number in range(count)}


FIT, SCORED, CLIMBED = every("fit", 4), every("scored", 4), every("climbed", 3)
LISTED, TRIED, MEASURED = every("listed", 2), every("tried", 2), every("measured", 3)


@pytest.mark.parametrize(
    ("file", "old", "new", "affected"),
    [
        # a table in a local module, behind a function
        ("models.py", "SLOPE = 2", "SLOPE = 3", {("fit", 0), ("fit", 1)} | LISTED),
        ("models.py", "LEVEL = 7", "LEVEL = 8", {("fit", 2), ("fit", 3), ("tried", 0)} | LISTED),
        ("models.py", "partial(Linear", "partial(Constant", LISTED),
        ("models.py", '"nearest": nearest}', '"nearest": nearest, "last": nearest}', LISTED),
        ("models.py", '"linear": Linear', '"linear": Constant', {("fit", 0), ("fit", 1)} | LISTED),
        ("models.py", "no model", "no such model", FIT | TRIED),
        ("models.py", "import functools", "import functools\nimport os\n\nos.system('true')", FIT | TRIED | LISTED | SCORED | CLIMBED | MEASURED),
        # tables in the experiment
        ("exp.py", '"linear": 2', '"linear": 5', {("fit", 0), ("fit", 1)}),
        ("exp.py", '"nearest": 4', '"nearest": 5', NONE),
        ("exp.py", "return 2 * x", "return x * 2", {("scored", 0), ("scored", 2), ("climbed", 0), ("climbed", 2)}),
        ("exp.py", "return 3 * x", "return x * 3", {("scored", 1), ("scored", 3), ("climbed", 1)}),
        ("exp.py", "# the last one", "# one more", NONE),
        ("exp.py", '"step": ["double", "triple"]', '"step": ["double", "double"]', {("scored", 1), ("scored", 3)}),
        # attributes of modules, and modules
        ("metrics.py", "max(values) - min", "min(values) + min", {("scored", 2), ("scored", 3)}),
        ("losses/shared.py", "SCALE = 2", "SCALE = 4", {("measured", 0), ("measured", 2)}),
        ("losses/absolute.py", "abs(x)", "abs(x + 1)", {("measured", 1)}),
        ("losses/absolute.py", "def loss", "__import__('os').system('true')\n\n\ndef loss", {("measured", 1)}),
        ("losses/__init__.py", "", "__import__('os').system('true')\n", MEASURED),
    ],
)  # fmt: skip
def test_what_an_edit_affects(tmp_path, monkeypatch, file, old, new, affected):  # noqa: PLR0913, PLR0917
    folder = tmp_path / "zoo"
    shutil.copytree(PROJECTS / "zoo", folder)
    monkeypatch.chdir(folder)
    before = codes(folder)
    if old:
        edited(folder, file, old, new)
    else:
        (folder / file).write_text(new)
    after = codes(folder)
    assert {each for each in before if before[each] != after[each]} == affected


@pytest.mark.slow
def test_only_the_combinations_that_an_edit_affects_run(tmp_path):
    lab = lab_of("zoo", tmp_path)
    fits = [f"fit {model} {n}" for model in ("constant", "linear") for n in (1, 2)]
    assert [run for run in lab.ran() if run.startswith("fit")] == fits
    lab.check()
    assert lab.foreseen() == {}
    # one entry of a table; the last link of the chain sees another value
    lab.replace("exp.py", "return 3 * x", "return 4 * x")
    assert lab.foreseen() == {"scored": 2, "climbed": 1}
    lab.run()
    scored = [f"scored {metric} triple" for metric in ("mean", "spread")]
    assert lab.ran() == ["climbed double 8", "climbed triple 2", *scored]
    # `tried missing` failed with the names of all models, so it rests on all of the file
    lab.replace("models.py", "SLOPE = 2", "SLOPE = 3")
    assert lab.foreseen() == {"fit": 2, "tried": 1, "listed": 2, "check": 1}
    lab.run()
    listed = ["listed linear", "listed nearest"]
    assert lab.ran() == ["check", "fit linear 1", "fit linear 2", *listed, "tried missing"]
    lab.check()
    # batches of several variants: the store has what the edit does not affect
    lab.replace("losses/shared.py", "SCALE = 2", "SCALE = 5")
    lab.replace("models.py", "LEVEL = 7", "LEVEL = 9")
    lab.compile("--batch", "3")
    lab.snakemake()
    measured = ["measured square 1", "measured square 3"]
    tried = ["tried constant", "tried missing"]
    assert lab.ran() == ["check", *fits[:2], *listed, *measured, *tried]
    lab.check()
    # a new value runs by itself
    values = '"model": ["linear", "nearest", "constant"], "n"'
    lab.replace("exp.py", '"model": ["linear", "constant"], "n"', values)
    lab.compile("--batch", "3")
    lab.snakemake()
    assert lab.ran() == ["check", "fit nearest 1", "fit nearest 2"]
    lab.check()
