import inspect
import json
import re
import textwrap
from pathlib import Path

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.diagnostics.about_notes import (
    AskedOrder,
    ObservedBetweenTrials,
    ObservedFile,
    SequentialTrial,
    SharedBetweenTrials,
    SharedFile,
    SharedOutput,
    WholeModule,
)
from mlx2smk.planning.planner import PlanOptions

TRIAL = """\
import tools
from mlx2smk import setup, trial, verify

{before}
@trial(1, {{"n": [1, 2]}})
def train(n):
{body}
"""
TOOLS = "def used(x):\n    return x\n\n\ndef last():\n    return SETUP['last']\n"
PARALLEL = ', or add "__parallel__": N if they need not see each other\'s updates'


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tools.py").write_text(TOOLS)


def notes(text, options=None):
    Path("exp.py").write_text(text)
    compiled = compile_experiments(["exp.py"], CompileOptions(plan=options or PlanOptions()))
    assert compiled.bundle is not None
    return tuple(found for found in compiled.diagnostics if found.severity == "note")


def of_body(*lines, before=""):
    body = "\n".join(f"    {line}" for line in lines)
    return notes(TRIAL.format(body=body, before=before))


def check(found, line, column, message, advice):
    (note,) = (item for item in found if isinstance(item, SequentialTrial))
    assert (note.span.line, note.span.column, note.severity) == (line, column, "note")
    assert note.message == f"the combinations of train run one after another: {message}"
    assert note.hint == advice + PARALLEL


OTHER_KEYS = "do without the read, or write other keys than those that are read"


def test_a_key_that_is_read_and_written():
    found = of_body('x = SETUP["acc"]', 'return {"context_update": {"acc": x + n, "b": 1}}')
    message = 'SETUP["acc"] is read here, and written at exp.py:8'
    check(found, 7, 9, message, OTHER_KEYS)
    assert len(found) == 1


def test_the_context_as_a_whole():
    found = of_body("x = dict(SETUP)", 'return {"context_update": {"acc": x}}')
    message = (
        "any key may be read here (SETUP is used as a whole), "
        'and SETUP["acc"] is written at exp.py:8'
    )
    check(found, 7, 14, message, 'read single keys, as in SETUP["key"]')


def test_an_update_with_computed_keys():
    found = of_body('return {"context_update": {f"k{n}": SETUP["lr"]}}')
    message = (
        'SETUP["lr"] is read here, and any key may be written at exp.py:7 (the key is computed)'
    )
    advice = 'write the update out, as in {"context_update": {"key": value}}'
    check(found, 7, 41, message, advice)


def test_a_clear_pair_is_named_rather_than_an_unclear_one():
    found = of_body(
        "x = list(SETUP)", 'y = SETUP["a"]', 'return {"context_update": {"a": x, "b": y}}'
    )
    check(found, 8, 9, 'SETUP["a"] is read here, and written at exp.py:9', OTHER_KEYS)


def test_a_seed():
    found = of_body('return {"context_update": {"seed": n}}')
    message = 'SETUP\'s seeds are applied before each, and SETUP["seed"] is written here'
    check(found, 7, 32, message, "update keys that are no seeds")


def test_a_read_in_a_helper():
    before = 'def helper():\n    return SETUP["a"]\n'
    found = of_body('return {"context_update": {"a": helper()}}', before=before)
    check(found, 5, 12, 'SETUP["a"] is read here, and written at exp.py:9', OTHER_KEYS)


def test_a_write_in_a_local_module():
    update = "def update(n):\n    return {'context_update': {'a': n}}\n"
    Path("tools.py").write_text(update)
    found = of_body('x = SETUP["a"]', "return tools.update(x)")
    check(found, 7, 9, 'SETUP["a"] is read here, and written at tools.py:2', OTHER_KEYS)


def test_what_hides_all_keys_is_named_before_what_it_hides():
    found = of_body('eval("SETUP")', 'return {"context_update": {"a": SETUP["a"]}}')
    message = 'any key may be read here (uses eval), and SETUP["a"] is written at exp.py:8'
    check(found, 7, 5, message, "refer to definitions by name where they are used")


@pytest.mark.parametrize(
    "lines",
    [
        ['return SETUP["a"]'],
        ['return {"context_update": {"a": SETUP["b"]}}'],
    ],
)
def test_independent_combinations_need_no_note(lines):
    assert of_body(*lines) == ()


def test_parallel_or_single_combinations_need_no_note():
    chained = TRIAL.format(before="", body='    return {"context_update": {"a": SETUP["a"]}}')
    assert notes(chained, PlanOptions(parallel=2)) == ()
    assert notes(chained.replace('"n": [1, 2]', '"n": [1]')) == ()


# ------------------------------------------------------------------ files


FILE_ADVICE = (
    'put a parameter into the file\'s name, or add "__parallel__": N if the combinations need not see '
    "each other's files"
)


def check_file(found, line, column, file, where="here"):
    (note,) = found
    assert isinstance(note, SharedFile)
    assert (note.span.line, note.span.column, note.severity) == (line, column, "note")
    message = f"the combinations of train run one after another: {file} is written {where}"
    assert (note.message, note.hint) == (message, FILE_ADVICE)


