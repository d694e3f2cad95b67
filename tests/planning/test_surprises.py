"""What runs did that no analysis foresaw counts from the next compile on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from mlx2smk.analysis import analyse_files
from mlx2smk.analysis.modules import MemoryFiles
from mlx2smk.analysis.used import UsedName
from mlx2smk.cli import main
from mlx2smk.diagnostics.about_notes import ObservedKeys
from mlx2smk.diagnostics.source import Source
from mlx2smk.language.keys import ANY, NO_KEYS, Keys
from mlx2smk.language.parser import parse
from mlx2smk.planning.surprises import learn, read_surprises, widened
from tests.support.handmade_experiments import analysis, experiment, found, trial, verify

NUMBERS = {"n": [1, 2]}


def kept(folder, name, text):
    path = folder / ".mlx" / "unforeseen" / "exp" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")


def surprise(function, **seen):
    return {"format": "mlx2smk-unforeseen", "version": 1, "function": function, **seen}


def test_records_add_up(tmp_path):
    kept(tmp_path, "a", surprise("t", reads=["x"]))
    kept(tmp_path, "b", surprise("t", reads=["y"], writes=["z"]))
    kept(tmp_path, "c", surprise("u", reads=None))
    kept(tmp_path, "d", surprise("check", results=["t"]))
    seen = read_surprises(tmp_path, "exp")
    assert (seen["t"].reads, seen["t"].writes) == (Keys.of("x", "y"), Keys.of("z"))
    assert (seen["u"].reads, seen["u"].writes) == (ANY, NO_KEYS)
    assert seen["check"].results == Keys.of("t")
    assert not read_surprises(tmp_path, "other")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "mlx2smk-unforeseen", "version": 2, "function": "t", "reads": null}',
        '{"format": "mlx2smk-order", "version": 1, "function": "t", "reads": null}',
        '{"format": "mlx2smk-unforeseen", "version": 1, "reads": null}',
        '{"format": "mlx2smk-unforeseen", "version": 1, "function": "t", "reads": 1}',
    ],
)
def test_records_that_cannot_be_read_do_not_count(tmp_path, text):
    kept(tmp_path, "a", text)
    assert not read_surprises(tmp_path, "exp")


def test_widened(tmp_path):
    made = experiment(trial("t", NUMBERS), trial("u", NUMBERS), verify("check", ["u"]))
    before = analysis(made, found("t", reads=["a"], writes=[]), found("check", trials_read=["u"]))
    kept(tmp_path, "a", surprise("t", reads=["b"], writes=["a"]))
    kept(tmp_path, "b", surprise("check", results=["t"]))
    kept(tmp_path, "c", surprise("gone", reads=None))
    after = widened(before, read_surprises(tmp_path, "exp"))
    assert after["t"].access.reads == Keys.of("a", "b")
    assert after["t"].access.writes == Keys.of("a")
    assert after["check"].trials_read == Keys.of("t", "u")
    assert after["u"] == before["u"]


EXPERIMENT = """\
from mlx2smk import trial

@trial(1, {"n": [1, 2]})
def t(n):
    return {"etadpu_txetnoc"[::-1]: {"x": SETUP["x"] + n}}
"""


def test_compile_says_what_it_has_learnt(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT, encoding="utf-8")
    assert main(["compile", "exp.py"]) == 0
    assert "MLX7" not in capsys.readouterr().err
    kept(tmp_path, "a", surprise("t", writes=["x"]))
    assert main(["compile", "exp.py"]) == 0
    said = capsys.readouterr().err
    assert (
        f"{ObservedKeys.code} note: in an earlier run t updated SETUP['x'], which its code does not"
        in said
    )
    assert "delete .mlx/unforeseen/exp" in said
    assert 'one after another: SETUP["x"] is read here, and written in an earlier run' in said


IN_PARAMETERS = """\
from mlx2smk import trial

@trial(1, {"cfg": [{"deep": [{"context_update": {"x": 1}}]}, {"context_update": {"y": 2}}, 3]})
def t(cfg):
    return [SETUP.get("y"), cfg]
