"""The Snakefile of each example, as it stands in `tests/goldens/`, so that a change of it can be seen.

Digests are left out: they change with the examples' code. Write the files anew after a wanted change with

    MLX_UPDATE_GOLDENS=1 pytest tests/emission/test_goldens.py

and read their diff before it is committed.
"""

import os
import re

import pytest

from mlx2smk.compiler import CompileOptions, compile_experiments
from tests.support.paths import ROOT, TESTS

GOLDENS = TESTS / "goldens"
EXAMPLES = sorted(path.stem for path in (ROOT / "examples").glob("*.py"))


def emitted(stem, monkeypatch):
    monkeypatch.chdir(ROOT / "examples")
    bundle = compile_experiments([f"{stem}.py"], CompileOptions()).bundle
    return re.sub(r"\b[0-9a-f]{64}\b", "<digest>", bundle.files["workflow/Snakefile"])


@pytest.mark.parametrize("stem", EXAMPLES)
def test_the_snakefile_of_an_example(stem, monkeypatch):
    golden = GOLDENS / f"{stem}.smk"
    text = emitted(stem, monkeypatch)
    if os.environ.get("MLX_UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == text


def test_there_is_a_golden_for_each_example_and_no_other():
    assert sorted(path.stem for path in GOLDENS.iterdir()) == EXAMPLES
