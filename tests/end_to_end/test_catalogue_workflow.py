"""The project's own workflow, which compiles experiments on the way."""

import json
import re
import sys

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support import warm_snakemake
from tests.support.paths import ROOT

SNAKEFILE = str(ROOT / "workflow" / "Snakefile")
EXPERIMENT = """\
from mlx2smk import trial, verify

@trial(1, {"n": [1, 2, 3]})
def train(n):
    return n * 10

@verify(["train"])
def check(results):
    return sum(run["result"] for run in results["train"]) == 60
"""
BAD = EXPERIMENT.replace("[1, 2, 3]", "3")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "exp.py").write_text(EXPERIMENT)
    return tmp_path


def snakemake(folder, *arguments, code=0):
    command = [sys.executable, "-m", "snakemake", "-s", SNAKEFILE, "-j2", *arguments]
    done = warm_snakemake.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


def status(folder, stem="exp"):
    return json.loads((folder / "results" / stem / "report.json").read_text())["status"]


# ------------------------------------------------------------------ its files


def test_the_profile_is_that_of_compiled_workflows():
    ours = (ROOT / "workflow/profiles/default/config.yaml").read_text()
    assert ours == (ROOT / "mlx2smk/emission/profiles/default.yaml").read_text()


def test_the_configured_experiment_exists():
    config = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    assert (ROOT / config["experiment"]).is_file()


def test_every_setting_is_described():
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    described = re.findall(r"^\| `(\w+)`", (ROOT / "config/README.md").read_text(), re.MULTILINE)
    assert described == list(schema["properties"])


@pytest.mark.parametrize(
    ("config", "valid"),
    [
        ({"experiment": "exp.py"}, True),
        ({"experiment": ["a.py", "b.py"]}, True),
        ({"experiment": "exp.py", "batch": "auto", "parallel": 2, "stream_all": True}, True),
        ({"experiment": "exp.py", "mlx_python": "python3", "mlx_store": False}, True),
        ({}, False),
        ({"experiment": ""}, False),
        ({"experiment": []}, False),
        ({"experiment": ["a.py", "a.py"]}, False),
        ({"experiment": [1]}, False),
        ({"experiment": "exp.py", "batch": 0}, False),
        ({"experiment": "exp.py", "batch": "all"}, False),
        ({"experiment": "exp.py", "parallel": 0}, False),
        ({"experiment": "exp.py", "parallel": "2"}, False),
        ({"experiment": "exp.py", "stream_all": 1}, False),
        ({"experiment": "exp.py", "mlx_python": ""}, False),
        ({"experiment": "exp.py", "mlx_store": "no"}, False),
        ({"experiment": "exp.py", "bach": 2}, False),
    ],
)
def test_the_config_is_checked(config, valid):
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    assert Draft202012Validator(schema).is_valid(config) is valid


# ------------------------------------------------------------------ real runs


@pytest.mark.slow
def test_one_command_compiles_and_runs(folder):
    done = snakemake(folder, "--config", "experiment=exp.py", "batch=2")
    assert status(folder) == "validated"
    assert done.stdout == ""
    assert "exp: validated" in done.stderr
    jobs = sorted(path.name for path in (folder / "results/exp/runs/train").iterdir())
    assert jobs == ["0-1.json", "2-2.json"]
    again = snakemake(folder, "--config", "experiment=exp.py", "batch=2")
    assert "Nothing to be done" in again.stderr
    (folder / "exp.py").write_text(EXPERIMENT.replace("== 60", "== 61"))
    snakemake(folder, "--config", "experiment=exp.py", "batch=2")
    assert status(folder) == "invalidated"


@pytest.mark.slow
def test_several_experiments_in_another_directory(folder, tmp_path_factory):
    (folder / "sub").mkdir()
    (folder / "sub/other.py").write_text(EXPERIMENT.replace("* 10", "* 5"))
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    config = ["--config", "experiment=[exp.py, sub/other.py]"]
    snakemake(elsewhere, "--directory", str(folder), *config)
    assert (status(folder), status(folder, "other")) == ("validated", "invalidated")
    assert list(elsewhere.iterdir()) == []


@pytest.mark.slow
def test_mistakes_are_shown_without_a_traceback(folder):
    (folder / "bad.py").write_text(BAD)
    done = snakemake(folder, "--config", "experiment=[exp.py, bad.py]", code=1)
    assert "bad.py:3:17: MLX203 " in done.stderr
    assert "WorkflowError" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / ".mlx").exists()
    assert not (folder / "results").exists()


@pytest.mark.slow
def test_settings_come_from_a_file_too(folder):
    (folder / "config").mkdir()
    (folder / "config/config.yaml").write_text("experiment: exp.py\n")
    snakemake(folder)
    assert status(folder) == "validated"


@pytest.mark.slow
def test_deployed_as_a_module(folder):
    (folder / "workflow").mkdir()
    (folder / "workflow/Snakefile").write_text(
        f"module mlx2smk:\n    snakefile: {SNAKEFILE!r}\n    config: {{'experiment': 'exp.py'}}\n\n"
        "use rule * from mlx2smk as mlx_*\n"
    )
    command = [sys.executable, "-m", "snakemake", "-j2"]
    warm_snakemake.run(command, cwd=folder, check=True, capture_output=True)
    assert status(folder) == "validated"


@pytest.mark.slow
def test_snakemake_lints_nothing_but_missing_environments(folder):
    done = snakemake(folder, "--config", "experiment=exp.py", "--lint", code=1)
    titles = re.findall(r"^    \* (.+)$", done.stdout + done.stderr, re.MULTILINE)
    assert set(titles) == {"Specify a conda environment or container for each rule.:"}