def test_a_file_that_all_combinations_write():
    check_file(of_body('open("a.csv")', 'with open("./a.csv", "a") as f: pass'), 8, 10, "a.csv")


def test_a_file_that_a_helper_writes():
    before = 'def helper():\n    open("a.csv", "w")\n'
    check_file(of_body("helper()", before=before), 5, 5, "a.csv")


def test_a_file_that_a_local_module_writes():
    Path("tools.py").write_text('def f():\n    open("a.csv", "w")\n')
    check_file(of_body("tools.f()"), 6, 5, "a.csv", "at tools.py:2")


def test_keys_come_before_files():
    update = 'return {"context_update": {"acc": SETUP["acc"]}}'
    (note,) = of_body('open("a.csv", "a")', update)
    assert isinstance(note, SequentialTrial)


@pytest.mark.parametrize(
    "body",
    ['open("a.csv")', 'open(f"{n}.csv", "w")', 'import os\n    open(os.devnull, "w")'],
)
def test_files_that_need_no_note(body):
    assert of_body(body) == ()


def test_one_at_a_time_is_noted_if_nothing_else_asks_for_it():
    asked = TRIAL.replace("[1, 2]", '[1, 2], "__parallel__": 1')
    (note,) = notes(asked.format(before="", body="    return n"))
    assert isinstance(note, AskedOrder)
    assert (note.span.line, note.span.column, note.severity) == (6, 5, "note")
    said = 'the combinations of train run one after another because "__parallel__" is 1'
    assert note.message == said
    assert note.hint == 'remove "__parallel__" to run them in parallel'
    (note,) = notes(asked.format(before="", body='    open("a", "w")'))
    assert isinstance(note, SharedFile)


TWO = """\
from mlx2smk import trial

@trial(1, {{}})
def first():
    {first}

@trial({order}, {{}})
def then():
    {then}
"""


def of_two(first, then, order=1):
    return notes(TWO.format(first=first, then=then, order=order))


def test_trials_of_one_order_that_share_a_file():
    (note,) = of_two('open("a", "w")', 'return open("./a")')
    assert isinstance(note, SharedBetweenTrials)
    assert (note.span.line, note.span.column, note.severity) == (9, 12, "note")
    assert note.message == "then runs after first: a is read here, and written at exp.py:5"
    assert note.hint == "if they need not share it, use another file in one of them"
    (note,) = of_two('open("a")', 'return open("a", "w")')
    assert note.message == "then runs after first: a is written here, and read at exp.py:5"


def test_trials_that_run_in_order_anyway_or_share_nothing():
    assert of_two('open("a", "w")', 'return open("a")', order=2) == ()
    assert of_two('open("a", "w")', 'return open("b")') == ()


def test_a_trial_gets_one_note_on_files_however_many_share_them():
    third = '\n@trial(1, {})\ndef last():\n    return open("a")\n'
    found = notes(TWO.format(first='open("a", "w")', then='open("a", "w")', order=1) + third)
    assert [note.message.partition(":")[0] for note in found] == [
        "then runs after first",
        "last runs after first",
    ]


def evidence(**changes):
    plain = {"format": "mlx2smk-order", "version": 1, "trials": {}, "pairs": []}
    Path(".mlx/order").mkdir(parents=True)
    Path(".mlx/order/exp.json").write_text(json.dumps({**plain, **changes}))


def test_a_file_that_combinations_were_seen_to_share():
    evidence(trials={"train": {"file": "counter.txt", "combinations": ["n=1", "n=2"]}})
    (note,) = of_body("return n")
    assert isinstance(note, ObservedFile)
    assert (note.span.line, note.span.column, note.severity) == (6, 5, "note")
    assert note.message == (
        "the combinations of train run one after another: "
        "in an earlier run n=1 and n=2 shared counter.txt"
    )
    assert note.hint == (
        'to run them in parallel again, add "__parallel__": N to the trial, or delete .mlx/order/exp.json'
    )


def test_a_file_that_trials_were_seen_to_share():
    evidence(pairs=[{"first": "first", "then": "then", "file": "x.csv"}])
    (note,) = of_two("return 1", "return 2")
    assert isinstance(note, ObservedBetweenTrials)
    assert (note.span.line, note.span.column, note.severity) == (8, 5, "note")
    assert note.message == "then runs after first: in an earlier run they shared x.csv"
    assert note.hint == "to run them in parallel again, delete .mlx/order/exp.json"


def test_what_was_seen_needs_no_note_where_it_changes_nothing():
    evidence(
        trials={"train": {"file": "a", "combinations": ["n=1", "n=2"]}},
        pairs=[{"first": "first", "then": "then", "file": "x.csv"}],
    )
    assert notes(TRIAL.format(before="", body="    return n"), PlanOptions(parallel=2)) == ()
    assert of_two("return 1", "return 2", order=2) == ()


