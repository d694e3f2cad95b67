"""With the lowest versions that pyproject.toml allows, what the README shows works, and so does what extras are for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.support.paths import ROOT
from tests.support.readme_example import does_as_shown, in_python

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("lowest versions"),
    pytest.mark.skipif(
        sys.version_info[:2] != (3, 11), reason="the lowest versions have wheels for Python 3.11"
    ),
]

EXTRAS = ["completion", "data", "examples", "report"]
VERSIONS = """
import importlib.metadata, json
print(json.dumps({found.name: found.version for found in importlib.metadata.distributions()}))
"""


def floors():
    """Return the lowest version of each dependency, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = map(Requirement, sum((extras[name] for name in EXTRAS), project["dependencies"]))
    return {
        each.name: max(Version(s.version) for s in each.specifier if s.operator == ">=")
        for each in wanted
    }


def settings_of_pip():
    """Return variables that have uv ask where pip asks: it does not read pip's configuration."""
    names = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    pip = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    found = dict(re.findall(r"^(?:global|user|site|:env:)\.([\w-]+)='(.*)'$", listed, re.MULTILINE))
    return {names[name]: value for name, value in found.items() if name in names}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return a Python with the lowest versions of all direct dependencies."""
    place = tmp_path_factory.mktemp("lowest")
    venv.create(place, symlinks=True)
    words = ["pip", "install", "--python", place / "bin" / "python", "--resolution=lowest-direct"]
    done = subprocess.run(
        [sys.executable, "-m", "uv", *words, f"{ROOT}[{','.join(EXTRAS)}]"],
        env=os.environ | settings_of_pip(),
        capture_output=True,
        text=True,
        check=False,
    )
    if "client error (Connect)" in done.stderr:
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    return place / "bin" / "python"


def test_these_are_the_lowest_versions(python):
    done = subprocess.run([python, "-c", VERSIONS], capture_output=True, text=True, check=True)
    found = {name.lower(): Version(version) for name, version in json.loads(done.stdout).items()}
    wanted = floors()
    assert {name: found[name] for name in wanted} == wanted


def test_the_example_of_the_readme_runs(python, tmp_path):
    does_as_shown(python, tmp_path)
    for table in ("table.csv", "table.parquet"):
        in_python(python, tmp_path, "mlx2smk.cli", "results", "-o", table)
    for words in (["-o", "report.html"], ["--crate", "crate"]):
        in_python(python, tmp_path, "mlx2smk.cli", "report", *words)
    made = {path.name for path in tmp_path.iterdir() if path.stat().st_size}
    assert made >= {"table.csv", "table.parquet", "report.html", "crate"}
    read = "import mlx2smk, sklearn.datasets; print(mlx2smk.load().share.round(3).tolist())"
    shown = subprocess.run(
        [python, "-c", read], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "[0.302, 0.503, 0.699]\n"
    assert in_python(python, tmp_path, "mlx2smk.cli", "completion", "bash").stdout
    in_python(python, tmp_path, "mlx2smk.cli", "run", "coin.py", "-j2", "--check")
