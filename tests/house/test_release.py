"""The wheel and the sdist hold all that is needed: installed from them, without the checkout, it compiles and runs."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile

import pytest

from tests.support.paths import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("built")]  # once for all tests
pytest.importorskip("hatchling")


def build(source, target, kind):
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, check=True, capture_output=True, timeout=120)
    (made,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if "dist-info/" not in name}


def files_of_package():
    """Return what the checkout has of the package and its rules, as Git lists it."""
    words = ["git", "ls-files", "mlx2smk", "rules"]
    listed = subprocess.run(
        words, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    return {name if name.startswith("mlx2smk/") else f"mlx2smk/{name}" for name in listed}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the wheel of the checkout, and the one that the sdist gives."""
    folder = tmp_path_factory.mktemp("built")
    wheel = build(ROOT, folder / "wheel", "wheel")
    with tarfile.open(build(ROOT, folder / "sdist", "sdist")) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    return wheel, build(source, folder / "again", "wheel")


def test_both_have_the_whole_package(built):
    wheel, again = map(contents, built)
    assert wheel == again
    assert files_of_package() <= wheel.keys()
    assert all(name.startswith("mlx2smk/") for name in wheel)


def test_installed_it_compiles_and_runs(built, tmp_path):
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(built[0]) as archive:
        archive.extractall(site)  # noqa: S202 - our own wheel
    (work / "fib.py").write_bytes((ROOT / "examples" / "fib.py").read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def run(*words):
        done = subprocess.run(
            [sys.executable, *words],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run("-c", "import mlx2smk; print(mlx2smk.__file__)").strip()
    assert where == str(site / "mlx2smk" / "__init__.py")
    run("-m", "mlx2smk", "compile", "fib.py")
    run("-m", "snakemake", "-j2")
    assert run("-m", "mlx2smk", "status").startswith("fib: validated")
