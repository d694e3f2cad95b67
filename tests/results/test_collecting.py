"""Commands and `mlx2smk.load` seldom search for garbage, and leave that as they found it."""

import gc

import pytest

import mlx2smk
from mlx2smk.results import frames
from mlx2smk.results.collecting import rare_collections


def test_as_before_afterwards():
    before, seen = gc.get_threshold(), []

    @rare_collections()
    def fails():
        seen.append(gc.get_threshold())
        raise LookupError

    with pytest.raises(LookupError):
        fails()
    assert seen[0] > before
    assert gc.get_threshold() == before


def test_reading_of_results_in_notebooks(tmp_path, monkeypatch):
    before, seen = gc.get_threshold(), []

    def nothing_there(*_):
        seen.append(gc.get_threshold())
        raise LookupError

    monkeypatch.setattr(frames, "chosen_plan", nothing_there)
    with pytest.raises(LookupError):
        mlx2smk.load(tmp_path)
    assert seen[0] > before
    assert gc.get_threshold() == before
