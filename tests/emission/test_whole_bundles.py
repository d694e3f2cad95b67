"""A bundle is replaced as a whole: killed at any moment, two at once, or while Snakemake runs."""

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_folder import RunningHere
from mlx2smk.emission.locks import changing
from mlx2smk.runtime.layout import MANIFEST
from tests.support import warm_snakemake

SMALL = """\
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def old(n):
    return n
"""
LARGE = """\
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {"a": 1}

@trial(1, {"n": [1, 2, 3]})
def old(n):
    return n + SETUP["a"]

@verify(["old"])
def check(results):
    return True
"""

# Compiles in forks, which are killed just before the n-th change of a file below the folder.
KILLED = """
import json, os, signal, sys
from mlx2smk import compiler
from mlx2smk.cli import main

def count(event, arguments):
    global left
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

def compile_in(folder, words):
    os.chdir(folder)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.addaudithook(count)
    return main(["compile", *words])

for line in sys.stdin:
    folder, left, words = json.loads(line)
    pid = os.fork()
    if not pid:
        status = 70
        try:
            status = compile_in(folder, words)
        finally:
            os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


@pytest.fixture(name="kill_after", scope="module")
def _kill_after():
    """Return a function that compiles and kills it at the given change of a file.

    It returns whether it came to that.
    """
    words = [sys.executable, "-c", KILLED]
    environment = {name: text for name, text in os.environ.items() if name != "MLX_PARALLEL"}
    with subprocess.Popen(
        words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def kill_after(changes, *options):
            request = [str(Path.cwd()), changes, options]
            print(json.dumps(request), file=process.stdin, flush=True)
            status = int(process.stdout.readline())
            assert status in (0, -9)
            return status == -9

        yield kill_after
        process.stdin.close()


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    return tmp_path


def files():
    """Return what is in the workflow, by path, except for bytecode, which jobs write."""
    found = (path for path in Path("workflow").rglob("*") if path.is_file())
    return {path.as_posix(): path.read_bytes() for path in found if "__pycache__" not in path.parts}


def compiled(text):
    Path("exp.py").write_text(text)
    assert main(["compile", "exp.py"]) == 0
    return files()


def snakemake(*options):
    words = [sys.executable, "-m", "snakemake", *options]
    return warm_snakemake.run(words, capture_output=True, text=True, check=False)


def parts(there, *versions):
    """Return which of the versions each file that differs between them is of."""
    names = {name for version in versions for name in version}
    found = Counter()
    for name in names - {MANIFEST}:
        texts = [version.get(name) for version in versions]
        if len(set(texts)) > 1:
            found[texts.index(there.get(name))] += 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [(SMALL, LARGE), (LARGE, SMALL)])
def test_killed_at_any_change_of_a_file_it_is_old_or_new_or_says_that_it_is_neither(
    before, after, kill_after
):
    new = compiled(after)
    refused = 0
    for changes in range(0, 400, 4):
        old = compiled(before)
        Path("exp.py").write_text(after)
        killed = kill_after(changes, "exp.py")
        there = files()
        begun = "replaces" in json.loads(there[MANIFEST])
        mixed = len(parts(there, old, new)) > 1
        assert begun or not mixed
        if mixed and refused < 3:
            refused += 1
            done = snakemake("-n")
            assert done.returncode == 1
            assert "run mlx compile again" in done.stdout  # as a dry run says it
        assert main(["compile", "exp.py"]) == 0
        assert files() == new
        if not killed:
            break
    assert not killed
    assert refused


@pytest.mark.slow
def test_killed_the_first_time_it_is_nothing_or_says_so(kill_after):
    begun = 0
    for changes in range(0, 500, 6):
        for path in sorted(Path().rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        Path("exp.py").write_text(SMALL)
        killed = kill_after(changes, "exp.py")
        if Path("workflow/Snakefile").exists() and killed:
            begun += 1
            assert "replaces" in json.loads(Path(MANIFEST).read_text())
        assert main(["compile", "exp.py"]) == 0
        assert not list(Path().rglob("*.mlx2smk-new"))
        if not killed:
            break
    assert not killed
    assert begun


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_random_times_others_stay_compiled(seed, kill_after):
    rng = random.Random(seed)  # noqa: S311 - so that it can be repeated
    for name in ("one", "two"):
        Path(f"{name}.py").write_text(SMALL)
    main(["compile", "one.py", "two.py"])
    for text in [LARGE, SMALL] * 4:
        Path("one.py").write_text(text)
        kill_after(rng.randrange(12), "one.py")
        Path("two.py").write_text(text)
        assert main(["compile", "two.py"]) == 0
        names = sorted(path.name for path in Path("workflow/experiments").iterdir())
        assert names == ["one", "two"]
    assert snakemake("-n").returncode == 0


@pytest.mark.slow
def test_many_at_once_wait_for_each_other():
    names = [f"exp{number}" for number in range(6)]
    for name in names:
        Path(f"{name}.py").write_text(LARGE)
    words = [sys.executable, "-m", "mlx2smk.cli", "compile"]
    for _ in range(3):
        begun = [subprocess.Popen([*words, f"{name}.py"]) for name in names]
        assert [process.wait() for process in begun] == [0] * len(names)
        assert sorted(path.name for path in Path("workflow/experiments").iterdir()) == names
        apart = files()
        assert main(["compile", *(f"{name}.py" for name in reversed(names))]) == 0
        assert files() == apart
        assert snakemake("-n").returncode == 0
        for name in names:
            Path(f"{name}.py").write_text(Path(f"{name}.py").read_text() + "\n")


def test_who_waits_long_says_so():
    compiled(SMALL)
    Path("exp.py").write_text(LARGE)
    words = [sys.executable, "-m", "mlx2smk.cli", "compile", "exp.py"]
    with changing(Path()):
        process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        assert (
            process.stderr.readline() == "mlx: waiting for another mlx that changes this folder\n"
        )
        assert "verify_check" not in Path("workflow/Snakefile").read_text()
    assert process.wait() == 0
    process.stderr.close()
    assert "verify_check" in Path("workflow/Snakefile").read_text()


def test_files_of_two_versions_are_refused(folder):
    first = compiled(SMALL)
    compiled(LARGE)
    (folder / "workflow/Snakefile").write_bytes(first["workflow/Snakefile"])
    done = snakemake("-n")
    assert done.returncode == 1
    assert "more than one mlx compile: run mlx compile again" in done.stdout


def test_a_workflow_without_its_manifest_runs(folder):
    compiled(SMALL)
    (folder / MANIFEST).unlink()
    assert snakemake("-n").returncode == 0


# ------------------------------------------------------------------ while snakemake runs

SLOW = """\
import os, time
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def wait(n):
    open(f"started-{n}", "w").close()
    while not os.path.exists("go"):
        time.sleep(0.05)
    if n == 1:
        raise ValueError("one")
    return n
