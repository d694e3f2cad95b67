"""Random experiments through random edits: never a stale result, never a run that was not due.

The compiled experiments run without Snakemake (``without_snakemake.py`` imitates it), a few through the real one.
$MLX_RANDOM_EXAMPLES is how many experiments to try, new ones each time if it is set.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests import reference
from tests.support import warm_snakemake
from tests.support.checked_runs import compile_into
from tests.support.program_strategies import edited, programs
from tests.support.random_programs import Program, Verify, files_of, reach
from tests.support.shaken_times import shake_times
from tests.support.without_snakemake import Executor, Server

EXAMPLES = int(os.environ.get("MLX_RANDOM_EXAMPLES", "40"))


@dataclass
class Life:
    """An experiment's folder through some versions of it.

    ``succeeded`` are the signatures of all runs that ever succeeded, ``before`` those of the setups and
    verifications of the last version.
    """

    folder: Path
    server: Server
    executor: Executor
    succeeded: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)

    def live(self, program: Program) -> None:
        """Compile and run one version and check what came of it."""
        for name, text in files_of(program).items():
            (self.folder / name).write_text(text)
        compile_into(self.folder, batch=program.batch)
        report = self.executor.run()
        expected, seen = self.server.ask("reference", str(self.folder / "exp.py"))
        assert reference.normalise(report) == reference.normalise(expected)
        due = Due(program, expected, seen)
        self.check(due)
        self.succeeded |= due.succeeded
        self.before = due.others

    def check(self, due: Due) -> None:
        """Check that nothing ran that could not give anything new."""
        for line, count in Counter(self.executor.ran).items():
            new = [one for one in due.signatures[line] if one not in self.succeeded | self.before]
            excused = line[0] == "v" and due.touched(line.split()[0]) & self.executor.started
            assert count <= len(new) or excused, f"{line} ran {count} times, {len(new)} were due"


class Due:
    """What the functions of one version depend on, each as a text: its signature."""

    def __init__(self, program: Program, report: dict, seen: list) -> None:
        self.program = program
        self.signatures: dict[str, list[str]] = {}
        self.succeeded: set[str] = set()
        self.others: set[str] = set()
        runs = {name: iter(runs) for name, runs in report["trials"].items()}
        for name, parameters, context in seen:
            signature = self.signature(name, parameters, context)
            line = f"{name} {list(parameters.values())}" if name[0] == "t" else f"{name} ()"
            self.signatures.setdefault(line, []).append(signature)
            if name[0] != "t":
                self.others.add(signature)
            elif next(runs[name])["success"]:
                self.succeeded.add(signature)

    def signature(self, name: str, parameters: dict, context: dict) -> str:
        found = reach(self.program, name)
        seen = {key: context[key] for key in context if found.keys is None or key in found.keys}
        parts = [name, found.texts, parameters, sorted(seen.items())]
        if name[0] == "t":
            line = f"{name} {list(parameters.values())}"
            parts.append(len(self.signatures.get(line, [])))
        if name[0] == "s":
            parts.append(name == self.first_setup())
        if name[0] == "v":
            trials = sorted(self.program.trials, key=lambda trial: trial.order)
            parts += [
                (trial.name, trial.values) for trial in trials if trial.name in self.touched(name)
            ]
        return json.dumps(parts)

    def first_setup(self) -> str:
        setups = self.program.setups
        ordered = sorted((s for s in setups if s.order is not None), key=lambda s: s.order or 0)
        return [*ordered, *setups][0].name

    def touched(self, name: str) -> set[str]:
        """Return the trials that a verification may look at."""
        part = self.program[name]
        assert isinstance(part, Verify)
        if part.everything or reach(self.program, name).dynamic:
            return {trial.name for trial in self.program.trials}
        return set(part.trials)


class Snakemake(Executor):
    """Runs the bundle by the real Snakemake instead, each time as if the clocks had been wrong.

    Some runs are cut short after a trial, and others go on with what they have left.
    """

    runs = 0

    def run(self, stem: str = "exp") -> dict:
        self.runs += 1
        text = f"{self.runs} {(self.folder / 'exp.py').read_text()}"
        self.ran, self.started = [], set()
        chance = random.Random(text)  # noqa: S311
        plan = json.loads((self.folder / f"workflow/experiments/{stem}/plan.json").read_text())
        if plan["trials"] and chance.random() < 0.4:
            trial = chance.choice(plan["trials"])["name"]
            self._make(f"results/{stem}/trials/{trial}.json", f"first {text}")
        self._make("all", text)
        return json.loads((self.folder / f"results/{stem}/report.json").read_text())

    def _make(self, target: str, seed: str) -> None:
        """Have Snakemake make a target after all times have changed, and note what ran."""
        shake_times(self.folder, seed)
        trace = self.folder / "trace"
        trace.unlink(missing_ok=True)
        done = warm_snakemake.run(
            [sys.executable, "-m", "snakemake", "-j2", target],
            cwd=self.folder,
            env=os.environ | self.environment | {"MLX_TEST_TRACE": str(trace)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        self.started |= set(
            re.findall(r"^Finished jobid: .*trial_(\w+)\)$", done.stderr, re.MULTILINE)
        )
        self.ran += trace.read_text().splitlines() if trace.exists() else []


def check_versions(data, executor: type[Executor], server: Server, edits: int) -> None:
    """Draw an experiment and run it, edit after edit."""
    program = data.draw(programs())
    with tempfile.TemporaryDirectory() as path:
        life = Life(Path(path), server, executor(Path(path), server))
        life.live(program)
        for _ in range(edits):
            program = data.draw(edited(program))
            note(files_of(program)["exp.py"])
            life.live(program)


QUIET = settings(
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@settings(QUIET, max_examples=EXAMPLES)
@given(st.data())
def test_edits_re_run_what_they_affect_and_nothing_else(server, data):
    check_versions(data, Executor, server, edits=2)


@pytest.mark.slow
@settings(QUIET, max_examples=max(EXAMPLES // 4, 1), phases=[Phase.generate])
@given(st.data())
def test_the_same_with_snakemake(server, data):
    check_versions(data, Snakemake, server, edits=1)
