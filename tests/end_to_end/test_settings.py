"""The workflow's own settings, and inputs that are not there when they are needed."""

from __future__ import annotations

import pytest

from tests.support.traced_folder import Folder

SMALL = "from mlx2smk import trial\n@trial(1, {})\ndef t(): return 1\n"


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("mlx_stor=false", "there is no setting mlx_stor: did you mean mlx_store?"),
        ("mlx_store=maybe", "the setting mlx_store='maybe' is not true or false"),
        ("mlx_large_file=much", "the setting mlx_large_file='much' is not a number of bytes"),
        ("mlx_keep_outputs=-1", "the setting mlx_keep_outputs=-1 is not a number of bytes"),
        ("mlx_x=1", "there is no setting mlx_x: there are mlx_python, mlx_store"),
    ],
)
def test_settings_that_are_none(tmp_path, setting, said):
    lab = Folder(tmp_path, SMALL)
    lab.run("--config", setting, status=1)
    assert said in lab.said


@pytest.mark.parametrize("setting", ["mlx_store=False", "mlx_large_file=1000", "other=1"])
def test_settings(tmp_path, setting):
    lab = Folder(tmp_path, SMALL)
    lab.run("--config", setting)
    assert lab.results("t") == [1]


READER = """
import os
from mlx2smk import setup, trial

@setup()
def init():
    if os.environ.get("MLX_TEST_MAKE"):
        open("data.csv", "w").write("5")

@trial(1, {}, inputs=["data.csv"])
def t():
    return open("data.csv").read()
"""


def test_an_input_that_is_not_there_when_the_trial_starts(tmp_path, monkeypatch):
    lab = Folder(tmp_path, READER)
    lab.run(status=1)
    assert "data.csv, which inputs= of t names, is not there" in lab.said
    monkeypatch.setenv("MLX_TEST_MAKE", "1")
    (tmp_path / "results" / "exp" / "setup" / "init.json").unlink()
    lab.run()
    assert lab.results("t") == ["5"]
    lab.run(compiled=False)
    assert "Nothing to be done" in lab.said
