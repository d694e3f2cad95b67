"""Plans and records that are not what their schemas say: one message that says where, no traceback."""

import copy
import functools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mlx2smk import cli
from mlx2smk.cli import main
from mlx2smk.diagnostics.about_folder import MalformedFile
from mlx2smk.planning.plan_reading import OtherVersionError, from_json

EXPERIMENT = """\
from mlx2smk import setup, trial, verify

@setup()
def init():
    return {"a": 1}

@trial(1, {"n": [1, 2]}, inputs=["exp.py"])
def train(n):
    if n == 2:
        raise ValueError(n)
    return SETUP["a"]

@verify(["train"])
def check(results):
    return True
"""
PLAN = Path("workflow/experiments/exp/plan.json")
RUN = Path("results/exp/runs/train/n~1.json")
SETUP = Path("results/exp/setup/init.json")
VERDICT = Path("results/exp/verify/check.json")
COLLECTED = Path("results/exp/trials/train.json")
CONTEXT = Path("results/exp/context/train.json")
MADE = {"code": "c", "context": {"a": "d"}, "environment": [None, None]}
OBSERVED = [[{"files": {"data.csv": "e"}, "packages": {"numpy": ["numpy", "2"]}}, [0]]]
ONE = {"success": True, "result": 1, "params": {"n": 1}, "duration": 0.1, "log": "l"}
RECORDS = {
    RUN: {
        "version": 1,
        "digest": "d",
        "scheduled": "s",
        "made_from": {**MADE, "inputs": {}, "python": [], "chained": False, "previous": None},
        "observed": OBSERVED,
        "keys": ["aabb"],
        "state": {},
        "runs": [ONE],
    },
    SETUP: {
        "version": 1,
        "digest": "d",
        "scheduled": "s",
        "made_from": MADE,
        "observed": OBSERVED,
        "returned": {"a": 1},
        "duration": 0.1,
        "log": "l",
    },
    VERDICT: {
        "verdict": "supports",
        "duration": 0.1,
        "log": "l",
        "scheduled": "s",
        "made_from": {**MADE, "trials": {"train": "t"}},
        "observed": OBSERVED,
    },
    COLLECTED: [ONE],
    CONTEXT: {"a": 1},
}
COMMANDS = {
    "compile": ["compile", "exp.py"],
    "explain": ["explain", "exp.py"],
    "gc": ["gc", "--dry-run"],
    "retry": ["retry", "--dry-run"],
}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("original")
    (folder / "exp.py").write_text(EXPERIMENT)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.delenv("MLX_PARALLEL", raising=False)
        assert main(["compile", "exp.py"]) == 0
    for path, record in RECORDS.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        # In lines as the worker writes them: all but the runs in the first.
        text = json.dumps(record).replace(', "runs"', ',\n"runs"')
        (folder / path).write_text(text)
    return folder


