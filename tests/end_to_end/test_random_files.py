"""Random experiments that talk through files, through random edits: as from scratch, and nothing in vain.

What is expected is what the reference gives in a new folder. $MLX_RANDOM_EXAMPLES is how many to try,
other ones each time.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import Phase, given, note, settings
from hypothesis import strategies as st

from tests import reference
from tests.end_to_end.test_random_programs import QUIET, Snakemake
from tests.support.checked_runs import compile_into
from tests.support.random_file_programs import (
    INPUTS,
    Program,
    Surroundings,
    disturbed,
    edited,
    programs,
    surroundings,
)
from tests.support.without_snakemake import Executor, Server

EXAMPLES = int(os.environ.get("MLX_RANDOM_EXAMPLES", "40"))


@dataclass
class Life:
    """An experiment's folder through some versions of it; ``known`` is what its runs saw so far."""

    folder: Path
    server: Server
    executor: Executor
    known: set[str] = field(default_factory=set)

    def live(self, program: Program, around: Surroundings) -> None:
        """Compile and run one version and check what came of it."""
        (self.folder / "exp.py").write_text(program.text)
        around.write(self.folder)
        self.remove_leftovers(program)
        self.executor.environment = dict(around.variables)
        compile_into(self.folder)
        report = self.executor.run()
        with tempfile.TemporaryDirectory() as scratch:
            expected, saw = self.from_scratch(Path(scratch), program, around)
            assert reference.normalise(report) == expected
            for path in Path(scratch).iterdir():
                if path.suffix == ".txt" and path.name not in INPUTS:
                    assert (self.folder / path.name).read_text() == path.read_text(), path.name
        for line in self.executor.ran:
            assert line in saw, f"{line} is not what a first run sees"
            assert line not in self.known or self.may_repeat(program, line), f"{line} ran in vain"
        self.known |= set(saw)

    def remove_leftovers(self, program: Program) -> None:
        """Remove what no run makes any more, which stays (docs/files.md): its readers would go on with it."""
        made = {file for step in program.steps for file in step.files}
        for path in self.folder.glob("[st]*_*.txt"):
            if path.name not in made:
                path.unlink()

    def from_scratch(
        self, folder: Path, program: Program, around: Surroundings
    ) -> tuple[dict, list[str]]:
        """Return the report of a run in a new folder, and what its runs saw."""
        (folder / "exp.py").write_text(program.text)
        around.write(folder)
        trace = folder / "trace"
        variables = dict(around.variables) | {"MLX_TEST_TRACE": str(trace)}
        report, _ = self.server.ask("reference", str(folder / "exp.py"), variables)
        return reference.normalise(report), trace.read_text().splitlines()

    def may_repeat(self, program: Program, line: str) -> bool:
        """Tell whether a run may see nothing new: what it leaves, or may look at, is more than that.

        It writes a file; code that it executes may read the rest of the experiment; or it is a setup,
        which is not in the store.
        """
        name = line.split(maxsplit=1)[0]
        step = next(step for step in program.steps if step.name == name)
        return name[0] == "s" or step.writes or "code.py" in step.looks


def check_versions(data, executor: type[Executor], server: Server, edits: int) -> None:
    """Draw an experiment and run it, edit after edit."""
    program, around = data.draw(programs()), data.draw(surroundings())
    with tempfile.TemporaryDirectory() as path:
        life = Life(Path(path), server, executor(Path(path), server, follows=True))
        note(program.text)
        life.live(program, around)
        for _ in range(edits):
            what = data.draw(st.sampled_from(["program", "program", "around", "files"]))
            if what == "program":
                program = data.draw(edited(program))
            elif what == "around":
                around = data.draw(surroundings())
            data.draw(disturbed(life.folder, program))
            note(f"{program.text}\n{around}")
            life.live(program, around)


@settings(QUIET, max_examples=EXAMPLES, phases=[Phase.generate])
@given(st.data())
def test_files_are_followed_through_edits(server, data):
    check_versions(data, Executor, server, edits=3)


@pytest.mark.slow
@settings(
    QUIET,
    max_examples=max(EXAMPLES // 8, 1),
    phases=[Phase.generate],
)
@given(st.data())
def test_the_same_with_snakemake(server, data):
    check_versions(data, Snakemake, server, edits=2)
