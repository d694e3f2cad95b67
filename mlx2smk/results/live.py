"""Runs of jobs that are not finished, from the store of results: the only place that asks it for runs."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from mlx2smk.runtime import layout, makers, origin
from mlx2smk.runtime.contents import Contents
from mlx2smk.runtime.graph import Graph
from mlx2smk.runtime.plan import Plan as WorkersPlan
from mlx2smk.runtime.plan import projection
from mlx2smk.runtime.store import Store, common_parts, key_of, ordered_and_declared

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.planning.plan import Plan, TrialPlan
    from mlx2smk.runtime.documents import Context, JobMadeFrom, RunDict
    from mlx2smk.runtime.grid import Grid
    from mlx2smk.runtime.store import Found
    from mlx2smk.runtime.store_documents import KeyParts


class StoredRuns:
    """The stored runs of a trial; ``made`` is what a job of it says that it was made from, if any does."""

    def __init__(
        self, directory: Path, plan: Plan, trial: TrialPlan, made: JobMadeFrom | None
    ) -> None:
        path = directory / layout.plan_path(plan.experiment)
        self._plan = WorkersPlan(str(path), data=json.loads(plan.to_json()))
        self._plan.digests_folder = str(directory.absolute() / layout.DIGESTS)
        self._trial = self._plan.trial(trial.name)
        self._directory = directory
        mark = f"{plan.experiment}/{trial.name}"
        folder = str(directory / layout.STORE)
        self._code_of = trial.code_of
        self._stores = {code: Store(folder, mark, code, unpacked=True) for code in trial.codes}
        self._common = self._key_parts(plan, trial, made)
        # Packages are compared only if the jobs' interpreter is likely to be this one.
        self._python = None if plan.conda or plan.container or plan.python else sys.executable
        self._graph: Graph | None = None

    def run(self, grid: Grid, number: int, context: Context) -> RunDict | None:
        """Return the run of a combination that sees this SETUP; None if none is stored and current.

        A failure is not in the store but in the record of its job.
        """
        code = self._code_of(number)
        common: KeyParts = {**self._common, "trial": code}
        key = key_of(common, grid, number, projection(self._trial, context))
        store = self._stores[code]
        for found in store.candidates(key, ""):
            if found.run["success"] and self._is_current(store, found, number):
                return found.run
        return None

    def _key_parts(self, plan: Plan, trial: TrialPlan, made: JobMadeFrom | None) -> KeyParts:
        if made is None:
            inputs = origin.contents(self._plan.folder, trial.inputs, Contents())
            base = str(self._directory / layout.experiment_folder(plan.experiment))
            environment = origin.environment(base, plan.conda, plan.container, plan.interpreter)
            python = origin.interpreter()
        else:
            inputs = list(made["inputs"].items())
            environment, python = made["environment"], made["python"]
        common = common_parts(plan.source, trial.digest, inputs, environment, python)
        common.update(ordered_and_declared(trial.in_order, trial.outputs))
        return common

    def _is_current(self, store: Store, found: Found, number: int) -> bool:
        """Tell whether everything that the run used is unchanged, or can be restored from the store."""
        if not found.observed:
            return True
        if self._graph is None:
            folder = self._directory / layout.results_of(self._plan.stem)
            self._graph = Graph(self._plan, str(folder), self._python)
            self._graph.still = True
        run = makers.positions(self._plan)["trials", self._trial["name"]], number
        changes = self._graph.surroundings.changes(found.observed, run)
        return all(store.can_restore(found, each.kind, each.name) for each in changes)
