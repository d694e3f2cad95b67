"""What `mlx compile` prints: everything on a terminal, one line in a pipe, nothing with `-q`."""

import sys

import pytest

from mlx2smk.cli import main

EXPERIMENT = """from mlx2smk import SETUP, setup, trial, verify
@setup()
def init(): return {"a": 1}
@trial(1, {"n": [1, 2, 3], "m": ["x", "y"]})
def grid(n, m): return n
@trial(2, {"n": [1, 2]})
def chain(n): return {"context_update": {"b": SETUP.get("b", 0) + n}}
@trial(3, {"n": [1, 2], "__parallel__": 2})
def two(n): return n
@trial(3, {})
def one(): return 1
@verify(["grid", "one"])
def check(results): return True
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT)


def test_a_person_is_told_what_was_found_and_what_will_run(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["compile", "exp.py"]) == 0
    first, *rows, last = capsys.readouterr().out.splitlines()
    assert first == "exp.py"
    assert [row.split("  ")[1] for row in rows] == ["init", "grid", "chain", "two", "one", "check"]
    said = " ".join(row.strip() for row in rows)
    assert "trial, 6 combinations (3 n x 2 m), side by side" in said
    assert "trial, 2 combinations, one after another" in said
    assert "trial, 2 combinations, at most 2 side by side" in said
    assert "trial, 1 combination, alone" in said
    assert "verifies grid, one" in said
    assert "6 of 6 run" in said or "6 combinations" in said
    assert last == "next: snakemake -j8 (what will run, and why: mlx explain exp.py)"


def test_the_next_command_enters_the_folder(monkeypatch, capsys):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert main(["compile", "exp.py", "-d", "a folder"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("next: cd 'a folder' && snakemake -j8 (")
    assert last.endswith(": mlx explain exp.py -d 'a folder')")


def test_a_pipe_gets_a_line_and_quiet_nothing(capsys):
    assert main(["compile", "exp.py"]) == 0
    assert capsys.readouterr().out == "exp.py: grid (6), chain (2), two (2), one (1)\n"
    assert main(["compile", "exp.py", "-q"]) == 0
    assert capsys.readouterr().out == ""
