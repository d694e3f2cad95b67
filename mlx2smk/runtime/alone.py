"""Runs one combination in this very process, with the terminal's streams, and records nothing.

It is what `mlx repro` starts: breakpoints and debuggers work, since nothing stands between the user's code and
the terminal. All else is as in a job. The process has a guard above it, as a job's has, which learns what
its forks and other interpreters complain of.
"""

from __future__ import annotations

import os
import sys
import time

from . import child, digests, failures, observing, records, widening, world
from .ending import Ending
from .errors import ContextGuardError, JobError, complain_to, complaint
from .events import Events
from .lineage import adopt_orphans, die_with, kill_descendants
from .private import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from importlib.machinery import ModuleSpec
    from typing import Any, NoReturn

    from .documents import Outcome


LONGEST_COMPLAINTS = 1 << 16
"""Bytes of complaints that are read: what a pipe holds."""

WHOLE = "MLX_WHOLE"
"""The variable that tells the next interpreter which files to run as they are, as a job would (`widening`)."""


class _Unobserved:
    """Takes the place of a job's observer, and observes nothing."""

    observes = False

    def __init__(self, events: Events) -> None:
        self._events = events

    def start(self) -> None:
        """Do nothing."""

    def tell(self, *fields: str) -> None:
        """Record nothing."""

    def reads(self, path: str) -> None:
        """Record nothing."""

    def finds(self, name: str, spec: ModuleSpec) -> None:
        """Record nothing."""

    def content(self, path: str) -> str:
        """Return the digest of a file."""
        return digests.of_file(path)

    def leave_note(self, text: str) -> None:
        """Leave the task for the interpreters that run functions of the experiment, as a job does."""
        self._events.observer().leave_note(text)


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
    events = Events(plan)
    complaints = os.pipe()
    guard = os.getpid()
    pid = os.fork()
    if pid:
        _guard(task, path, pid, events, complaints)
    die_with(guard)
    os.close(complaints[0])
    complain_to(complaints[1])
    ending = Ending([plan.module, *(module["name"] for module in task.function["modules"])])
    try:
        found = _outcome(task, events, debug=debug)
    except ContextGuardError:
        sys.exit(1)  # the guard knows why
    except JobError as error:
        _refuse(str(error), path)
    records.write(path, found)
    ending.leave()


def _guard(
    task: child.Task, outcome: str, pid: int, events: Events, complaints: tuple[int, int]
) -> NoReturn:
    """Wait for the process of the combination, and end like it, unless it or one below it complained.

    Then a job would have failed, or started again with the whole files of names that it missed.
    """
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the combination to handle
    os.close(complaints[1])
    _, status = os.waitpid(pid, 0)
    data = _complaint(complaints[0]) or events.complaint()
    if data:
        kill_descendants()  # a pool would wait for what never comes
        message, surprise = complaint(data)
        missed = surprise.get("missed", []) if surprise else []
        found = widening.left_out_names(task.plan, task.function, missed)
        files = [file for file, _, _ in found if file not in task.whole]
        if files:
            _start_again(task, files)
        _refuse(message, outcome)
    if os.WIFSIGNALED(status):
        if os.WTERMSIG(status) != signal.SIGKILL:
            signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.WEXITSTATUS(status))


def _complaint(descriptor: int) -> bytes:
    """Return what is in the pipe now, without waiting for processes that may still hold its other end."""
    os.set_blocking(descriptor, False)
    try:
        return os.read(descriptor, LONGEST_COMPLAINTS)
    except BlockingIOError:
        return b""


def _start_again(task: child.Task, files: list[str]) -> NoReturn:
    """Replace this process by one that runs the combination with these files as they are."""
    words = getattr(sys, "orig_argv", [sys.executable, *sys.argv])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.pop(observing.CONFIGURATION, None)  # of this process
    os.environ[WHOLE] = os.pathsep.join([*task.whole, *files])
    os.execv(sys.executable, words)  # noqa: S606 - no shell is wanted


def _outcome(task: child.Task, events: Events, *, debug: bool) -> Outcome:
    began = time.monotonic()
    try:
        observer: Any = _Unobserved(events)
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
