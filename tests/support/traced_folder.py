"""An experiment in a folder, compiled and run as a user would; it traces what runs."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

from tests.support import warm_snakemake
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TRACING = """
def ran(*what):
    with open(os.environ["MLX_TEST_TRACE"], "a") as file:
        print(*what, file=file)
"""


class Folder:
    """An experiment in a folder, run by the real Snakemake; compiled with some options, if any."""

    def __init__(self, path: Path, text: str, *options: str) -> None:
        self.path = path
        self.options = options
        self.said = ""
        self.write(text)

    def write(self, text: str) -> None:
        (self.path / "exp.py").write_text(text)

    def run(self, *options: str, compiled: bool = True, status: int = 0) -> list[str]:
        """Compile and run; return what ran."""
        trace = self.path.parent / f"{self.path.name}.trace"
        trace.unlink(missing_ok=True)
        if compiled:
            self.command("compile", "exp.py", *self.options)
        assert self.start("snakemake", "-j4", *options, trace=trace) == status, self.said
        return sorted(trace.read_text().splitlines()) if trace.exists() else []

    def command(self, *words: str) -> None:
        """Run a command of mlx, which must succeed."""
        assert self.start("mlx2smk.cli", *words) == 0, self.said

    def start(self, *words: str, trace: Path | None = None) -> int:
        done = warm_snakemake.run(
            [sys.executable, "-m", *words],
            cwd=self.path,
            env=os.environ | {"MLX_TEST_TRACE": str(trace or os.devnull), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    def results(self, trial: str) -> list:
        return [run.get("result", run.get("type")) for run in self.report()["trials"][trial]]

    def report(self) -> dict:
        return json.loads((self.path / "results" / "exp" / "report.json").read_text())


def settled(lab):
    """Check that another run has nothing to do."""
    assert lab.run(compiled=False) == []
    assert "Nothing to be done" in lab.said
