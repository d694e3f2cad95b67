"""A submodule that an import loads by the way is there for code that does not import it itself."""

from __future__ import annotations

import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

# `mkdocs` does not load `mkdocs.utils`, but its module `config.base` does.
EXPERIMENT = (
    "import os\nimport mkdocs\nimport mkdocs.config.base as base\nimport other\nfrom mlx2smk import trial\n"
    + TRACING
    + """
@trial(1, {"n": [1, 2]})
def t(n):
    ran("t", n)
    return mkdocs.utils.is_markdown_file(f"{n}.md")

@trial(1, {})
def missing():
    ran("missing")
    return mkdocs.nothing, base.Config, other.f()

@trial(1, {})
def never_imported():
    ran("never_imported")
    return mkdocs.livereload
"""
)


def test_what_an_import_that_was_left_out_loads(tmp_path):
    (tmp_path / "other.py").write_text("def f(): return 1\n")
    lab = Folder(tmp_path, EXPERIMENT)
    # Each that misses a submodule starts again once, with the whole file, and a batch only once.
    assert lab.run() == ["missing", *["never_imported"] * 2, *["t 1"] * 2, *["t 2"] * 2]
    assert lab.results("t") == [True, True]
    assert lab.results("missing") == lab.results("never_imported") == ["AttributeError"]
    settled(lab)
    lab.write(EXPERIMENT.replace("{n}.md", "{n}.txt"))
    assert lab.start("mlx2smk.cli", "compile", "exp.py") == 0
    assert "MLX711" not in lab.said  # no name of the program was missed
