"""What is emitted, run by the real snakemake."""

import json
import os
import subprocess
import sys
import time

import pytest

from mlx2smk.cli import main
from tests.support import warm_snakemake

pytestmark = pytest.mark.slow

HEAD = """\
from pathlib import Path
import os, time
from mlx2smk import setup, trial, verify

def ran(what):
    with open("ran.txt", "a") as file:
        print(what, file=file)

def timed(what, seconds):
    start = time.time()
    time.sleep(seconds)
    with open(os.environ["MLX_TEST_TIMES"], "a") as file:
        print(what, start, time.time(), file=file)

"""
PLAIN = (
    HEAD
    + """
@setup()
def init():
    return {"base": 10}

@trial(1, {"n": [1, 2, 3]})
def train(n):
    ran(f"train {n}")
    return {"sum": SETUP["base"] + n}

@trial(2, {"m": [1, 2]})
def later(m):
    ran(f"later {m}")
    return {"context_update": {"last": m}}

@verify(["train"])
def check(results):
    return [run["result"]["sum"] for run in results["train"]] == [11, 12, 13]
"""
)
OTHER = PLAIN.replace("as file", "as opened").replace("file=file", "file=opened")
RUNS = ["later 1", "later 2", "train 1", "train 2", "train 3"]


class Folder:
    """A folder that an experiment is compiled into."""

    def __init__(self, path):
        self.path = path

    def compile(self, source, *options, name="exp.py"):
        self.path.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(source)
        directory = ["--directory", str(self.path)]
        assert main(["compile", str(self.path / name), *directory, *options]) == 0
        return self

    def snakemake(self, *arguments, cwd=None, code=0):
        command = [sys.executable, "-m", "snakemake", *arguments]
        times = {"MLX_TEST_TIMES": str(self.path / "times.txt")}
        done = warm_snakemake.run(
            command,
            cwd=cwd or self.path,
            env=os.environ | times,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def report(self, stem="exp", below=None):
        path = (below or self.path) / "results" / stem / "report.json"
        return json.loads(path.read_text())

    def ran(self):
        """Return what was run since the last call, sorted."""
        path = self.path / "ran.txt"
        lines = sorted(path.read_text().splitlines()) if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def times(self):
        """Return name -> the list of (start, end) of its runs."""
        found = {}
        for line in (self.path / "times.txt").read_text().splitlines():
            name, start, end = line.split()
            found.setdefault(name, []).append((float(start), float(end)))
        return found


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "work")


def assert_plain(report):
    assert report["status"] == "validated"
    assert [run["result"]["sum"] for run in report["trials"]["train"]] == [11, 12, 13]
    assert report["context"] == {"base": 10, "last": 2}


# ------------------------------------------------------------------ plain runs


def test_a_run_and_a_second_one_with_nothing_to_do(folder):
    folder.compile(PLAIN)
    folder.snakemake("-j2")
    assert_plain(folder.report())
    assert folder.ran() == RUNS
    assert "Nothing to be done" in folder.snakemake("-j2")
    assert "Nothing to be done" in folder.compile(PLAIN).snakemake("-j2")
    assert folder.ran() == []


def test_a_forced_rule_runs_again_although_its_results_are_stored(folder):
    folder.compile(PLAIN).snakemake("-j2")
    folder.ran()
    folder.snakemake("-j2", "-R", "trial_train")
    assert folder.ran() == ["train 1", "train 2", "train 3"]


def test_results_come_back_from_the_store(folder):
    folder.compile(PLAIN).snakemake("-j2")
    folder.ran()
    changed = PLAIN.replace('SETUP["base"] + n', 'SETUP["base"] * n')
    folder.compile(changed).snakemake("-j2")
    assert folder.ran() == ["train 1", "train 2", "train 3"]
    folder.compile(PLAIN).snakemake("-j2")
    assert folder.ran() == []
    assert_plain(folder.report())


def test_another_directory_for_the_results(folder, tmp_path):
    folder.compile(PLAIN)
    other = tmp_path / "elsewhere"
    snakefile = str(folder.path / "workflow/Snakefile")
    arguments = ["-s", snakefile, "--directory", str(other), "-j2"]
    folder.snakemake(*arguments, cwd=tmp_path)
    assert_plain(folder.report(below=other))
    assert not (folder.path / "results").exists()
    assert "Nothing to be done" in folder.snakemake(*arguments, cwd=tmp_path)


def test_two_experiments_in_one_workflow(folder):
    folder.compile(OTHER, name="other.py")
    (folder.path / "exp.py").write_text(PLAIN)
    paths = [str(folder.path / name) for name in ("exp.py", "other.py")]
    assert main(["compile", *paths, "--directory", str(folder.path)]) == 0
    folder.snakemake("-j2")
    assert_plain(folder.report("exp"))
    assert_plain(folder.report("other"))
    assert folder.ran() == sorted(RUNS * 2)


