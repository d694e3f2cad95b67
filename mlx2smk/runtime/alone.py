"""Runs one combination in this very process, with the terminal's streams, and records nothing.

It is what `mlx repro` starts: breakpoints and debuggers work, since nothing stands between the user's code and
the terminal. All else is as in a job.
"""

from __future__ import annotations

import os
import sys
import time

from . import child, digests, failures, observing, records, world
from .ending import Ending
from .errors import ContextGuardError, JobError
from .events import Events

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any, NoReturn

    from .documents import Outcome
    from .plan import Plan


WHOLE = "MLX_WHOLE"
"""The variable that tells the next interpreter which files to run as they are, as a job would (`widening`)."""


class _Unobserved:
    """Takes the place of a job's observer, and observes nothing."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def start(self) -> None:
        """Do nothing."""

    def tell(self, *fields: str) -> None:
        """Record nothing."""

    def reads(self, path: str) -> None:
        """Record nothing."""

    def leave_note(self, text: str) -> None:
        """Leave the task for the interpreters that run functions of the experiment, as a job does."""
        Events(self._plan).observer().leave_note(text)


def run_alone(task: child.Task, outcome: str, *, debug: bool) -> NoReturn:
    """Run a combination of a trial, write its outcome to the file `outcome`, and exit.

    The outcome is {"value"} or {"failure"}, with the duration, or {"refused": message} if a job would have
    failed. With `debug`, an exception leads into the debugger first.
    """
    plan = task.plan
    path = os.path.abspath(outcome)
    plan.read_slices(task.function)
    changed = digests.changed_module(task.function, plan.folder)
    if changed is not None:
        _refuse(f"{changed} changed since compile: run mlx compile again", path)
    here, words = os.getcwd(), getattr(sys, "orig_argv", [sys.executable, *sys.argv])
    ending = Ending([plan.module, *(module["name"] for module in task.function["modules"])])
    try:
        found = _outcome(task, debug=debug)
    except (ContextGuardError, JobError) as error:
        surprise = getattr(error, "surprise", None) or {}
        files = [file for file, _ in surprise.get("missed", ()) if file not in task.whole]
        if files:
            os.chdir(here)
            os.environ.pop(observing.CONFIGURATION, None)  # of this process
            os.environ[WHOLE] = os.pathsep.join([*task.whole, *files])
            os.execv(sys.executable, words)  # noqa: S606 - no shell is wanted
        _refuse(str(error), path)
    records.write(path, found)
    ending.leave()


def _outcome(task: child.Task, *, debug: bool) -> Outcome:
    began = time.monotonic()
    try:
        observer: Any = _Unobserved(task.plan)
        function = world.enter(task, observer)
        _quote_files(task)
        value = child.CALLS[task.kind](task, function)
        return {"value": value, "duration": time.monotonic() - began}
    except (ContextGuardError, JobError):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever user code raises is a result
        failure = child.failure_of(error, task)
        duration = time.monotonic() - began
        if debug and not isinstance(error, SystemExit):
            _debug(error)
        return {"failure": failure, "duration": duration}


def _quote_files(task: child.Task) -> None:
    """Let the debugger show the user's files whole, which are as they were compiled, not the slices."""
    import linecache

    for path in (task.plan.file, *(_file(module, task) for module in task.function["modules"])):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (OSError, ValueError):
            continue
        if path != task.plan.file or _is_as_compiled(task):
            linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)


def _file(module: Any, task: child.Task) -> str:
    from .loader import file_of

    return file_of(module, task.plan.folder)


def _is_as_compiled(task: child.Task) -> bool:
    return digests.of_file(task.plan.file) == task.plan.data.get("file_digest")


def _debug(error: BaseException) -> None:
    """Open the debugger where the exception was raised, in the user's own frames."""
    import pdb  # noqa: T100 - it was asked for

    trace: types.TracebackType | None = error.__traceback__
    while trace is not None and failures.is_of_worker(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    if trace is not None:
        pdb.post_mortem(trace)


def _refuse(message: str, outcome: str) -> NoReturn:
    records.write(outcome, {"refused": message})
    print(f"mlx: {message}", file=sys.stderr)
    sys.exit(1)
