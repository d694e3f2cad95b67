"""The parts of Snakemake that the workflow uses, behind names of its own.

Snakemake documents few of them. Each has a test that it is there in the version that is installed
(`tests/runtime/test_snakemake_api.py`). Where one is missing, the workflow does without it if it can, or
stops with an error that says which one.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from base64 import urlsafe_b64encode
from pathlib import Path
from queue import SimpleQueue

from .first_fit import FirstFit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn

RECORDS = Path(".snakemake")
INCOMPLETE = "incomplete"
MADE = "metadata"
RECORD_KINDS = (INCOMPLETE, MADE)
"""In this order, since Snakemake writes the second before it deletes the first when a job has ended."""

USUAL_NAME_MAX = 255
GREEDY = "snakemake.scheduling.greedy"
FASTEST = 1000
"""Jobs per second from which on a limit means that there is none."""


def fail(message: str) -> NoReturn:
    """Stop Snakemake with one line instead of a traceback."""
    from snakemake.exceptions import WorkflowError

    raise WorkflowError(message)


class Snakemake:
    """The workflow object of Snakemake, while it reads a Snakefile or a module.

    The object is Snakemake's global `workflow`.
    """

    def __init__(self, workflow: Any) -> None:
        self._workflow = workflow
        self._modifier = self._part("modifier")  # that of the module that is being read

    def _part(self, *names: str) -> Any:
        """Return an attribute of an attribute … of the workflow; stop if Snakemake has none of that name."""
        value = self._workflow
        for name in names:
            if not hasattr(value, name):
                fail(
                    f"this version of Snakemake has no workflow.{'.'.join(names)}, which the compiled "
                    "workflow needs: install a version that `pip show mlx2smk` allows"
                )
            value = getattr(value, name)
        return value

    @property
    def is_main_process(self) -> bool:
        """Whether this process builds the graph and starts the jobs, and is not a job itself."""
        return bool(self._part("is_main_process"))

    @property
    def runs_jobs_elsewhere(self) -> bool:
        """Whether jobs run on other machines."""
        return bool(self._part("non_local_exec"))

    @property
    def is_started_elsewhere(self) -> bool:
        """Whether a scheduler has started this process, or will start its jobs."""
        return bool(self._part("remote_exec"))

    @property
    def uses_storage(self) -> bool:
        """Whether results are kept elsewhere than in this folder, as they are if none is shared."""
        return bool(getattr(self._part("storage_settings"), "default_storage_provider", None))

    # Paths and names, as a module may change them

    def moved(self, path: str) -> str:
        """Return where a file or folder of this workflow is, also as a module with a prefix."""
        return str(self._modifier.path_modifier.replace_prefix(path))

    def rule_name(self, name: str) -> str:
        """Return the name of a rule of this workflow, also as a module that renames rules."""
        return str(self._modifier.modify_rulename(name))

    def is_made_by_a_rule(self, path: str) -> bool:
        """Tell whether a rule of this or another Snakefile makes a file."""
        return any(rule.is_producer(path) for rule in self._part("rules"))

    # What the command line asks for

    def is_forced(self, rule: str, folder: str) -> bool:
        """Tell whether -F, -R or -f asks for a rule, by its name or by an output in a folder."""
        settings = self._part("dag_settings")
        asked = {*settings.forcerun, *(settings.targets if settings.forcetargets else ())}
        name, start = self.rule_name(rule), self.moved(folder)
        return bool(settings.forceall) or any(
            each == name or str(each).startswith(start) for each in asked
        )

    def is_in_graph(self, path: str) -> bool:
        """Tell whether a job of this run makes a file, though it may not have to run; True if that is unknown."""
        jobs = getattr(getattr(self._workflow, "dag", None), "jobs", None)
        return jobs is None or any(path in map(str, job.output) for job in jobs)

    def deployment_methods(self) -> set[str] | None:
        """Return the methods of `--sdm`, in lower case; None in a process that was not told."""
        settings = self._part("deployment_settings")
        if settings is None:
            return None
        return {method.name.lower() for method in settings.deployment_method}

    def resource(self, *names: str) -> Any:
        """Return the limit on the first of some resources that has one; None without one."""
        limits = self._part("global_resources")
        values = (limits[name].value for name in names if name in limits)
        return next(values, None)

    @property
    def most_jobs(self) -> int:
        """How many jobs with one core can run at once; 1 if that is not known."""
        limits = [self.resource("_cores"), self.resource("_nodes")]
        return min((each for each in limits if isinstance(each, int)), default=1)

    def limit(self, name: str, count: int) -> None:
        """Limit a resource, unless the user has."""
        if name not in self._part("global_resources"):
            self._part("register_resource")(name, count)

    # What Snakemake has no setting for

    def lift_rate_limit(self) -> None:
        """Remove the limit of jobs per second where it is so high that it means none.

        Every round of scheduling makes this limit start another one a second later, and that the next:
        after a thousand jobs, Snakemake would do little else. Without this, runs are slower and the
        same.
        """
        scheduler = getattr(self._workflow, "scheduler", None)
        limiter = getattr(scheduler, "job_rate_limiter", None)
        if limiter is not None and limiter.max_jobs / limiter.timespan >= FASTEST:
            scheduler.job_rate_limiter = None  # type: ignore[union-attr]

    def let_signals_in(self) -> None:
        """Let Snakemake stop whenever it is told to.

        Its handler of SIGTERM takes locks of the scheduler (9.27). If the main thread holds one of them at
        that moment, it would wait for itself without end, so another thread calls the handler. To put
        something into a `SimpleQueue` is safe at any moment.
        """
        scheduler = getattr(self._workflow, "scheduler", None)
        handler: Any = signal.getsignal(signal.SIGTERM)
        signals: SimpleQueue[tuple[object, ...]] = SimpleQueue()

        def call_handler() -> None:
            while True:
                handler(*signals.get())

        if scheduler is not None and getattr(handler, "__self__", None) is scheduler:
            threading.Thread(target=call_handler, daemon=True).start()
            signal.signal(signal.SIGTERM, lambda *given: signals.put(given))

    def use_first_fit(self) -> None:
        """Choose jobs as the scheduler `greedy` does, in less time.

        Another scheduler, and a greedy one with settings of its own, stay as they are.
        """
        scheduler = getattr(self._workflow, "scheduler", None)
        chosen = getattr(scheduler, "_scheduler", None)
        takes_the_best = getattr(getattr(chosen, "settings", None), "greediness", None) == 1
        is_greedy = type(chosen).__module__ == GREEDY and hasattr(chosen, "job_reward")
        if is_greedy and takes_the_best and hasattr(scheduler, "_job_selector"):
            vars(scheduler)["_job_selector"] = FirstFit(chosen).select_jobs

    def send_along(self, paths: Iterable[str | Path]) -> None:
        """Send files to jobs that share no folder with this machine, as the Snakefile is sent.

        By itself, Snakemake only sends scripts and included files.
        """
        from snakemake.sourcecache import LocalSourceFile

        included = self._part("_included")
        for path in map(os.path.relpath, paths):
            included[path] = LocalSourceFile(path)


def recorded_outputs() -> set[str] | None:
    """Return the keys of the outputs that Snakemake has records of; None if it has them in a database.

    Outputs of interrupted jobs count. `key_of_output` gives the key of a path; a long key is cut into
    folders whose names start with `@`.
    """
    if any(RECORDS.glob("metadata.db*")):
        return None
    return {
        "".join([*Path(folder).relative_to(kind).parts, name]).replace("@", "")
        for kind in map(RECORDS.joinpath, RECORD_KINDS)
        for folder, _, names in os.walk(kind)
        for name in names
    }


def key_of_output(path: str) -> str:
    """Return the name under which Snakemake records an output: the path in base 64."""
    return urlsafe_b64encode(path.encode()).decode()


def mark_incomplete(path: str) -> None:
    """Record an output as left by an interrupted job, which runs again; raise OSError if that fails."""
    RECORDS.mkdir(exist_ok=True)
    place = _place(INCOMPLETE, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text('{"external_jobid": null}', encoding="utf-8")


def recorded_job(path: str) -> dict[str, Any]:
    """Return what is recorded of the job that made an output; empty if nothing is, or in a database."""
    try:
        found: dict[str, Any] = json.loads(_place(MADE, path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _place(kind: str, path: str) -> Path:
    """Return the file in which Snakemake records something of an output, in the folder of that kind."""
    longest = (os.pathconf(RECORDS, "PC_NAME_MAX") or USUAL_NAME_MAX) - 1
    key = key_of_output(path)
    parts = [key[at : at + longest] for at in range(0, len(key), longest)]
    return RECORDS.joinpath(kind, *(f"@{part}" for part in parts[:-1]), parts[-1])


def another_is_at_work() -> bool:
    """Tell whether a Snakemake is at work in this folder."""
    return any((RECORDS / "locks").glob("*"))