def test_names_beyond_ascii_and_files_with_odd_names(folder):
    source = HEAD + (
        '@trial(1, {"größe": ["ä b", "{x}", "$HOME", ""]}, inputs=["data ä.csv"])\n'
        "def prüfe(größe):\n"
        '    return größe + Path("data ä.csv").read_text()\n'
        '@verify(["prüfe"])\n'
        "def 检查(results):\n"
        '    return [r["result"] for r in results["prüfe"]] == ["ä b!", "{x}!", "$HOME!", "!"]\n'
    )
    folder.compile(source, name="größe+1.py")
    (folder.path / "data ä.csv").write_text("!")
    folder.snakemake("-j2")
    assert folder.report("größe+1")["status"] == "validated"


def test_a_large_context_that_stays_the_same_runs_nothing_again(folder):
    """Snakemake compares files of more than a megabyte by content only with the profile's setting."""
    source = HEAD + (
        "@setup()\n"
        "def init():\n"
        '    ran("init")\n'
        '    return {"blob": "x" * 1_200_000}\n'
        '@trial(1, {"n": [1, 2]})\n'
        "def train(n):\n"
        '    ran("train")\n'
        '    return len(SETUP["blob"])\n'
    )
    folder.compile(source).snakemake("-j2", "--config", "mlx_store=false")
    assert folder.ran() == ["init", "train", "train"]
    same = source.replace("1_200_000", "(1_200_001 - 1)")
    folder.compile(same).snakemake("-j2", "--config", "mlx_store=false")
    assert folder.ran() == ["init"]


# ------------------------------------------------------------------ as a module


MODULE = """\
module m:
    snakefile: "work/workflow/Snakefile"
    {prefix}

use rule * from m as m_*

onstart:
    m.onstart()

onsuccess:
    m.onsuccess()

rule mine:
    default_target: True
    input: rules.m_all.input
    output: "mine.json"
    shell: "cp {{input}} {{output}}"
"""


@pytest.mark.parametrize(("prefix", "below"), [("", "."), ('prefix: "sub"', "sub")])
def test_as_a_module(folder, tmp_path, prefix, below):
    folder.compile(PLAIN)
    (tmp_path / "Snakefile").write_text(MODULE.format(prefix=prefix))
    done = folder.snakemake("-j2", cwd=tmp_path)
    assert_plain(json.loads((tmp_path / "mine.json").read_text()))
    assert_plain(folder.report(below=tmp_path / below))
    assert "exp: validated" in done
    assert folder.ran() == RUNS
    assert "Nothing to be done" in folder.snakemake("-j2", cwd=tmp_path)
    folder.snakemake("-j2", "-R", "m_trial_train", cwd=tmp_path)
    assert folder.ran() == ["train 1", "train 2", "train 3"]
    target = str(tmp_path.joinpath(below, "results/exp/runs/train/n~2.json").relative_to(tmp_path))
    folder.snakemake("-j2", "-f", target, cwd=tmp_path)
    assert "train 2" in folder.ran()


def test_as_a_module_that_an_update_of_the_context_reaches(folder, tmp_path):
    """Below a checkpoint of a module, too, what the context brings runs again."""
    folder.compile(PLAIN)
    (tmp_path / "Snakefile").write_text(MODULE.format(prefix=""))
    folder.snakemake("-j2", cwd=tmp_path)
    folder.ran()
    folder.compile(PLAIN.replace('"base": 10', '"base": 20'))
    folder.snakemake("-j2", cwd=tmp_path)
    assert "train 1" in folder.ran()
    assert json.loads((tmp_path / "mine.json").read_text())["status"] == "invalidated"


def test_input_files_of_a_module_stay_where_they_are(folder, tmp_path):
    source = HEAD + (
        '@trial(1, {"n": [1]}, inputs=["data.txt"])\n'
        "def train(n):\n"
        '    return ran(f"train {n}") or Path("data.txt").read_text()\n'
    )
    folder.compile(source)
    (folder.path / "data.txt").write_text("one")
    (tmp_path / "Snakefile").write_text(MODULE.format(prefix='prefix: "sub"'))
    for text in ("one", "two"):
        (folder.path / "data.txt").write_text(text)
        folder.snakemake("-j1", cwd=tmp_path)
        (run,) = folder.report(below=tmp_path / "sub")["trials"]["train"]
        assert (run["result"], folder.ran()) == (text, ["train 1"])


def test_two_modules(folder, tmp_path):
    folder.compile(PLAIN)
    other = Folder(tmp_path / "other").compile(OTHER, name="other.py")
    (tmp_path / "Snakefile").write_text(
        'module a:\n    snakefile: "work/workflow/Snakefile"\n\n'
        'module b:\n    snakefile: "other/workflow/Snakefile"\n\n'
        "use rule * from a as a_*\n\nuse rule * from b as b_*\n\n"
        "rule both:\n    default_target: True\n"
        "    input: rules.a_all.input, rules.b_all.input\n"
    )
    folder.snakemake("-j2", cwd=tmp_path)
    assert_plain(folder.report("exp", tmp_path))
    assert_plain(folder.report("other", tmp_path))
    assert folder.ran() == other.ran() == RUNS


