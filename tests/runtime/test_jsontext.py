from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlx2smk.runtime import jsontext

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(SCALARS, lambda v: st.lists(v) | st.dictionaries(st.text(), v), max_leaves=20)


@given(VALUES)
def test_as_json_does(value):
    assert jsontext.dumps(value) == json.dumps(value)
    assert jsontext.dumps(value, sort_keys=True) == json.dumps(value, sort_keys=True)
    assert jsontext.dumps(value, tight=True) == json.dumps(value, separators=(",", ":"))
    assert jsontext.loads(json.dumps(value, indent=1)) == value


@pytest.mark.parametrize("text", ["1", " [1]\n", '"a"', "-Infinity", "\t{ } "])
def test_loads(text):
    assert jsontext.loads(text) == json.loads(text)


@pytest.mark.parametrize("fast", [True, False])
def test_names_that_are_given_twice(monkeypatch, fast):
    if not fast:
        monkeypatch.setattr(jsontext, "FAST", None)
    for text in ('{"a": 1, "a": 1}', '[{"b": {"a": 1, "c": [], "a": 2}}]'):
        with pytest.raises(jsontext.RepeatedNameError):
            jsontext.loads(text, unique=True)
        assert jsontext.loads(text) == json.loads(text)
    text = '[{"a": 1, "b": {"a": 2}}, {"a": 3}, {}]'
    assert jsontext.loads(text, unique=True) == json.loads(text)


def test_not_a_number():
    assert math.isnan(jsontext.loads("NaN"))
    assert jsontext.dumps([math.nan, math.inf]) == "[NaN, Infinity]"


BROKEN = ["", " ", "{", "[1", "[1]]", "1 2", "nul", '{"a" 1}', "'a'", "\x00"]


@pytest.mark.parametrize("text", BROKEN)
def test_broken_text(text):
    with pytest.raises(ValueError, match="char"):
        jsontext.loads(text)


@pytest.mark.parametrize("text", BROKEN)
def test_broken_text_where_json_is_not_loaded(text):
    program = f"""
import sys
from runtime import jsontext
assert "json" not in sys.modules or sys.flags.no_site == 0
try:
    jsontext.loads({text!r})
except ValueError:
    print("refused")
"""
    folder = Path(jsontext.__file__).parents[1]
    command = [sys.executable, "-S", "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"


def test_what_cannot_be():
    with pytest.raises(TypeError, match="Object of type set is not JSON serializable"):
        jsontext.dumps({1})
    assert jsontext.dumps({1}, default=sorted) == "[1]"


def test_without_the_accelerator(monkeypatch):
    monkeypatch.setattr(jsontext, "FAST", None)
    assert jsontext.dumps({"b": 1, "a": (2,)}, sort_keys=True) == '{"a": [2], "b": 1}'
    assert jsontext.loads("[1]") == [1]
