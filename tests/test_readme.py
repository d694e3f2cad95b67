"""What the README tells people to type does what it says, from a fresh clone."""

import json
import re
import subprocess
import sys

import pytest

from tests.readme import ROOT, blocks, commands


def test_it_has_two_commands():
    assert set(commands()) == {"digits", "tests"}


def test_each_command_makes_its_own_environment_and_installs_this_checkout():
    for command in commands().values():
        assert "venv .venv" in command
        assert "pip install" in command


def test_ci_runs_the_test_command_as_it_stands():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "python3 tests/readme.py tests" in script


@pytest.mark.slow
def test_digits_runs_from_a_fresh_clone(tmp_path):
    clone = tmp_path / "mlx2smk"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    command = commands()["digits"].replace("python3 ", f"{sys.executable} ", 1)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=clone,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = clone.glob("**/results/digits/report.json")
    assert json.loads(report.read_text(encoding="utf-8"))["status"] == "validated"


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


def test_every_page_that_it_links_to_is_there():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
