from pathlib import Path

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.messages.notes import SequentialTrial, WholeModule
from mlx2smk.planner import PlanOptions

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
    return compiled.diagnostics


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
    found = of_body('eval("1")', 'return {"context_update": {"a": SETUP["a"]}}')
    message = "any key may be read here (uses eval), and any key may be written here (uses eval)"
    check(found, 7, 5, message, "name what is needed where it is used")


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


# ------------------------------------------------------------------ whole modules


def test_a_module_used_as_an_object():
    (note,) = of_body("return str(tools)")
    assert isinstance(note, WholeModule)
    assert (note.span.line, note.span.column) == (7, 16)
    reason = "the module tools is used as an object"
    assert note.message == f"any edit of tools.py runs train again: {reason}"


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


def test_notes_of_setups_and_verifications():
    text = (
        "from mlx2smk import setup, trial, verify\n\n"
        "@verify(['t'])\ndef check(results):\n    return eval('1')\n\n"
        "@setup()\ndef init():\n    return eval('{}')\n\n"
        "@trial(1, {})\ndef t():\n    return 1\n"
    )
    assert [note.span.line for note in notes(text)] == [5, 9]
