"""What the README tells people to type does what it says (`test_examples.py` runs its longest example)."""

import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from tests.support.readme_commands import blocks, commands


def test_it_has_two_commands():
    assert set(commands()) == {"digits", "tests"}


def test_each_command_makes_its_own_environment_and_installs_this_checkout():
    for command in commands().values():
        assert "venv .venv" in command
        assert "pip install" in command


def test_ci_runs_the_test_command_as_it_stands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 tests/support/readme_commands.py tests" in script


@pytest.mark.slow
def test_the_example_prints_what_is_shown(tmp_path):
    ((name, text),) = blocks("file").items()
    (tmp_path / name).write_text(text, encoding="utf-8")
    mlx = [sys.executable, "-m", "mlx2smk.cli", "compile", name]
    subprocess.run(mlx, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    snakemake = [sys.executable, "-m", "snakemake", "-j8"]
    done = subprocess.run(
        snakemake, cwd=tmp_path, check=True, stderr=subprocess.PIPE, stdout=None, text=True
    )
    assert blocks("output")["coin"] in done.stderr
    command, _, shown = blocks("results")["coin"].partition("\n")
    look = [sys.executable, "-m", "mlx2smk.cli", *command.removeprefix("$ mlx ").split()]
    done = subprocess.run(look, cwd=tmp_path, check=True, stdout=subprocess.PIPE, text=True)
    assert done.stdout == shown