@pytest.fixture(autouse=True)
def _folder(original, tmp_path, monkeypatch):
    shutil.copytree(original, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv("MLX_PARALLEL", raising=False)


def changed(path, steps, new):
    """Write the document with what is at the place replaced, or removed where new is Ellipsis."""
    document = copy.deepcopy(json.loads(path.read_text()))
    if not steps:
        document = new
    else:
        inner = document
        for step in steps[:-1]:
            inner = inner[step]
        if new is ...:
            del inner[steps[-1]]
        else:
            inner[steps[-1]] = new
    path.write_text(json.dumps(document))


def said(capsys, command, code=1):
    capsys.readouterr()
    assert main(COMMANDS[command]) == code
    return capsys.readouterr().err


def check_said(text, path, where):
    """Expect one message about the file and the place in it, and what to do."""
    assert text.count(MalformedFile.code) == text.count("MLX") == 1, text
    assert text.startswith(f"{path}: {MalformedFile.code} this is not as mlx writes it: {where}: ")
    assert "hint: delete it" in text


def test_what_is_right_is_read(capsys):
    for command in COMMANDS:
        assert said(capsys, command, 0) == ""


WRONG_PLANS = [
    ((), [], "$"),
    ((), None, "$"),
    ((), "text", "$"),
    (("format",), "other", "$.format"),
    (("version",), "1", "$.version"),
    (("version",), ..., "$"),
    (("trials",), ..., "$"),
    (("trials",), {}, "$.trials"),
    (("trials",), [1], "$.trials[0]"),
    (("trials",), [[]], "$.trials[0]"),
    (("stream_all",), "no", "$.stream_all"),
    (("source",), 1, "$.source"),
    (("conda",), 1, "$.conda"),
    (("batch",), "3", "$.batch"),
    (("more",), 1, "$"),
    (("trials", 0, "jobs"), ..., "$.trials[0]"),
    (("trials", 0, "jobs", 0), "a b c", "$.trials[0].jobs[0]"),
    (("trials", 0, "jobs", 0), 1, "$.trials[0].jobs[0]"),
    (("trials", 0, "chained"), 0, "$.trials[0].chained"),
    (("trials", 0, "order"), "1", "$.trials[0].order"),
    (("trials", 0, "parameters"), [["n"]], "$.trials[0].parameters[0]"),
    (("trials", 0, "parameters"), [["n", [1]]], "$.trials[0].parameters[0][1][0]"),
    (("trials", 0, "parameters"), [["n", ["__import__('os').getpid()"]]], "$"),
    (("trials", 0, "parameters"), [["n", ["().__class__"]]], "$"),
    (("trials", 0, "resources"), [["mem_mb", None]], "$.trials[0].resources[0][1]"),
    (("trials", 0, "reads"), "a", "$.trials[0].reads"),
    (("trials", 0, "more"), 1, "$.trials[0]"),
    (("setups", 0, "name"), ["init"], "$.setups[0].name"),
    (("setups", 0, "modules"), [{}], "$.setups[0].modules[0]"),
    (("setups", 0, "line"), True, "$.setups[0].line"),
    (("verifications", 0, "all_trials"), ..., "$.verifications[0]"),
    (("verifications", 0, "depends"), {"train": 1}, "$.verifications[0].depends"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("steps", "new", "where"), WRONG_PLANS)
def test_a_plan_that_is_none(capsys, command, steps, new, where):
    changed(PLAN, steps, new)
    check_said(said(capsys, command), PLAN, where)


@pytest.mark.parametrize(("steps", "new", "where"), WRONG_PLANS)
def test_reading_a_wrong_plan_raises_only_valueerror(steps, new, where):
    changed(PLAN, steps, new)
    with pytest.raises(ValueError, match=r"."):
        from_json(PLAN.read_text())
    assert where


NO_JSON = {
    "empty": (b"", "line 1, column 1"),
    "truncated": (b'{"format": "mlx2smk-plan",\n "version": 1,\n "trials": [', "line 3, column 13"),
    "not UTF-8": (b'{"format": "\xff"}', "the text"),
    "deep": (b"[" * 100_000, "the text"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("what", NO_JSON)
def test_a_plan_that_is_no_json(capsys, command, what):
    data, where = NO_JSON[what]
    PLAN.write_bytes(data)
    check_said(said(capsys, command), PLAN, where)


@pytest.mark.parametrize("command", ["gc", "retry"])
def test_a_plan_of_another_version(capsys, command):
    changed(PLAN, ["version"], 2)
    text = said(capsys, command)
    check_said(text, PLAN, "$.version")
    assert (
        "2, so this is not a plan of version 1: a later mlx2smk wrote it, and can read it\n" in text
    )
    assert "run mlx compile again" in text


def test_compiling_again_mends_a_plan_of_another_version():
    changed(PLAN, ["version"], 2)
    with pytest.raises(OtherVersionError, match="not a plan of version 1"):
        from_json(PLAN.read_text())
    PLAN.unlink()
    assert main(["compile", "exp.py"]) == 0
    assert main(["retry", "-n"]) == 0


def test_compile_lists_it_with_other_mistakes_and_writes_nothing(capsys):
    changed(PLAN, ["trials"], 1)
    before = PLAN.read_text()
    Path("other.py").write_text("import nothing_here\n")
    capsys.readouterr()
    assert main(["compile", "other.py", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {each["path"] for each in found} == {str(PLAN), "other.py"}
    assert PLAN.read_text() == before


def test_the_plan_of_a_dropped_experiment(capsys):
    Path("b.py").write_text(EXPERIMENT)
    assert main(["compile", "--only", "b.py"]) == 0
    (path,) = Path(".mlx/dropped").glob("*.json")
    changed(path, ["trials"], {})
    text = said(capsys, "gc")
    check_said(text, path, "$.trials")
    assert "deleted too by the next mlx gc" in text


def test_messages_for_programs(capsys):
    changed(RUN, ["runs"], {})
    capsys.readouterr()
    assert main(["explain", "exp.py", "--format", "json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["code"], found["path"]) == (MalformedFile.code, str(RUN))
    assert found["message"].endswith("$.runs: {} is not of type 'array'")


def test_a_large_value_is_not_shown_as_a_whole(capsys):
    changed(PLAN, ["trials"], {"x" * 1000: 1})
    text = said(capsys, "retry")
    assert "…" in text
    assert "is not of type 'array'" in text
    assert len(text) < 400


WRONG_RECORDS = [
    (RUN, (), [], "$", ("explain", "gc", "retry")),
    (RUN, ("runs",), {}, "$.runs", ("explain", "gc", "retry")),
    (RUN, ("runs",), [1], "$.runs[0]", ("explain", "gc", "retry")),
    (RUN, ("runs", 0, "success"), ..., "$.runs[0]", ("explain", "gc", "retry")),
    (RUN, ("runs", 0, "success"), "no", "$.runs[0]", ("explain", "gc", "retry")),
    (RUN, ("runs", 0, "params"), [1], "$.runs[0].params", ("explain", "gc", "retry")),
    (RUN, ("runs", 0, "params"), ..., "$.runs[0]", ("explain",)),
    (RUN, ("runs", 0, "duration"), "1 s", "$.runs[0].duration", ("explain", "gc", "retry")),
    (RUN, ("runs", 0, "duration"), ..., "$.runs[0]", ("explain",)),
    (RUN, ("keys",), "aabb", "$.keys", ("explain", "gc", "retry")),
    (RUN, ("keys",), [1], "$.keys[0]", ("explain", "gc", "retry")),
    (RUN, ("made_from",), [], "$.made_from", ("explain", "gc", "retry")),
    (RUN, ("made_from", "code"), 1, "$.made_from.code", ("explain", "gc", "retry")),
    (RUN, ("made_from", "context"), [], "$.made_from.context", ("explain", "gc", "retry")),
    (RUN, ("made_from", "inputs"), 1, "$.made_from.inputs", ("explain", "gc", "retry")),
    (RUN, ("observed",), {}, "$.observed", ("explain", "gc", "retry")),
    (RUN, ("observed",), [1], "$.observed[0]", ("explain", "gc", "retry")),
    (RUN, ("observed", 0, 0), [], "$.observed[0][0]", ("explain", "gc", "retry")),
    (RUN, ("observed", 0, 1), ["0"], "$.observed[0][1][0]", ("explain", "gc", "retry")),
    (RUN, ("observed", 0, 0, "files"), 1, "$.observed[0][0].files", ("explain", "gc", "retry")),
    (
        RUN,
        ("observed", 0, 0, "packages"),
        {"numpy": ["numpy"]},
        "$.observed[0][0].packages.numpy",
        ("explain",),
    ),
    (SETUP, (), [1], "$", ("explain", "gc")),
    (SETUP, ("returned",), [], "$.returned", ("explain", "gc")),
    (SETUP, ("duration",), None, "$.duration", ("explain", "gc")),
    (SETUP, ("made_from", "code"), [], "$.made_from.code", ("explain", "gc")),
    (VERDICT, (), "supports", "$", ("explain", "gc", "retry")),
    (VERDICT, ("made_from", "trials"), [], "$.made_from.trials", ("explain", "gc", "retry")),
    (VERDICT, ("observed",), None, "$.observed", ("explain", "gc", "retry")),
    (COLLECTED, (), {}, "$", ("explain",)),
    (COLLECTED, (0,), [], "$[0]", ("explain",)),
    (COLLECTED, (0, "success"), 1, "$[0]", ("explain",)),
    (COLLECTED, (0, "params"), ..., "$[0]", ("explain",)),
    (CONTEXT, (), [], "$", ("explain",)),
]


@pytest.mark.parametrize(("path", "steps", "new", "where", "commands"), WRONG_RECORDS)
def test_a_record_that_is_none(capsys, path, steps, new, where, commands):  # noqa: PLR0913, PLR0917
    changed(path, steps, new)
    for command in commands:
        check_said(said(capsys, command), path, where)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("what", NO_JSON)
def test_a_record_that_is_no_json(capsys, path, what):
    path.write_bytes(NO_JSON[what][0])
    where = NO_JSON[what][1]
    check_said(said(capsys, "explain"), path, where)


@pytest.mark.slow
def test_every_place_of_every_record_with_every_type(monkeypatch):
    """No command has a traceback, whatever stands anywhere; those that can go on do."""
    # A parser is made once: making it takes a third of what these thousands of short commands take.
    monkeypatch.setattr(cli, "command_line", functools.cache(cli.command_line))
    for path, record in RECORDS.items():
        before = path.read_text()
        for steps in places(record):
            for new in (None, 1, "x", [], {}, [1], [[]], {"x": 1}, ...):
                changed(path, steps, new)
                for command in ("explain", "gc", "retry"):
                    assert main(COMMANDS[command]) in (0, 1)
                path.write_text(before)


def places(value, steps=()):
    """Yield where all parts of a document are."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in inner if isinstance(value, dict | list) else ():
        yield (*steps, key)
        if isinstance(item, dict | list):
            yield from places(item, (*steps, key))


def test_what_cannot_be_opened_is_said(capsys):
    PLAN.unlink()
    PLAN.mkdir()
    for command in ("gc", "retry"):
        assert said(capsys, command).startswith(f"mlx: {PLAN}: Is a directory (move away")


def test_nobody_loads_the_validator_where_all_is_well():
    code = (
        "import sys; from mlx2smk.cli import main; status = main(sys.argv[1:]);"
        "print({'jsonschema', 'referencing', 'yaml', 'snakemake'} & sys.modules.keys(), status)"
    )
    for command in COMMANDS.values():
        done = subprocess.run(
            [sys.executable, "-c", code, *command], capture_output=True, text=True, check=True
        )
        assert done.stdout.splitlines()[-1] == "set() 0"