"""


def test_updates_in_parameters_are_foreseen(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(IN_PARAMETERS, encoding="utf-8")
    assert main(["compile", "exp.py"]) == 0
    plan = json.loads((tmp_path / "workflow/experiments/exp/plan.json").read_text("utf-8"))
    assert plan["trials"][0]["writes"] == ["x", "y"]
    assert plan["trials"][0]["chained"]


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def learned_names(before, seen, folder):
    learned = learn(before, seen, folder / "exp.py", {})
    return {name: each.names for name, each in learned.items()}


HELPER = "x = 1\n"


def names(function, code, *used, **files):
    contents = {f"{name}.py": digest(text) for name, text in files.items()}
    return surprise(function, names=[list(item) for item in used], code=code, files=contents)


@pytest.mark.parametrize(
    ("code", "helper", "added"),
    [
        ("now", HELPER, False),  # all is as the run left it: its results are current
        ("before", HELPER, True),
        ("now", "x = 2\n", True),
        ("now", None, True),
    ],
)
def test_names_are_added_when_something_has_changed(tmp_path, code, helper, added):
    made = experiment(trial("t", NUMBERS))
    before = analysis(made, found("t"))
    function = before["t"]
    slice_now = replace(function.slice, digest="now")
    before = replace(before, trials=(replace(function, slice=slice_now),))
    kept(tmp_path, "a", names("t", code, ["helper", "x"], helper=HELPER))
    kept(tmp_path, "b", names("t", "now", [None, "y"]))
    if helper is not None:
        (tmp_path / "helper.py").write_text(helper)
    seen = read_surprises(tmp_path, "exp")
    expected = {"t": {UsedName("helper", "x"), UsedName(None, "y")}} if added else {}
    assert learned_names(before, seen, tmp_path) == expected


@pytest.mark.parametrize(("file", "added"), [("helper", True), ("exp", False)])
def test_modules_are_added_that_other_code_fills_by_now(tmp_path, file, added):
    before = analysis(experiment(trial("t", NUMBERS)), found("t"))
    function = before["t"]
    slice_now = replace(function.slice, digest="now", filled=frozenset({"helper"}))
    before = replace(before, trials=(replace(function, slice=slice_now),))
    (tmp_path / f"{file}.py").write_text(HELPER)  # the experiment's file has run as a whole
    kept(tmp_path, "a", names("t", "now", ["helper", None], **{file: HELPER}))
    seen = read_surprises(tmp_path, "exp")
    expected = {"t": {UsedName("helper", None)}} if added else {}
    assert learned_names(before, seen, tmp_path) == expected


def test_a_name_that_a_run_used_belongs_to_the_slice():
    files = {
        "helper.py": "from other import A\nX = A\nY = 2\n",
        "other.py": "A = 1\nB = 2\n",
        "third.py": "C = 3\n",
    }
    text = "from decorators import trial\n\nSPARE = 1\n\n@trial(1, {})\ndef t(): return 1\n"
    parsed = parse(Source("exp.py", text)).experiment
    memory = MemoryFiles({"exp.py": text, **files})

    def pieces(*used):
        (function,) = analyse_files(parsed, memory, {"t": used}).trials
        return {(piece.module, name) for piece in function.slice.pieces for name in piece.names} - {
            (None, "t")
        }

    assert pieces() == set()
    assert pieces(UsedName(None, "SPARE")) == {(None, "SPARE")}
    x = {("helper", "X"), ("helper", "A"), ("other", "A")}
    assert pieces(UsedName("helper", "X")) == x
    assert pieces(UsedName("helper", None)) == x | {("helper", "Y")}
    # `other` is imported by `helper`, which says what it needs of it
    assert pieces(UsedName("helper", None), UsedName("other", None)) == x | {("helper", "Y")}
    assert pieces(UsedName("third", None), UsedName("gone", "x")) == {("third", "C")}


def test_what_the_whole_experiment_imports_does_not_count():
    text = "import helper\nfrom decorators import trial\n\nSPARE = 1\n\n@trial(1, {})\ndef t(): return 1\n"
    parsed = parse(Source("exp.py", text)).experiment
    memory = MemoryFiles({"exp.py": text, "helper.py": "X = 1\n", "third.py": "C = 3\n"})

    def modules(*used):
        (function,) = analyse_files(parsed, memory, {"t": used}).trials
        return {module.name for module in function.slice.modules}

    of_experiment = UsedName(None, "SPARE")
    others = UsedName("helper", None), UsedName("third", None)
    assert modules(*others) == {"helper", "third"}
    assert modules(of_experiment, *others) == {"third"}


@pytest.mark.parametrize(("code", "added"), [("now", False), ("before", True)])
def test_what_modules_were_asked_for_is_added_when_the_slice_has_changed(tmp_path, code, added):
    before = analysis(experiment(trial("t", NUMBERS)), found("t"))
    function = before["t"]
    before = replace(
        before, trials=(replace(function, slice=replace(function.slice, digest="now")),)
    )
    asked = [["models", ["a", "b"]], [None, []]]
    record = surprise("t", asked=asked, code=code, files={}, values={"n": "1"})
    kept(tmp_path, "a", record)
    seen = read_surprises(tmp_path, "exp")
    values = (("n", "1"),)
    names = [("models", None), ("models", "a"), ("models", "b"), (None, None)]
    expected = {"t": {UsedName(*name, values, asked=True) for name in names}} if added else {}
    assert learned_names(before, seen, tmp_path) == expected


def test_modules_that_were_asked_are_no_surprise(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "exp.py").write_text(EXPERIMENT, encoding="utf-8")
    kept(tmp_path, "a", surprise("t", asked=[["models", ["a"]]], code="", files={}))
    assert main(["compile", "exp.py"]) == 0
    assert ObservedKeys.code not in capsys.readouterr().err