"""


@pytest.fixture(name="run")
def _run():
    """Have snakemake run until there is a file named `go`."""
    compiled(SLOW)
    words = [sys.executable, "-m", "snakemake", "-j1"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for(has_started)
            yield process
        finally:
            Path("go").touch()
            process.wait()  # before the pipe that it writes to is closed


def has_started():
    """Tell whether a combination runs: Snakemake starts any of them first."""
    return any(Path().glob("started-*"))


def wait_for(condition, seconds=60):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


@pytest.mark.slow
def test_nothing_changes_while_snakemake_runs(run, capsys):
    before = files()
    assert main(["compile", "exp.py"]) == 0  # it is that already
    Path("exp.py").write_text(SLOW.replace("[1, 2]", "[1, 2, 3]"))
    capsys.readouterr()
    for command in (["compile", "exp.py"], ["retry"], ["gc"], ["gc", "--dry-run"]):
        assert main(command) == 1
        said = capsys.readouterr().err
        assert (
            "snakemake is running here" in said
            or f"{RunningHere.code} snakemake is running" in said
        )
    assert files() == before
    Path("go").touch()
    _, told = run.communicate()
    assert run.returncode == 0
    assert told.splitlines()[-1].startswith("mlx: exp.py changed since exp was compiled")
    report = json.loads(Path("results/exp/report.json").read_text())
    assert len(report["trials"]["wait"]) == 2
    assert main(["compile", "exp.py"]) == 0
    assert main(["retry"]) == 0
    assert "wait n~1" in capsys.readouterr().out


@pytest.mark.slow
def test_in_json_the_refusal_is_one_message(run, capsys):
    Path("exp.py").write_text(SLOW.replace("[1, 2]", "[1, 2, 3]"))
    capsys.readouterr()
    assert main(["compile", "exp.py", "--format", "json"]) == 1
    assert [found["code"] for found in json.loads(capsys.readouterr().out)] == [RunningHere.code]
    assert run.poll() is None


@pytest.mark.slow
def test_a_killed_snakemake_holds_nobody_up(run):
    run.kill()
    run.wait()
    assert os.listdir(".snakemake/locks")  # noqa: PTH208 - its own locks are still there
    Path("exp.py").write_text(SLOW.replace("[1, 2]", "[1, 2, 3]"))
    assert main(["compile", "exp.py"]) == 0


@pytest.mark.slow
def test_a_run_with_results_elsewhere_counts_too(tmp_path_factory, capsys):
    compiled(SLOW)
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    words = [sys.executable, "-m", "snakemake", "-j1", "--directory", str(elsewhere)]
    with subprocess.Popen(words, stderr=subprocess.DEVNULL) as process:
        wait_for(has_started)
        Path("exp.py").write_text(SLOW.replace("[1, 2]", "[1, 2, 3]"))
        assert main(["compile", "exp.py"]) == 1
        assert RunningHere.code in capsys.readouterr().err
        Path("go").touch()
        assert process.wait() == 0
