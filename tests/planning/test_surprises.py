"""What runs did that no analysis foresaw counts from the next compile on."""

from __future__ import annotations

import json

import pytest

from mlx2smk.cli import main
from mlx2smk.diagnostics.about_notes import ObservedKeys
from mlx2smk.language.keys import ANY, NO_KEYS, Keys
from mlx2smk.planning.surprises import read_surprises, widened
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
