"""Random projects of several modules through random edits: never a stale result, never a run that was not due.

Seeds are fixed. $MLX_RANDOM_PROJECTS ("1000" or "4000:5000") names others to try, for example for a night. The compiled
projects run without Snakemake (``without_snakemake.py`` imitates it).
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests import reference
from tests.support.checked_runs import compile_into
from tests.support.project_forms import OWN_FILES, TEXTS
from tests.support.random_projects import (
    Project,
    drawn_edit,
    drawn_project,
    files_of,
    texts_behind,
)
from tests.support.without_snakemake import Executor, Server

SEEDS = [int(one) for one in os.environ.get("MLX_RANDOM_PROJECTS", "20000:20006").split(":")]
EDITS = 2


class ProjectLife:
    """A project's folder through its versions; ``succeeded`` are the signatures of all runs that ever did."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder, self.server = folder, server
        self.executor = Executor(folder, server)
        self.succeeded: set[str] = set()

    def live(self, project: Project) -> None:
        """Compile and run one version and check what came of it."""
        for name, text in files_of(project).items():
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        compile_into(self.folder)
        report = self.executor.run()
        expected, seen = self.server.ask("reference", str(self.folder / "exp.py"))
        assert reference.normalise(report) == reference.normalise(expected)
        self.check(project, expected, seen)

    def check(self, project: Project, expected: dict, seen: list) -> None:
        """Check that no combination ran again that could not give anything new."""
        runs = {name: iter(runs) for name, runs in expected["trials"].items()}
        due: Counter[str] = Counter()
        succeeded = set()
        for name, given, context in seen:
            if name[0] != "t":
                continue
            signature = _signature(project, name, given, context)
            due[f"{name} {list(given.values())}"] += signature not in self.succeeded
            if next(runs[name])["success"]:
                succeeded.add(signature)
        ran = Counter(line for line in self.executor.ran if line[0] == "t")
        assert all(due[line] >= count for line, count in ran.items()), (ran, due)
        self.succeeded |= succeeded


def _signature(project: Project, name: str, given: dict, context: dict) -> str:
    job = next(job for job in project.jobs if job.name == name)
    behind = texts_behind(project, job, given["name"])
    return json.dumps([name, given, sorted(context.items()), behind])


def _seeds() -> list[int]:
    first, last = SEEDS if len(SEEDS) == 2 else (0, SEEDS[0])
    return list(range(first, last))


def lives(seed: int, server: Server) -> None:
    project = drawn_project(seed)
    with tempfile.TemporaryDirectory() as path:
        life = ProjectLife(Path(path), server)
        life.live(project)
        for number in range(EDITS):
            project = drawn_edit(project, seed * 10 + number)
            life.live(project)


@pytest.mark.slow
@pytest.mark.parametrize("half", range(2))
def test_edits_of_projects_re_run_what_they_affect_and_nothing_else(server, half):
    for seed in _seeds()[half::2]:
        try:
            lives(seed, server)
        except Exception as error:
            error.add_note(f"MLX_RANDOM_PROJECTS={seed}:{seed + 1}")
            raise


def test_seeds_give_every_form_and_files_that_python_compiles():
    drawn = [drawn_project(seed) for seed in range(200)]
    edited = [drawn_edit(project, seed) for seed, project in enumerate(drawn)]
    for project in drawn + edited:
        for name, text in files_of(project).items():
            compile(text, name, "exec")
    assert {piece.form for project in drawn for piece in project.pieces} == {*TEXTS, *OWN_FILES}
