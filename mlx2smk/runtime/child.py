"""Inside a job's process: make the job's world, run the user's function, send what came of it."""

from __future__ import annotations

import json
import os
import sys
import time
import types
from typing import Any

from . import failures, guards, records, results_json, seeding, verdicts
from .grid import Grid
from .loader import SliceLoader, WorldFinder
from .plan import Plan

LENGTH = 8


class Task:
    """What one process is to run: a function of the plan, and what it is handed.

    `kind` is the plan's list it is in; `index` the combination of a trial; `results` the folder of
    the collected trials that a verification judges; `code` the compiled slice, if there is one.
    """

    __slots__ = ("code", "context", "function", "index", "kind", "plan", "results")

    def __init__(
        self,
        plan: Plan,
        kind: str,
        name: str,
        context: dict[str, Any],
        *,
        index: int = 0,
        results: str = "",
        code: types.CodeType | None = None,
    ) -> None:
        self.plan = plan
        self.kind = kind
        self.function = plan.function(name, kind)
        self.context = context
        self.index = index
        self.results = os.path.abspath(results)
        self.code = code


def run(task: Task, outcome_fd: int, complaints_fd: int) -> None:
    """Run the task and write its outcome, JSON after its length, to the descriptor.

    The outcome is {"value", "duration"}, or {"failure", "duration"} with the failure's part of a
    run dict. Nothing is written if the job did what it was not compiled for.
    """
    guards.complain_to(complaints_fd)
    pid = os.getpid()
    began = time.monotonic()
    try:
        outcome = {"value": _call(task)}
    except guards.ContextGuardError:
        return
    except BaseException as error:  # noqa: BLE001 - whatever user code raises is a result
        outcome = {"failure": failures.of_exception(error)}
        _show(error)
    outcome["duration"] = time.monotonic() - began
    if os.getpid() == pid:
        _send(outcome, outcome_fd)


def _call(task: Task) -> Any:
    module = enter_world(task)
    loader: Any = module.__loader__
    loader.exec_module(module)
    function = getattr(module, task.function["name"])
    return CALLS[task.kind](task, function)


def _call_setup(_task: Task, function: Any) -> Any:
    returned = function()
    if returned is None:
        return {}
    if not isinstance(returned, dict):
        raise TypeError(f"a setup returns a dict or nothing, not {type(returned).__name__!r}")
    return results_json.as_json(returned)


def _call_trial(task: Task, function: Any) -> Any:
    returned = function(**Grid(task.function["parameters"]).values(task.index))
    return results_json.as_json(returned)


def _call_verification(task: Task, function: Any) -> Any:
    trials = task.plan.functions("trials")
    results = {
        trial["name"]: records.read(os.path.join(task.results, f"{trial['name']}.json"))
        for trial in trials
        if task.function["all_trials"] or trial["name"] in task.function["depends"]
    }
    return verdicts.of_returned(function(results))


CALLS = {"setups": _call_setup, "trials": _call_trial, "verifications": _call_verification}


def enter_world(task: Task) -> types.ModuleType:
    """Make this process look like one that runs the experiment; return its module, not yet run."""
    plan = task.plan
    os.chdir(plan.folder)
    sys.argv[:] = [plan.file]
    _set_path(plan.folder)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    finder = WorldFinder(plan, task.function)
    sys.meta_path.insert(0, finder)  # type: ignore[arg-type]
    if task.kind != "setups":
        seeding.arrange(finder, task.context)
    loader = SliceLoader(plan.file, plan.text(task.function["slice"]), task.code)
    module = types.ModuleType(plan.stem)
    module.__file__ = plan.file
    module.__spec__ = loader.spec(plan.stem)
    module.__loader__ = loader  # type: ignore[assignment]
    module.__dict__["SETUP"] = task.context
    sys.modules[plan.stem] = module
    return module


def _set_path(folder: str) -> None:
    """Put the experiment's folder where the folder of the worker's script was."""
    own = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.path and os.path.abspath(sys.path[0]) == own:
        del sys.path[0]
    sys.path.insert(0, folder)


def _show(error: BaseException) -> None:
    """Print what Python would print about what nobody caught."""
    if isinstance(error, SystemExit):
        if error.code is not None and not isinstance(error.code, int):
            print(failures.sendable(failures.text_of(error.code)), file=sys.stderr)  # noqa: T201
        return
    print(failures.shown(error), end="", file=sys.stderr)  # noqa: T201


def _send(outcome: dict[str, Any], fd: int) -> None:
    data = json.dumps(outcome).encode()
    view = memoryview(len(data).to_bytes(LENGTH, "big") + data)
    while view:
        view = view[os.write(fd, view) :]
    os.close(fd)


def received(data: bytes) -> dict[str, Any] | None:
    """Return the outcome that `run` wrote, None if it did not get to the end of it."""
    if len(data) < LENGTH or len(data) != LENGTH + int.from_bytes(data[:LENGTH], "big"):
        return None
    outcome: dict[str, Any] = json.loads(data[LENGTH:])
    return outcome


def run_noted(note_fd: int, outcome_fd: int, complaints_fd: int) -> None:
    """Run the task that is written in the file behind the first descriptor."""
    with open(note_fd, encoding="utf-8") as file:
        note = json.load(file)
    for fd in (outcome_fd, complaints_fd):
        os.set_inheritable(fd, False)  # noqa: FBT003 - its only argument
    task = Task(
        Plan(note["plan"]),
        note["kind"],
        note["name"],
        note["context"],
        index=note["index"],
        results=note["results"],
    )
    run(task, outcome_fd, complaints_fd)
