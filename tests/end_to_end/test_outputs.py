"""Declared outputs, and files that pass between runs that may run side by side."""

from __future__ import annotations

import pytest

from tests.support.handmade_bundles import Bundle
from tests.support.traced_folder import Folder

SHELL = """
import os, subprocess
from mlx2smk import trial

SCALE = 1

def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)

@trial(1, {"n": [1, 2]}, outputs=["out/{n}.txt"])
def make(n):
    ran("make", n)
    os.makedirs("out", exist_ok=True)
    subprocess.run(["sh", "-c", f"echo {n * SCALE} > out/{n}.txt"], check=True)

@trial(2, {"n": [1, 2]}, inputs=["out/*.txt"])
def use(n):
    ran("use", n)
    return subprocess.run(["cat", f"out/{n}.txt"], capture_output=True, text=True).stdout
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


@pytest.mark.slow
def test_outputs_come_back_from_the_store(folder):
    lab = Folder(folder, SHELL)
    assert lab.run() == ["make 1", "make 2", "use 1", "use 2"]
    assert lab.results("use") == ["1\n", "2\n"]
    lab.write(SHELL.replace("SCALE = 1", "SCALE = 10"))
    assert lab.run() == ["make 1", "make 2", "use 1", "use 2"]
    assert lab.results("use") == ["10\n", "20\n"]
    lab.write(SHELL)
    assert lab.run() == []
    assert (folder / "out" / "2.txt").read_text() == "2\n"
    assert lab.results("use") == ["1\n", "2\n"]
    (folder / "out" / "1.txt").unlink()
    assert lab.run(compiled=False) == []
    assert (folder / "out" / "1.txt").read_text() == "1\n"
    assert lab.run("--config", "mlx_keep_outputs=0", compiled=False) == []
    assert "Nothing to be done" in lab.said


@pytest.mark.slow
def test_outputs_that_are_too_large_to_keep_are_made_again(folder):
    lab = Folder(folder, SHELL)
    lab.run("--config", "mlx_keep_outputs=1")
    (folder / "out" / "1.txt").unlink()
    assert lab.run("--config", "mlx_keep_outputs=1", compiled=False) == ["make 1"]


def test_an_output_that_is_not_made_is_a_failure(tmp_path):
    bundle = Bundle(tmp_path, "def t(n): pass\n")
    (run,) = bundle.trial("t", {"n": [1]}, outputs=["out/{n}.txt"]).run_trial("t")
    assert (run["success"], run["type"], run["return_code"]) == (False, "MissingOutput", 1)
    assert "out/1.txt" in run["error"]


HIDDEN = """
import os
from mlx2smk import trial

def place(*parts):
    return "".join(parts)

@trial(1, {"n": [1, 2, 3]})
def count(n):
    path = place("count", "er.txt")
    before = int(open(path).read()) if os.path.exists(path) else 0
    with open(path, "w") as file:
        file.write(str(before + n))
    return before + n
"""


@pytest.mark.slow
def test_combinations_that_share_a_file_fail_and_then_run_in_order(folder):
    lab = Folder(folder, HIDDEN)
    lab.run(status=1)
    assert "trial count: combination (n=" in lab.said
    assert "counter.txt" in lab.said
    assert not (folder / "results" / "exp" / "report.json").exists()
    lab.run(compiled=False, status=1)
    (folder / "counter.txt").unlink()
    lab.run()
    assert lab.results("count") == [1, 3, 6]
    lab.run(compiled=False)
    assert "Nothing to be done" in lab.said


PAIR = """
import os
from mlx2smk import trial

def place(*parts):
    return "".join(parts)

@trial(1, {})
def first():
    with open(place("shared", ".txt"), "w") as file:
        file.write("made")

@trial(1, {})
def second():
    path = place("shared", ".txt")
    return open(path).read() if os.path.exists(path) else "missing"
"""


@pytest.mark.slow
def test_trials_of_one_order_that_share_a_file(folder):
    lab = Folder(folder, PAIR)
    lab.run(status=1)
    assert "the trials first and second share the file shared.txt" in lab.said
    lab.run()
    assert lab.results("second") == ["made"]
    lab.run(compiled=False)
    assert "Nothing to be done" in lab.said


THREE = """
import logging
from mlx2smk import trial

def log(text):
    name = "".join(["all", ".log"])
    logging.basicConfig(filename=name, format="%(message)s", level=logging.INFO)
    logging.info(text)
    return open(name).read().split()

@trial(1, {})
def first():
    return log("a")

@trial(1, {})
def second():
    return log("b")

@trial(1, {})
def third():
    return log("c")
"""


@pytest.mark.slow
def test_one_more_compile_is_enough_for_all_trials_that_share_files(folder):
    lab = Folder(folder, THREE)
    lab.run(status=1)
    assert "share the file all.log" in lab.said
    assert "2 more pairs of trials do so as well" in lab.said
    (folder / "all.log").unlink()
    lab.run()
    assert [lab.results(name) for name in ("first", "second", "third")] == [
        [["a"]],
        [["a", "b"]],
        [["a", "b", "c"]],
    ]


@pytest.mark.slow
def test_combinations_that_share_a_file_show_that_their_trials_do(folder):
    texts = THREE.replace("@trial(1, {})", '@trial(1, {"n": [1, 2]})').replace("():", "(n):")
    lab = Folder(
        folder, texts.replace('log("a")', 'log(f"a{n}")').replace('log("b")', 'log(f"b{n}")')
    )
    lab.run("--keep-going", status=1)
    (folder / "all.log").unlink()
    lab.run()
    assert lab.results("first") == [["a1"], ["a1", "a2"]]
    assert lab.results("second")[1] == ["a1", "a2", "b1", "b2"]
    assert lab.results("third")[1] == ["a1", "a2", "b1", "b2", "c", "c"]


@pytest.mark.slow
def test_parallel_combinations_may_share_files(folder):
    lab = Folder(folder, HIDDEN.replace('{"n"', '{"__parallel__": 2, "n"'))
    lab.run()
    assert len(lab.results("count")) == 3


def test_an_input_that_a_trial_declares_as_its_output_may_be_missing(folder):
    lab = Folder(folder, SHELL)
    lab.command("compile", "exp.py")
    assert "MLX619" not in lab.said
    lab.write(SHELL.replace("out/*.txt", "other/*.txt"))
    lab.command("compile", "exp.py")
    assert "MLX619" in lab.said


@pytest.mark.slow
def test_explain_foresees_outputs_that_come_back(folder):
    lab = Folder(folder, SHELL)
    lab.run()
    (folder / "out" / "1.txt").unlink()
    lab.command("explain", "exp.py")
    assert "1 combination come back from the store of results" in lab.said
    assert lab.run() == []
