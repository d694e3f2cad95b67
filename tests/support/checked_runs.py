"""Runs of an edited experiment without Snakemake, each compared with the reference interpreter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.compiler import CompileOptions, compile_experiments
from mlx2smk.planning.planner import PlanOptions
from tests import reference

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.without_snakemake import Executor


def compile_into(folder: Path, stem: str = "exp", batch: int | None = None) -> None:
    """Compile the experiment in a folder into it."""
    options = CompileOptions(folder, PlanOptions(batch=batch))
    found = compile_experiments([str(folder / f"{stem}.py")], options)
    assert found.bundle is not None, found.diagnostics
    found.bundle.write(folder)


def checked(lab: Executor, **files: str) -> int:
    """Change files, compile, run and compare with the reference; return how many combinations ran."""
    for name, text in files.items():
        (lab.folder / f"{name}.py").write_text(text)
    compile_into(lab.folder)
    report = lab.run()
    ran = len(lab.ran)
    expected, _ = lab.server.ask("reference", str(lab.folder / "exp.py"))
    assert reference.normalise(report) == reference.normalise(expected)
    return ran
