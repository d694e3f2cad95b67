"""Random inputs, a little wrong: whatever they are, commands end with a message and never with a traceback.

$MLX_RANDOM_EXAMPLES is how many of each kind to try, new ones each time if it is set.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from mlx2smk.cli import main
from mlx2smk.diagnostics.fault import WrongUsageError
from mlx2smk.results.where import predicate
from mlx2smk.runtime.segments import line_of
from mlx2smk.runtime.store import Store
from tests.results.test_where import TABLE
from tests.support import fuzzed_grammar, fuzzed_inputs
from tests.support.without_snakemake import BundledWorker, Executor

MANY = int(os.environ.get("MLX_RANDOM_EXAMPLES", "0"))
TEXTS = fuzzed_inputs.texts_of_experiments()
EXPERIMENT = """
from decorators import setup, trial, verify

@setup()
def init():
    return {"base": 1}

@trial(1, {"n": [1, 2]}, inputs=["exp.py"])
def t(n):
    if n == 2:
        raise ValueError("two")
    return {"a": SETUP["base"], "context_update": {"k": n}}

@verify(["t"])
def check(results):
    return "k" in SETUP
"""
COMMANDS = [
    ["results"],
    ["status"],
    ["explain", "exp.py"],
    ["results", "--failed"],
    ["compile", "exp.py"],
]
COMMANDS += [["log", "t", "n=1"], ["retry", "-n"], ["gc", "--dry-run"], ["history"], ["diff"]]
NAMES = [["results"], ["status"], ["log"], ["log", "t"], ["repro"], ["repro", "t"], ["retry", "-n"]]
NAMES += [
    ["gc", "--dry-run"],
    ["history"],
    ["diff"],
    ["explain"],
    ["check"],
    ["results", "--where"],
]


def fuzzed(examples):
    """Return settings for so many examples, or as many as asked for."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(
        max_examples=MANY or examples,
        deadline=None,
        suppress_health_check=checks,
        derandomize=not MANY,
        database=None,
        print_blob=True,
        phases=[Phase.generate, *([Phase.shrink] if MANY else [])],
    )


def quietly(words):
    """Run a command; return its exit code, and what it said on standard error."""
    said, shown = io.StringIO(), io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace")
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(said):
        try:
            return main(words), said.getvalue()
        except SystemExit as stop:
            return stop.code, said.getvalue()


def ends_well(words):
    """Run a command, which may only exit as it should; any exception is a failure of the test."""
    code, said = quietly(words)
    assert code in (0, 1, 2), said
    assert "Traceback" not in said


@pytest.mark.slow
@given(text=fuzzed_inputs.edited_texts(TEXTS))
@fuzzed(60)
def test_texts_of_experiments(tmp_path, text):
    file = tmp_path / "exp.py"
    file.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
    ends_well(["check", str(file)])


@pytest.mark.slow
@given(text=fuzzed_inputs.edited_programs(TEXTS))
@fuzzed(80)
def test_programs(tmp_path, text):
    file = tmp_path / "exp.py"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    ends_well(["check", str(file)])


@pytest.mark.slow
@given(text=fuzzed_grammar.experiments())
@fuzzed(80)
def test_all_forms_of_syntax(tmp_path, text):
    file = tmp_path / "exp.py"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    ends_well(["compile", str(file), "--directory", str(tmp_path / "compiled")])


@given(text=fuzzed_inputs.expressions())
@fuzzed(400)
def test_expressions_of_where(text):
    try:
        holds = predicate(text, TABLE)
    except WrongUsageError:
        return
    for line in TABLE.lines:
        assert holds(line) in (True, False)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with results."""
    folder = tmp_path_factory.mktemp("made")
    before = Path.cwd()
    os.chdir(folder)
    try:
        (folder / "exp.py").write_text(EXPERIMENT)
        assert main(["compile", "exp.py"]) == 0
        Executor(folder, BundledWorker()).run()
        yield folder
    finally:
        os.chdir(before)


@pytest.mark.slow
@given(data=st.data())
@fuzzed(60)
def test_plans_and_records(made, monkeypatch, data):
    monkeypatch.chdir(made)
    plan = made / "workflow/experiments/exp/plan.json"
    profile = made / "workflow/profiles/default/config.yaml"
    records = sorted((made / "results").rglob("*.json")) + sorted((made / ".mlx").rglob("*.json"))
    path = data.draw(st.sampled_from([plan, plan, profile, *records]))
    text = path.read_text(encoding="utf-8")
    kind = (
        fuzzed_inputs.edited_documents
        if path != profile and data.draw(st.booleans())
        else fuzzed_inputs.edited_texts
    )
    new = data.draw(kind(fuzzed_inputs.Texts([text])))
    others = {p: p.read_bytes() for p in (made / "workflow").rglob("*") if p.is_file()}
    try:
        path.write_text(new, encoding="utf-8", errors="surrogatepass")
        ends_well(data.draw(st.sampled_from(COMMANDS)))
    finally:
        path.write_text(text, encoding="utf-8")
        for other, content in others.items():
            other.write_bytes(content)


@pytest.mark.slow
@given(name=st.sampled_from(NAMES), words=fuzzed_grammar.words())
@fuzzed(80)
def test_words_of_commands(made, monkeypatch, name, words):
    monkeypatch.chdir(made)
    ends_well([*name, *words])


@given(data=st.data())
@fuzzed(150)
def test_entries_of_the_store(tmp_path, data):
    """Lines whose checksum is right, with any entry: what comes back is a run, or nothing."""
    key = "k" * 64
    run = {"success": True, "result": 1, "params": {"n": 1}, "duration": 0.1, "log": "a"}
    observed = {"read": [["a", "b"]], "made": {"a": "b"}, "variables": {"A": None}}
    entry = {"code": "c", "run": run, "output": "text", "outputs": {"a": "b"}, "observed": observed}
    failed = {"code": "c", "failed_in": "../results/x.json", "output": "text"}
    new = json.loads(
        data.draw(fuzzed_inputs.edited_documents([json.dumps(entry), json.dumps(failed)]))
    )
    shutil.rmtree(tmp_path / "store", ignore_errors=True)
    store = Store(str(tmp_path / "store"), "exp/t", "code", unpacked=True)
    segment = store._own("results/exp/runs/t/0.json")
    try:
        line = line_of(key, new)
    except (AttributeError, TypeError):
        return  # no writer makes it
    segment.append(line)
    for found in store.candidates(key, "results/exp/runs/t/0.json"):
        assert isinstance(found.run, dict)
        assert isinstance(found.outputs, dict)


@pytest.mark.parametrize(
    "classes",
    [
        "class n(n): pass",
        "class a(b): pass\nclass b(a): pass",
        "import enum\nclass n(n, enum.Enum): pass",
        "class n(n.m): pass",
        "class a(b): pass\nclass b(a): pass\nclass c(a): x = a()",
    ],
)
def test_classes_that_are_their_own_bases(tmp_path, classes):
    file = tmp_path / "exp.py"
    file.write_text(
        f"from decorators import trial\n{classes}\n\n@trial(1, {{}})\ndef t():\n    return 1\n"
    )
    ends_well(["check", str(file)])