# ------------------------------------------------------------------ order and limits


def test_no_more_at_once_than_asked_for_and_lower_orders_first(folder):
    source = HEAD + (
        '@trial(1, {"n": [1, 2, 3, 4, 5], "__parallel__": 2})\n'
        "def limited(n):\n"
        '    timed("limited", 0.15)\n'
        '@trial(2, {"n": [1, 2, 3, 4]})\n'
        "def later(n):\n"
        '    timed("later", 0.15)\n'
    )
    folder.compile(source).snakemake("-j4")
    times = folder.times()
    assert {name: len(found) for name, found in times.items()} == {"limited": 5, "later": 4}
    assert most_at_once(times["limited"]) == 2
    assert most_at_once(times["later"]) > 2
    assert max(end for _, end in times["limited"]) < min(start for start, _ in times["later"])


def most_at_once(times):
    return max(sum(start <= moment < end for start, end in times) for moment, _ in times)


def test_a_chain_runs_one_after_another(folder):
    source = HEAD + (
        '@trial(1, {"n": [1, 2, 3]})\n'
        "def chained(n):\n"
        '    timed("chained", 0.05)\n'
        '    return {"context_update": {"total": SETUP.get("total", 0) + n}}\n'
    )
    folder.compile(source).snakemake("-j4")
    assert most_at_once(folder.times()["chained"]) == 1
    assert folder.report()["context"] == {"total": 6}


# ------------------------------------------------------------------ failing and dying


def test_a_failing_setup_ends_the_run(folder):
    source = PLAIN.replace('return {"base": 10}', 'raise ValueError("no base")')
    done = folder.compile(source).snakemake("-j2", code=1)
    assert "init" in done
    assert folder.ran() == []
    assert not (folder.path / "results/exp/report.json").exists()


def test_a_failing_setup_does_not_end_another_experiment(folder):
    bad = PLAIN.replace('return {"base": 10}', 'raise ValueError("no base")')
    folder.compile(bad, name="bad.py")
    (folder.path / "exp.py").write_text(PLAIN)
    paths = [str(folder.path / name) for name in ("bad.py", "exp.py")]
    assert main(["compile", *paths, "--directory", str(folder.path)]) == 0
    folder.snakemake("-j1", code=1)
    assert_plain(folder.report("exp"))


def test_a_failing_combination_is_a_result(folder):
    source = PLAIN.replace('    ran(f"train {n}")', "    assert n != 2, 'not two'")
    folder.compile(source).snakemake("-j2")
    runs = folder.report()["trials"]["train"]
    assert [run["success"] for run in runs] == [True, False, True]
    assert (runs[1]["type"], runs[1]["error"]) == ("AssertionError", "not two")


def test_a_killed_snakemake_is_resumed(folder):
    source = HEAD + (
        '@trial(1, {"n": [0, 1, 2, 3, 4, 5]})\n'
        "def slow(n):\n"
        '    ran(f"start {n}")\n'
        "    time.sleep(0.4)\n"
        '    ran(f"end {n}")\n'
    )
    folder.compile(source)
    command = [sys.executable, "-m", "snakemake", "-j1"]
    with subprocess.Popen(command, cwd=folder.path, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: read(folder.path / "ran.txt").count("end") == 2)
        finally:
            process.kill()
    wait_for(lambda: quiet(folder.path / "ran.txt"))
    first = {line for line in folder.ran() if line.startswith("end")}
    assert 2 <= len(first) < 6
    folder.snakemake("-j2", code=1)  # the lock is still there
    folder.snakemake("--unlock")
    folder.snakemake("-j2")
    second = {line for line in folder.ran() if line.startswith("end")}
    assert len(first & second) <= 1  # what was running then may have died before it was recorded
    assert first | second == {f"end {n}" for n in range(6)}
    assert [run["success"] for run in folder.report()["trials"]["slow"]] == [True] * 6


def wait_for(condition, seconds=30):
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "it did not happen in time"
        time.sleep(0.05)


def read(path):
    return path.read_text() if path.exists() else ""


def quiet(path):
    """Tell whether nothing is written to the file for longer than a combination takes."""
    before = path.stat().st_mtime_ns
    time.sleep(0.9)
    return path.stat().st_mtime_ns == before


def test_a_snakefile_of_the_user_is_not_shadowed(folder, capsys):
    folder.path.mkdir()
    (folder.path / "Snakefile").write_text("rule mine:\n    shell: 'true'\n")
    (folder.path / "exp.py").write_text(PLAIN)
    exp = str(folder.path / "exp.py")
    assert main(["compile", exp, "--directory", str(folder.path)]) == 1
    assert "MLX502" in capsys.readouterr().err
    assert not (folder.path / "workflow").exists()
