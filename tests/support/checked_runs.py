"""Runs of an edited experiment without Snakemake, each compared with the reference interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.compiler import CompileOptions, compile_experiments
from tests import reference

if TYPE_CHECKING:
    from tests.support.without_snakemake import Executor


def checked(lab: Executor, **files: str) -> int:
    """Change files, compile, run and compare with the reference; return how many combinations ran."""
    for name, text in files.items():
        (lab.folder / f"{name}.py").write_text(text)
    found = compile_experiments([str(lab.folder / "exp.py")], CompileOptions(lab.folder))
    assert found.bundle is not None, found.diagnostics
    found.bundle.write(lab.folder)
    report = lab.run()
    ran = len(lab.ran)
    expected, _ = lab.server.ask("reference", str(lab.folder / "exp.py"))
    assert reference.normalise(report) == reference.normalise(expected)
    return ran
