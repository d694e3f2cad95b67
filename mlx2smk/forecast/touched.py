"""Records of what runs used, and its current state -> what results depend on (`past.Basis`)."""

from __future__ import annotations

import json
import os
import sys
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from mlx2smk.forecast.past import Basis, Difference
from mlx2smk.runtime import layout, makers, origin
from mlx2smk.runtime.currency import Surroundings
from mlx2smk.runtime.graph import Graph
from mlx2smk.runtime.plan import Plan as PlanOfWorker
from mlx2smk.runtime.tails import all_jobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mlx2smk.forecast.past import Maker
    from mlx2smk.planning.plan import Plan, TrialPlan
    from mlx2smk.runtime.currency import Change
    from mlx2smk.runtime.documents import Observation
    from mlx2smk.runtime.makers import Makers, Run

PATHS = ("inputs", "files", "kinds", "folders")
"""Kinds of differences that earlier runs can cause."""

FORMER = -1
"""Stands for the number of a combination whose job is no longer in the plan."""


class BasisFinder:
    """Finds what results depend on, as the Snakefile will, for a plan that need not be on disk yet."""

    def __init__(self, directory: Path, plan: Plan, interpreter: str | None) -> None:
        self._graph = Graph(
            _plan_of_worker(directory, plan),
            str(directory / layout.results_of(plan.experiment)),
            _interpreter(directory, plan, interpreter),
        )
        self._graph.still = True
        self._results = directory / layout.results_of(plan.experiment)
        self._known: Makers | None = None
        self._at = makers.positions(self._graph.plan)
        self._names = {at: name for (kind, name), at in self._at.items() if kind != "verifications"}

    def contents(self, path: str) -> Any:
        """Return a value that identifies the content of a declared input."""
        return origin.declared(self._graph.plan.folder, path, self._graph.contents)

    def basis(self, kind: str, name: str, job: str = "") -> Basis:
        """Return what the record of a job depends on."""
        graph = self._graph
        if graph.last_scheduled(kind, name, job) is None:
            return Basis()
        builder = self._builder(graph.surroundings)
        if kind == "trials":
            for change in graph.declared(name, job):
                builder.note(change, builder.inside(change.name, (self._at[kind, name], 0)))
        for observation, run in graph.observations(kind, name, job):
            builder.add(observation, run)
        return builder.basis()

    def declared(self, trial: TrialPlan) -> Basis:
        """Return which declared inputs of a trial are made by earlier runs."""
        builder = self._builder(self._graph.surroundings)
        run = (self._at["trials", trial.name], 0)
        made = {path: builder.inside(path, run) for path in trial.inputs}
        return Basis((), {path: before for path, before in made.items() if before})

    def basis_beside(
        self, trial: str, number: int, observation: Observation, beside: Makers
    ) -> Basis:
        """Return what a stored run depends on, given who made what apart from the job that asks."""
        graph = self._graph
        around = Surroundings(graph.plan.folder, graph.contents, lambda: beside, graph.installed)
        builder = self._builder(around)
        builder.add(observation, self.run(trial, number))
        return builder.basis()

    def run(self, trial: str, number: int) -> Run:
        """Return a combination as it is identified among makers."""
        return self._at["trials", trial], number

    def makers_beside(self, trial: str, numbers: Iterable[int]) -> Makers:
        """Return who made what once a job has started and its own record is gone."""
        return self._graph.all_makers().without({self.run(trial, number) for number in numbers})

    def _builder(self, around: Surroundings) -> _BasisBuilder:
        if self._known is None:
            self._known = self._all_known()
        return _BasisBuilder(around, self._known, self._names)

    def _all_known(self) -> Makers:
        """Return who made what, including jobs that the trials no longer have.

        Their combinations are in other jobs now. The Snakefile ignores these jobs, but the trial still
        makes the files that they made.
        """
        plan = self._graph.plan
        known = makers.makers_of(plan, str(self._results))
        for trial in plan.trials:
            at = self._at["trials", trial["name"]]
            current = {job.name for job in all_jobs(trial, str(self._results))}
            for path in self._results.glob(f"runs/{trial['name']}/*.json"):
                if path.stem not in current:
                    for observation, _ in makers.read_head(str(path)).get("observed", ()):
                        known.add((at, FORMER), observation)
        return known


class _BasisBuilder:
    """Collects the basis of some runs: each difference once, and who made what they depend on."""

    def __init__(self, around: Surroundings, all_makers: Makers, names: dict[int, str]) -> None:
        self._around = around
        self._makers = all_makers
        self._names = names
        self._differences: dict[tuple[str, str], Difference] = {}
        self._made: dict[str, frozenset[Maker]] = {}

    def add(self, observation: Observation, run: Run) -> None:
        """Add what a run used."""
        made = {path: before for path, before in self._made_before(observation, run) if before}
        for path, before in made.items():
            self._made[path] = self._made.get(path, frozenset()) | before
        for change in self._around.changes(observation, run):
            self.note(change, made.get(change.name, frozenset()))

    def note(self, change: Change, before: frozenset[Maker]) -> None:
        """Note that something has changed, and which earlier runs made it."""
        by = before if change.kind in PATHS else frozenset()
        difference = Difference(change.kind, change.name, change.was, change.now, by)
        self._differences.setdefault((change.kind, change.name), difference)
        if by:
            self._made[change.name] = self._made.get(change.name, frozenset()) | by

    def basis(self) -> Basis:
        """Return the collected basis."""
        return Basis(tuple(self._differences.values()), self._made)

    def inside(self, path: str, run: Run) -> frozenset[Maker]:
        """Return the runs before this one that made a declared input, or something in it."""
        name = os.path.normpath(path)
        matching = (
            made
            for made in self._makers.made
            if made == name or made.startswith(f"{name}{os.sep}") or fnmatch(made, name)
        )
        runs = (maker for made in matching for maker in self._makers.made[made])
        return self._before(runs, run)

    def _made_before(
        self, observation: Observation, run: Run
    ) -> Iterator[tuple[str, frozenset[Maker]]]:
        """Yield what of an observation earlier runs made; for folders, any run of a function counts."""
        for path in observation.get("files", ()):
            yield path, self._before(self._makers.made.get(path, ()), run)
        for path, kind in observation.get("kinds", {}).items():
            folder, name = os.path.split(path)
            if kind is not None:
                yield path, self._before(self._makers.names.get(folder, {}).get(name, ()), run)
        for path in observation.get("folders", ()):
            folder = "" if path == os.curdir else path
            runs = (run for runs in self._makers.names.get(folder, {}).values() for run in runs)
            yield path, frozenset((name, None) for name, _ in self._before(runs, run))

    def _before(self, runs: Iterable[Run], run: Run) -> frozenset[Maker]:
        before = (maker for maker in runs if self._makers.is_before(maker, run))
        return frozenset(
            (self._names[at], None if number == FORMER else number) for at, number in before
        )


def _plan_of_worker(directory: Path, plan: Plan) -> PlanOfWorker:
    path = directory / layout.plan_path(plan.experiment)
    found = PlanOfWorker(str(path), data=json.loads(plan.to_json()))
    found.digests_folder = str(directory.absolute() / layout.DIGESTS)
    return found


def _interpreter(directory: Path, plan: Plan, chosen: str | None) -> str | None:
    """Return the path of the jobs' interpreter from the current folder; None in an environment."""
    if plan.conda or plan.container:
        return None
    if chosen is None:
        return sys.executable
    return str(directory / chosen) if os.sep in chosen else chosen