@pytest.mark.parametrize("kind", [AskedOrder, SharedFile, SharedBetweenTrials])
def test_examples_of_notes_on_order(kind):
    head = "import pandas\nfrom mlx2smk import trial\n"
    blocks = re.findall(
        r"(For example|Use instead).*:\n\n((?:    .*\n|\n)+)", inspect.getdoc(kind) + "\n"
    )
    assert [title for title, _ in blocks] == ["For example", "Use instead"]
    for title, block in blocks:
        found = notes(head + textwrap.dedent(block))
        assert any(isinstance(note, kind) for note in found) == (title == "For example")


# ------------------------------------------------------------------ whole modules


def test_a_module_used_as_an_object():
    (note,) = of_body("return str(tools)")
    assert isinstance(note, WholeModule)
    assert (note.span.line, note.span.column) == (7, 16)
    reason = "the module tools is used as an object"
    assert note.message == f"any edit of tools.py runs train again: {reason}"


EACH = """\
import importlib
from mlx2smk import trial


@trial(1, {{"name": ["a", "b"], "n": [1, 2]}})
def served(name, n):
    return {used}(importlib.import_module({module}))
"""


@pytest.mark.parametrize(
    ("module", "runs"),
    [
        ('f"plug_{name}"', "some combinations of served"),  # each has the module of its name
        ("f\"plug_{n and 'a'}\"", "served"),
        ('"plug_a"', "served"),
        ("f\"plug_{'a' if name else n}\"", "served"),
    ],
)
def test_modules_of_which_only_some_combinations_have_all(module, runs):
    for name in "ab":
        Path(f"plug_{name}.py").write_text("def used(x):\n    return x\n")
    (note,) = (
        item
        for item in notes(EACH.format(used="str", module=module))
        if isinstance(item, WholeModule)
    )
    assert f" runs {runs} again: " in note.message


def test_a_name_looked_up_in_a_local_module():
    Path("tools.py").write_text("def used(x):\n    return eval(x)\n")
    found = of_body('return tools.used("1")')
    (note,) = (item for item in found if isinstance(item, WholeModule))
    assert (note.span.line, note.span.column) == (6, 5)
    assert note.message == "any edit of tools.py runs train again: uses eval at tools.py:2"


def test_one_note_a_function_however_many_reasons():
    found = of_body("str(tools)", "eval('1')", "return globals()")
    (note,) = (item for item in found if isinstance(item, WholeModule))
    assert "exp.py" in note.message
    assert "tools.py" in note.message


@pytest.mark.parametrize(
    ("count", "files"),
    [
        (3, "exp.py or m0.py or m1.py or m2.py"),
        (9, "exp.py, m0.py, m1.py or one of 7 other files"),
    ],
)
def test_of_many_modules_the_first_are_named(count, files):
    for number in range(count):
        Path(f"m{number}.py").write_text("")
    imports = "\n".join(f"import m{number}" for number in range(count))
    text = f"from mlx2smk import trial\n{imports}\n@trial(1, {{}})\ndef t():\n    import gc\n    return gc.get_objects()\n"
    (note,) = (item for item in notes(text) if isinstance(item, WholeModule))
    assert note.message == f"any edit of {files} runs t again: uses gc.get_objects"


def test_one_note_a_cause_however_many_functions():
    Path("tools.py").write_text("def used(x):\n    return eval(x)\n")
    trials = "".join(
        f"@trial({n}, {{'n': [1, 2]}})\ndef t{n}(n):\n    return tools.used('1')\n\n"
        for n in range(1, 6)
    )
    text = f"from mlx2smk import trial\nimport tools\n\n{trials}"
    own = "@trial(9, {'n': [1]})\ndef other(n):\n    return eval('n')\n"
    first, second = (note for note in notes(text + own) if isinstance(note, WholeModule))
    counted = "t1, t2, t3 and 2 more (5 functions with 10 combinations)"
    assert first.message == f"any edit of tools.py runs {counted} again: uses eval at tools.py:2"
    assert first.span.line == 5
    assert second.message.endswith("runs other again: uses eval")


def test_two_functions_of_one_cause_are_both_named():
    text = (
        "from mlx2smk import trial, verify\n\n"
        "def helper():\n    return eval('1')\n\n"
        "@trial(1, {})\ndef t():\n    return helper()\n\n"
        "@verify(['t'])\ndef check(results):\n    return helper() and results['t']\n"
    )
    (note,) = (note for note in notes(text) if isinstance(note, WholeModule))
    assert "runs t and check (2 functions with 1 combination) again" in note.message


def test_notes_of_setups_and_verifications():
    text = (
        "from mlx2smk import setup, trial, verify\n\n"
        "@verify(['t'])\ndef check(results):\n    return eval('1')\n\n"
        "@setup()\ndef init():\n    return eval('{}')\n\n"
        "@trial(1, {})\ndef t():\n    return 1\n"
    )
    assert [note.span.line for note in notes(text)] == [5, 9]


def test_an_output_of_all_combinations():
    text = TRIAL.format(before="", body="    return n")
    (note,) = notes(text.replace("[1, 2]}", '[1, 2]}, outputs=["model.bin"]'))
    assert isinstance(note, SharedOutput)
    assert (note.span.line, note.severity) == (6, "note")
    assert notes(text.replace("[1, 2]}", '[1, 2]}, outputs=["model-{n}.bin"]')) == ()
