"""The examples, compiled and run by Snakemake: what they find is what arithmetic says."""

from __future__ import annotations

import importlib.util
import json
import math
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.end_to_end.test_language import ran
from tests.support.linked_environments import make_environment, needed_by
from tests.support.paths import ROOT
from tests.support.readme_commands import commands

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLES = ROOT / "examples"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("examples")]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    """Return a function that compiles and runs an example once and returns its report."""
    reports: dict[str, dict] = {}

    def report(name: str) -> dict:
        if name not in reports:
            run_it = as_the_readme_says if name == "digits" else compile_and_run
            reports[name] = run_it(name, tmp_path_factory.mktemp(name))
        return reports[name]

    return report


def compile_and_run(name: str, folder: Path) -> dict:
    """Run one example as its first lines say, with a copy of it in the folder."""
    shutil.copy(EXAMPLES / f"{name}.py", folder)
    for command in (["mlx2smk.cli", "compile", f"{name}.py"], ["snakemake", "-j4"]):
        done = ran(command, folder)
        assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "results" / name / "report.json").read_text(encoding="utf-8"))


def as_the_readme_says(name: str, folder: Path) -> dict:
    """Run the README's command from a fresh clone.

    It finds the packages that it would download, which are those that it asks for and no others.
    """
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "clone")], check=True)
    make_environment(folder / "clone" / ".venv", needed_by("mlx2smk[examples,report]"))
    command = commands()[name].replace("python3 ", f"{sys.executable} ", 1)
    bash = ["bash", "-euo", "pipefail", "-c", command]
    done = subprocess.run(bash, cwd=folder / "clone", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [path] = folder.glob(f"clone/**/results/{name}/report.json")
    return json.loads(path.read_text(encoding="utf-8"))


def results(report: dict, trial: str) -> list:
    """Return what the runs of a trial returned."""
    assert [run for run in report["trials"][trial] if not run["success"]] == []
    return [run["result"] for run in report["trials"][trial]]


@pytest.mark.parametrize("name", sorted(path.stem for path in EXAMPLES.glob("*.py")))
def test_every_example_is_validated(run, name: str) -> None:
    report = run(name)
    assert report["status"] == "validated", report["verifications"]
    assert len(report["verifications"]) >= 2


def test_fib_gives_the_fibonacci_numbers(run) -> None:
    report = run("fib")
    numbers = [0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987]
    assert [result["value"] for result in results(report, "fib")] == numbers * 2
    calls = [1, 1, 3, 5, 9, 15, 25, 41, 67, 109, 177, 287, 465, 753, 1219, 1973, 3193]
    assert [result["work"] for result in results(report, "fib")[:17]] == calls


def test_linear_regression_reaches_the_closed_form(run) -> None:
    report = run("linear_regression")
    state = np.random.RandomState(7)
    x = np.column_stack([state.normal(size=(400, 3)), np.ones(400)])
    y = x @ [2.0, -1.0, 0.5, 3.0] + state.normal(scale=0.1, size=400)
    expected = np.linalg.solve(x.T @ x, x.T @ y)
    [solved] = results(report, "solve")
    [refined] = results(report, "refine")
    assert solved["weights"] == pytest.approx(expected.tolist(), abs=1e-9)
    assert refined["weights"] == pytest.approx(expected.tolist(), abs=1e-9)
    assert refined["rate"] == 0.3


def test_linear_regression_descends_at_every_rate(run) -> None:
    errors = [result["error"] for result in results(run("linear_regression"), "descend")]
    after_10_steps, after_100_steps = errors[::2], errors[1::2]
    assert after_10_steps == sorted(after_10_steps, reverse=True)
    assert all(
        after < before for before, after in zip(after_10_steps, after_100_steps, strict=True)
    )
    assert after_100_steps[-1] < 1e-9


def test_seeds_are_those_of_the_libraries(run) -> None:
    report = run("seeds")
    generator = random.Random(123)  # noqa: S311
    first, *others = results(report, "draw")
    assert first["random"] == [generator.random() for _ in range(4)]
    assert first["numpy"] == np.random.RandomState(456).standard_normal(4).tolist()
    assert others == [first, first]
    assert len(first["torch"]) == (4 if importlib.util.find_spec("torch") else 0)


def test_seeds_apart_are_those_of_the_repetition(run) -> None:
    drawn = [result["numpy"] for result in results(run("seeds"), "draw_apart")]
    generators = [np.random.default_rng([456, repetition]) for repetition in (1, 2, 3)]
    assert drawn == [generator.standard_normal(4).tolist() for generator in generators]


def test_digits_are_read(run) -> None:
    report = run("digits")
    assert len(results(report, "score")) == 18
    accuracies = [result["accuracy"] for result in results(report, "final")]
    assert len(accuracies) == 3
    assert 0.97 <= min(accuracies) <= max(accuracies) <= 1
    assert all(math.isclose(accuracy * 450, round(accuracy * 450)) for accuracy in accuracies)


def test_digits_hands_on_the_best_setting(run) -> None:
    report = run("digits")
    scores: dict[str, list[float]] = {}
    for one in report["trials"]["score"]:
        cfg = json.dumps(one["params"]["cfg"])
        scores.setdefault(cfg, []).append(one["result"]["accuracy"])
    best = max(scores, key=lambda cfg: sum(scores[cfg]))
    assert [json.dumps(result["cfg"]) for result in results(report, "final")] == [best] * 3
    kept = [key for key in report["context"] if key.startswith("score ")]
    assert len(kept) == 18


def test_digits_majority_is_a_tenth(run) -> None:
    majority = [
        one["result"]["accuracy"]
        for one in run("digits")["trials"]["score"]
        if one["params"]["cfg"] == {"model": "majority"}
    ]
    assert majority == pytest.approx([0.1] * 2, abs=0.01)
