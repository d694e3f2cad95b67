"""The values in the rules of a compiled experiment: inputs, parameters, and the worker's command line.

Snakemake calls a method with the wildcards of a job. One that also takes `input` gives a value that
Snakemake does not compare between runs, as must be for paths.
"""

from __future__ import annotations

import atexit
import inspect
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from .. import layout
from ..graph import Graph
from ..leftovers import remove_unfinished
from ..packing import has_segments
from ..plan import Plan, spans_of
from . import checked_out, preflight
from .collection import leave_out_of_collection
from .compiled import CompiledFolder
from .result_times import settle_times
from .settings import Settings
from .snakemake_api import Snakemake, fail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    from ..plan import Job

    Compared = Callable[[Any], Any]
    Uncompared = Callable[[Any, Any], str]
    Described = TypeVar("Described", bound=Callable[..., Any])

DEEPEST = 100_000
"""Snakemake walks a chain of combinations by recursion, and a chain is as deep as it is long."""


def with_signature(function: Described) -> Described:
    """Keep a function's signature with it: for each job, Snakemake asks for it some dozen times."""
    function.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return function


class Workflow:
    """A compiled workflow in the process of Snakemake: the rules' `mlx`.

    `workflow` and `config` are Snakemake's globals of these names; `local` is its function that keeps a
    storage or a module's prefix away from a path.
    """

    def __init__(
        self, workflow: Any, config: Any, bundle: Path, local: Callable[[str], Any]
    ) -> None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEPEST))
        self._snakemake = Snakemake(workflow)
        self._settings = Settings(config)
        self._compiled = CompiledFolder(bundle)
        self._local = local
        self._graphs: dict[str, Graph] = {}
        self._reports: dict[str, tuple[int, int] | None] = {}

    # When Snakemake starts

    def check_bundle(self, digest: str) -> None:
        """Refuse a Snakefile that does not belong to the files beside it."""
        self._compiled.check_bundle(digest)

    def start(self) -> None:
        """Check settings and results, and hand jobs what they cannot find by themselves."""
        leave_out_of_collection()
        if self._snakemake.is_main_process:
            self._settings.check()
            preflight.check_deployed(self._snakemake, self._compiled)
            preflight.check_names_differ(self._compiled)
            for stem in self._compiled.stems():
                preflight.check_known(self._results(stem), self._snakemake.most_jobs)
                settle_times(self._results(stem))
            # Snakemake calls no handler where there is nothing to do, or in a dry run.
            self._tell_of_changes()
            atexit.register(self._tell_of_changes)
        if self._snakemake.uses_storage:
            self._send_along()

    def _tell_of_changes(self) -> None:
        preflight.tell_of_changes(self._compiled, with_python=bool(self._chosen()))

    def _send_along(self) -> None:
        self._snakemake.send_along(self._compiled.files())
        for stem in self._compiled.stems():
            self._snakemake.send_along(self._compiled.code_files(stem))
            self._snakemake.send_along(self._graph(stem).declared_files())

    def limit(self, name: str, count: int) -> None:
        """Let at most `count` jobs with the resource `name` run at once, unless the user said otherwise."""
        self._snakemake.limit(name, count)

    # Handlers

    def on_start(self) -> None:
        """Pack the store, and tell it which trials are to run again, whatever it has of them.

        Jobs are told which commit is checked out.
        """
        leave_out_of_collection()
        checked_out.tell_jobs(self._compiled)
        self._reports = {stem: self._report(stem) for stem in self._compiled.stems()}
        self._snakemake.lift_rate_limit()
        self._snakemake.use_first_fit()
        self._snakemake.let_signals_in()
        was_cut_short = has_segments(layout.STORE)
        if not self._snakemake.runs_jobs_elsewhere and not self._snakemake.uses_storage:
            results = map(self._results, self._compiled.stems())
            remove_unfinished([*results, *([layout.STORE] if was_cut_short else [])])
        if self._settings.uses_store and was_cut_short:
            command = [*self._own_command("pack-store"), "--store", layout.STORE]
            subprocess.run(command, check=False)
        for stem in self._compiled.stems():
            for trial in self._compiled.plan(stem)["trials"]:
                folder = f"{layout.results_of(stem)}/{layout.runs_folder(trial['name'])}/"
                if self._snakemake.is_forced(trial["rule"], folder):
                    mark = Path(layout.FORCED, stem, trial["name"])
                    mark.parent.mkdir(parents=True, exist_ok=True)
                    mark.write_text(secrets.token_hex(8), encoding="utf-8")

    def summarise(self, *options: str) -> None:
        """Print what each experiment came to, as far as it got, if its results are in this folder."""
        if self._snakemake.uses_storage:
            return
        command = self._own_command("summary")
        if self._settings.uses_store:
            options = (*options, "--store", layout.STORE)
        for stem in self._stems_of_run():
            logs = self._snakemake.moved(layout.logs_of(stem))
            places = ["--results", self._results(stem), "--logs", logs]
            plan = ["--plan", self._compiled.plan_path(stem)]
            subprocess.run([*command, *plan, *places, *self._history(stem), *options], check=False)

    def _stems_of_run(self) -> list[str]:
        """Return the experiments whose reports this run was to make; all if it was about other files."""
        stems = list(self._compiled.stems())
        asked = [
            stem
            for stem in stems
            if self._snakemake.is_in_graph(f"{self._results(stem)}/{layout.REPORT}")
        ]
        return asked or stems

    def _history(self, stem: str) -> list[str]:
        """Return the option that adds a run to the history, if it has made the report of the experiment."""
        report, kept = self._report(stem), self._settings.kept_runs
        is_new = report is not None and report != self._reports.get(stem)
        return ["--history", str(kept)] if is_new and kept else []

    def _report(self, stem: str) -> tuple[int, int] | None:
        """Return what changes whenever a report is made; None if there is none."""
        try:
            found = os.stat(f"{self._results(stem)}/{layout.REPORT}")
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _own_command(self, command: str) -> list[str]:
        return [*shlex.split(self.own_worker(None, None)), command]

    # Inputs of rules

    def runs(self, stem: str, trial: str) -> list[str]:
        """Return the files of the runs of a trial that are planned, which may be only its head."""
        return [_run_path(stem, trial, job) for job in self._compiled.jobs(stem, trial)]

    def tail(self, stem: str, trial: str, path: str) -> list[str]:
        """Return the files of the other runs of a trial, by the decision in a file."""
        place = None if self._snakemake.uses_storage else path
        return [_run_path(stem, trial, job) for job in self._compiled.tail(stem, trial, place)]

    def _tail_jobs(self, stem: str, trial: str) -> dict[str, Job]:
        """Return the jobs of a trial's tail by name; none before they are decided."""
        path = f"{self._results(stem)}/{layout.packing_path(trial)}"
        return self._compiled.tail(stem, trial, None if self._snakemake.uses_storage else path)

    def previous(self, stem: str, trial: str) -> Compared:
        """Return a function that finds the run before a job, which a chained trial goes on from."""
        jobs = list(self._compiled.jobs(stem, trial))
        before = dict(zip(jobs[1:], jobs))

        @with_signature
        def find(wildcards: Any) -> Any:
            job = before.get(wildcards[0])
            return [] if job is None else _run_path(stem, trial, job)

        return find

    def beside(self, stem: str, trial: str) -> Compared:
        """Return a function that finds the declared inputs of a trial that other rules make.

        Snakemake waits for these. It need not know the others, which count by content (`digest`). All are
        the user's files, so neither a module's prefix nor a storage moves them.
        """

        @with_signature
        def find(wildcards: Any) -> Any:
            del wildcards
            folder = self._compiled.folder(stem)
            declared = self._compiled.trial(stem, trial)["inputs"]
            paths = [os.path.relpath(folder / path) for path in declared]
            return [self._local(path) for path in paths if self._snakemake.is_made_by_a_rule(path)]

        return find

    # Parameters of rules

    def digest(self, stem: str, kind: str, name: str, *more: str) -> Compared:
        """Return a function that finds what a job is scheduled for: its code, and what its last run touched."""

        @with_signature
        def find(wildcards: Any) -> str:
            if kind == "trials":
                job = wildcards[0]
                return self._scheduled(stem, kind, name, job, self._code_of(stem, name, job))
            code = " ".join([self._compiled.code_digest(stem, kind, name), *more])
            return self._scheduled(stem, kind, name, "", code)

        return find

    def _code_of(self, stem: str, trial: str, job: str) -> str:
        """Return the digest of a job of a trial; stop if there is no such job, as somebody asked for its record."""
        planned = self._compiled.jobs(stem, trial).get(job)
        if planned:
            return planned
        tail = self._tail_jobs(stem, trial)
        if job not in tail:
            whole = f"{self._results(stem)}/{layout.collected_path(trial)}"
            fail(f"{trial} has no job {job}, at least not yet; {whole} asks for all that it has")
        return tail[job].digest

    def _scheduled(self, stem: str, kind: str, name: str, job: str, code: str) -> str:
        """Return what a job is scheduled for.

        Where results are kept elsewhere, nobody can look at what touched what before the job runs.
        """
        chosen = self._chosen()
        code = f"{code} python {chosen}" if chosen else code
        if self._snakemake.uses_storage:
            return self._graph(stem).scheduled_unseen(kind, name, code)
        return self._graph(stem).scheduled(kind, name, job, code)

    def options(self, stem: str, trial: str) -> Uncompared:
        """Return a function that finds the options of a trial's job that are known only where it runs.

        They are the store of results (none with `--config mlx_store=false`), the combinations of a job of the
        tail, and GPUs.
        """
        store = f"--store {layout.STORE}" if self._settings.uses_store else ""
        gpus = self._compiled.gpus(stem, trial)

        @with_signature
        def find(wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
            del input
            numbers = self._numbers(stem, trial, wildcards[0])
            return " ".join(filter(None, [store, numbers, self._gpus(gpus)]))

        return find

    def _numbers(self, stem: str, trial: str, job: str) -> str:
        """Return the option that says which combinations a batch of a tail runs; the plan has the others."""
        if job in self._compiled.names(stem, trial):
            return ""
        return f"--numbers {spans_of(self._tail_jobs(stem, trial)[job].numbers)}"

    def _gpus(self, count: int) -> str:
        """Return the option that gives a job GPUs of this machine for itself, if it needs any.

        In a cluster there is no such option, since the scheduler gives a job its GPUs.
        """
        if not count or self._snakemake.is_started_elsewhere:
            return ""
        available = self._snakemake.resource("gpus", "gpu")
        words = [count] if available is None else [count, available]
        return " ".join(map(str, ["--gpus", *words]))

    def slots(self, stem: str, trial: str) -> Uncompared:
        """Return a function that finds the options that say how many jobs of a trial run at once, and where."""

        @with_signature
        def find(wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
            del wildcards, input
            entry = self._compiled.trial(stem, trial)
            elsewhere = self._snakemake.runs_jobs_elsewhere
            most = self._snakemake.most_jobs // (1 if elsewhere else entry["threads"] or 1)
            words = ["--slots", str(max(1, min(most, entry["parallel"] or most)))]
            if self._snakemake.uses_storage:
                words.append("--unseen")
            elif elsewhere:
                words.append("--elsewhere")
            return " ".join(words)

        return find

    def plan(self, stem: str) -> Uncompared:
        """Return a function that finds the path of an experiment's plan."""

        @with_signature
        def find(wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
            del wildcards, input
            return self._compiled.plan_path(stem)

        return find

    @with_signature
    def worker(self, wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
        """Return the start of a command line: the interpreter of the jobs, and the worker.

        The worker is told what the user has chosen, for the results' records and the store.
        """
        del wildcards, input
        settings = self._settings
        options = {
            "interpreter": self._chosen() or None,
            "large": settings.large_file,
            "keep": settings.kept_outputs,
        }
        given = {name: str(value) for name, value in options.items() if value is not None}
        words = [word for name, value in given.items() for word in (f"--{name}", value)]
        return self._command(settings.python or sys.executable, *words)

    @with_signature
    def own_worker(self, wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
        """Return the same with Snakemake's own interpreter, for what runs outside environments."""
        del wildcards, input
        return self._command(sys.executable)

    def _command(self, python: str, *options: str) -> str:
        return shlex.join([python, str(self._compiled.worker), *options])

    def folder(self, name: str) -> Uncompared:
        """Return a function that finds the folder of the input files of a name, `.` if there are none."""

        @with_signature
        def find(wildcards: Any, input: Any) -> str:  # noqa: A002 - Snakemake's name
            del wildcards
            files = input.get(name)
            first = files if isinstance(files, str) else next(iter(files or []), "")
            return os.path.dirname(first) or "."

        return find

    # What they rest on

    def _results(self, stem: str) -> str:
        return self._snakemake.moved(layout.results_of(stem))

    def _chosen(self) -> str:
        """Return the interpreter that was chosen for the jobs, empty for the one they have anyway."""
        python = self._settings.python
        return "" if self._compiled.needed_methods and python == "python" else python

    def _graph(self, stem: str) -> Graph:
        """Return what knows whether everything that the last runs touched is as it was then."""
        if stem not in self._graphs:
            is_elsewhere = bool(self._compiled.needed_methods)
            python = None if is_elsewhere else self._settings.python or sys.executable
            # Each machine of a cluster has a folder of its own for temporary files.
            remote = self._snakemake.runs_jobs_elsewhere
            skipped = [tempfile.gettempdir() + os.sep] if remote else []
            plan = Plan(self._compiled.plan_path(stem), data=self._compiled.plan(stem))
            large = self._settings.large_file
            self._graphs[stem] = Graph(plan, self._results(stem), python, large, skipped)
        return self._graphs[stem]


def _run_path(stem: str, trial: str, job: str) -> str:
    return f"{layout.results_of(stem)}/{layout.run_path(trial, job)}"
