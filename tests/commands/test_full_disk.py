"""Commands that cannot write: one line with the path and what to do, and nothing lost or half-written."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys

import pytest

from mlx2smk import cli
from mlx2smk.runtime import streams
from tests.support.paths import ROOT

EXPERIMENT = """
from mlx2smk import trial, verify

@trial(1, {"n": [1, 2]})
def t(n):
    return n

@verify(["t"])
def check(results):
    return True
"""
REMEDY = r"\(raise the limit on the size of files \(ulimit -f\) and run the command again\)"


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)


def files(folder):
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def limited(words, most):
    """Run a command in a fork that cannot write larger files; return its status and what it said."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        for name, number in (("stdout", 1), ("stderr", 2)):
            setattr(sys, name, open(number, "w", buffering=1, closefd=False))  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        status = 70
        try:
            status = cli.main(words)
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), text


@pytest.mark.parametrize("most", [0, 100, 1000, 3000, 9000, 12000])
def test_the_bundle_is_not_half_written(tmp_path, most):
    status, said = limited(["compile", "exp.py"], most)
    assert status == 1
    assert re.fullmatch(rf"mlx: \S+: File too large {REMEDY}\n", said), said
    assert not (tmp_path / "workflow/Snakefile").exists()
    assert not list(tmp_path.rglob(".*.mlx2smk-new"))
    assert cli.main(["compile", "exp.py"]) == 0


@pytest.mark.parametrize("most", [0, 3000])
def test_an_earlier_bundle_stays(tmp_path, most):
    assert cli.main(["compile", "exp.py"]) == 0
    before = files(tmp_path / "workflow")
    (tmp_path / "exp.py").write_text(EXPERIMENT.replace("[1, 2]", "[1, 2, 3]"))
    status, said = limited(["compile", "exp.py"], most)
    assert (status, said.count("\n")) == (1, 1), said
    assert files(tmp_path / "workflow") == before


def test_a_first_experiment_is_whole_or_none(tmp_path):
    status, said = limited(["new", "first.py"], 10)
    assert (status, said.count("\n"), said.startswith("mlx: first.py: File too large")) == (
        1,
        1,
        True,
    )
    assert not (tmp_path / "first.py").exists()
    assert cli.main(["new", "first.py"]) == 0


@pytest.mark.parametrize("words", [["results"], ["report"]])
def test_what_was_written_before_stays(tmp_path, words):
    assert cli.main(["compile", "exp.py"]) == 0
    (tmp_path / "out.csv").write_text("earlier\n")
    (tmp_path / "out").symlink_to("out.csv")
    status, said = limited([*words, "-o", "out"], 5)
    line = said.splitlines()[-1]
    assert (status, line) == (1, f"mlx: out: File too large {REMEDY.replace(chr(92), '')}"), said
    assert "Traceback" not in said
    assert (tmp_path / "out.csv").read_text() == "earlier\n"
    assert not list(tmp_path.rglob("*.tmp"))
    assert cli.main([*words, "-o", "out"]) == 0
    assert (tmp_path / "out").is_symlink()
    assert "earlier" not in (tmp_path / "out.csv").read_text()


def test_what_is_no_file_is_written_to(tmp_path, capfd):
    assert cli.main(["compile", "exp.py"]) == 0
    assert cli.main(["results", "--format", "csv", "-o", "/dev/stdout"]) == 0
    assert capfd.readouterr().out.endswith("n,status,duration,error\n1,missing,,\n2,missing,,\n")
    assert cli.main(["results", "-o", str(tmp_path)]) == 1
    assert re.match(r"mlx: \S+: Is a directory \(move away ", capfd.readouterr().err)


@pytest.mark.parametrize("folder", ["exp.py", "exp.py/below", "exp.py/far/below"])
def test_a_file_in_the_place_of_the_folder(folder, capsys):
    assert cli.main(["compile", "exp.py", "-d", folder]) == 1
    said = capsys.readouterr().err
    assert said.startswith("exp.py: MLX503 ")
    assert said.count("MLX503") == 1


def test_a_name_that_is_too_long(capsys):
    assert cli.main(["compile", "exp.py", "-d", "d" * 300]) == 1
    assert capsys.readouterr().err == (
        f"mlx: {'d' * 300}/Snakefile: File name too long (choose a folder with a shorter path, or shorter names)\n"
    )


def mlx(words, **streams):
    command = [sys.executable, "-m", "mlx2smk", *words]
    return subprocess.run(
        command, check=False, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)}, **streams
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no full device")  # noqa: PTH110
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_standard_output_that_is_full(tmp_path, monkeypatch, unbuffered):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = mlx(["compile", "exp.py"], stdout=full, stderr=subprocess.PIPE, text=True)
        assert (done.returncode, done.stderr) == (
            1,
            "mlx: standard output: No space left on device (free some space and run the command again)\n",
        )
        assert (tmp_path / "workflow/Snakefile").exists()
        assert mlx(["compile", "none.py"], stdout=full, stderr=full).returncode != 0


def test_standard_streams_that_are_closed(tmp_path):
    def close():
        for number in (0, 1, 2):
            os.close(number)

    assert mlx(["compile", "exp.py"], preexec_fn=close).returncode == 0
    assert (tmp_path / "workflow/Snakefile").exists()
    assert mlx(["compile", "none.py"], preexec_fn=close).returncode == 1
    # What is printed must not go to a file that got the number of a stream.
    assert all(
        b"exp.py: t" not in data for p, data in files(tmp_path).items() if p.suffix == ".lock"
    )


def test_only_missing_streams_are_opened():
    before = sys.stdin, sys.stdout, sys.stderr
    streams.open_missing()
    assert (sys.stdin, sys.stdout, sys.stderr) == before
