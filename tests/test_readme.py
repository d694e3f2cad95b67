"""What the README tells people to type does what it says, from a fresh clone."""

import json
import subprocess
import sys

import pytest

from tests.readme import ROOT, commands


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
