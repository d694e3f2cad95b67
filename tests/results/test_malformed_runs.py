"""Runs and verdicts that are not what their schemas say, in records of the current code: one message, no traceback."""

import functools
import json
from pathlib import Path

import pytest

from mlx2smk import cli
from mlx2smk.cli import main
from tests.results.test_malformed import changed, check_said, places
from tests.support.without_snakemake import BundledWorker, Executor

EXPERIMENT = """\
from mlx2smk import trial, verify

@trial(1, {"n": [1, 2]})
def t(n):
    if n == 2:
        raise ValueError("two")
    return {"a": n}

@verify(["t"])
def check(results):
    return 1 / 0
"""
GOOD, BAD = Path("results/exp/runs/t/n~1.json"), Path("results/exp/runs/t/n~2.json")
VERDICT = Path("results/exp/verify/check.json")
COMMANDS = [["results"], ["results", "--failed"], ["status"], ["log", "t", "n=1"]]
COMMANDS += [["log", "t", "n=2"], ["retry", "-n"], ["explain", "exp.py"]]


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLX_PARALLEL", raising=False)
    # A parser is made once: making it takes a third of what these hundreds of short commands take.
    monkeypatch.setattr(cli, "command_line", functools.cache(cli.command_line))
    Path("exp.py").write_text(EXPERIMENT)
    assert main(["compile", "exp.py"]) == 0
    Executor(tmp_path, BundledWorker()).run()


@pytest.mark.slow
@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("path", [GOOD, BAD, VERDICT], ids=["good", "bad", "verdict"])
def test_every_place_with_every_type(path):
    before = path.read_text()
    parts = ("runs", "verdict", "error", "type", "traceback", "log")
    wrong = [steps for steps in places(json.loads(before)) if steps[0] in parts]
    for steps in wrong:
        for new in (None, 1, "x", [], {}, [1], {"x": 1}, ...):
            changed(path, steps, new)
            for command in COMMANDS:
                assert main(command) in (0, 1)
            path.write_text(before)
    assert ("runs", 0, "params", "n") in wrong or ("verdict",) in wrong


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("command", "path", "steps", "new"),
    [
        ("results", GOOD, ("runs", 0, "params"), ...),
        ("status", GOOD, ("runs", 0, "duration"), ...),
        ("results", GOOD, ("runs", 0, "result"), ...),
        ("results", GOOD, ("runs", 0, "log"), 1),
        ("results", BAD, ("runs", 0, "error"), None),
        ("results", BAD, ("runs", 0, "type"), []),
        ("status", BAD, ("runs", 0, "return_code"), "1"),
        ("status", BAD, ("runs", 0, "traceback"), None),
        ("status", VERDICT, ("verdict",), []),
        ("status", VERDICT, ("verdict",), ...),
        ("status", VERDICT, ("error",), 1),
    ],
)
def test_one_message_names_the_place(capsys, command, path, steps, new):
    changed(path, steps, new)
    where = "$"  # of what is wrong, or lacks a part
    for step in steps[:-1] if new is ... else steps:
        where += f"[{step}]" if isinstance(step, int) else f".{step}"
    capsys.readouterr()
    assert main([command]) == 1
    check_said(capsys.readouterr().err, path, where)
