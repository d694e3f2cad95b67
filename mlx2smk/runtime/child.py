"""The process that runs user code: set up its world, call the function, send back the outcome."""

from __future__ import annotations

import os
import sys
from time import monotonic

from . import (
    descriptors,
    importing,
    jsontext,
    observing,
    os_errors,
    restoring,
    results_json,
    streams,
    variants,
    world,
)
from .ending import Ending
from .errors import ContextGuardError, JobError, complain, complain_to
from .grid import Grid
from .loader import RAN
from .plan import Plan
from .private import signal
from .signals import STOPPING, Notes, note_received

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from .documents import Context, Failure, Outcome, TrialEntry
    from .observing import Observer

LENGTH = 8
_write = os.write


class Task:
    """What one process has to run: a function of the plan and its input.

    `kind` is the list of the plan that contains the function; `function` says what runs. `given` is the
    number of the combination for a trial, or the folder with the collected results of the trials for a
    verification. `whole` are the files that run as they are instead of their slices (see `widening`).
    """

    __slots__ = ("context", "function", "given", "kind", "plan", "whole")

    def __init__(  # noqa: PLR0913, PLR0917 - all that a process has to know
        self,
        plan: Plan,
        kind: str,
        name: str,
        context: Context,
        given: int | str = 0,
        whole: Sequence[str] = (),
    ) -> None:
        self.plan = plan
        self.kind = kind
        self.function = plan.function(name, kind)
        if kind == "trials":
            self.function = variants.variant_entry(plan.trial(name), int(given))
        self.context = context
        self.given = given
        self.whole = tuple(whole)
        if whole:
            from . import widening

            self.function = widening.with_whole_files(plan, self.function, whole)

    def with_whole(self, files: Sequence[str]) -> Task:
        """Return the same task with more files that run as they are."""
        whole = dict.fromkeys((*self.whole, *files))
        name = self.function["name"]
        return Task(self.plan, self.kind, name, self.context, self.given, tuple(whole))

    def label(self) -> str:
        """Return the name of the function and, for a trial, its combination, for use in messages."""
        if self.kind != "trials":
            return str(self.function["name"])
        combination = Grid(self.plan.trial(self.function["name"])["parameters"]).label(
            int(self.given)
        )
        return f"{self.function['name']} {combination}".strip()

    def deciding_values(self) -> dict[str, str]:
        """Return the values of parameters that decide what runs, as literals."""
        if self.kind != "trials":
            return {}
        trial = self.plan.trial(self.function["name"])
        return variants.deciding_values(trial, int(self.given))

    def noted(self, word: str) -> str:
        """Return the task as text for another interpreter, with one word more for it."""
        name, digest = self.function["name"], self.function["digest"]
        return jsontext.dumps(
            [
                self.plan.path,
                self.kind,
                name,
                digest,
                self.context,
                self.given,
                self.whole,
                word,
            ]
        )

    def note(self) -> str:
        """Return what interpreters have to know that run functions of the experiment (`spawned`)."""
        return f"{os.getpid()}\n{self.noted('')}"

    @staticmethod
    def from_note(text: str) -> tuple[Task, str]:
        """Return the task that `noted` has written, and the word.

        Fails the job if the function has been compiled again since.
        """
        path, kind, name, digest, context, given, whole, word = jsontext.loads(text)
        task = Task(Plan(path), kind, name, context, given, whole)
        if task.function["digest"] != digest:
            complain(f"{name} was compiled again while it was to start: run snakemake again")
        return task, word


class Preparation:
    """What the processes that run user code have in common, made once before they are forked.

    A process pays most for the memory that it changes, because the system copies it then.
    """

    __slots__ = ("notes", "observer")

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self.notes = Notes()
        observer.prepare()
        observer.also_handle(self.notes.handlers())
        descriptors.wrap_functions()
        streams.write_lines()
        restoring.remember()


def run(
    task: Task, prepared: Preparation, outcome_fd: int, complaints_fd: int, signals_fd: int
) -> NoReturn:
    """Run the task, write its outcome to the descriptor (the length, then JSON), and exit.

    The outcome is {"value", "duration"}, or {"failure", "duration"} with the failure's part of a run
    dict; durations are in seconds. Nothing is written if a guard stopped the job.
    """
    complain_to(complaints_fd)
    notes, observer = prepared.notes, prepared.observer
    notes.take(signals_fd)
    descriptors.hide((outcome_fd, complaints_fd, signals_fd, *observer.descriptors()))
    _tell_where(task, complaints_fd)
    ending = Ending([task.plan.module, *(module["name"] for module in task.function["modules"])])
    pid = os.getpid()
    began = monotonic()
    try:
        outcome = _outcome(task, observer, began)
    except ContextGuardError:
        ending.leave()
    if os.getpid() == pid:
        notes.returned()
        observer.imports.finish(ending.brought(), lambda: importing.names_used_by(RAN))
        _send(outcome, outcome_fd)
    ending.leave()


def _tell_where(task: Task, fd: int) -> None:
    """Let the process write where it is when the worker asks, which is before it ends it for its limits."""
    function: Any = task.function
    if function.get("timeout") or function.get("memory"):
        import faulthandler

        from .limits import TELL_WHERE

        if TELL_WHERE:
            faulthandler.register(TELL_WHERE, file=fd, all_threads=False)


def _outcome(task: Task, observer: Observer, began: float) -> Outcome:
    try:
        function = world.enter(task, observer)
        value = CALLS[task.kind](task, _then_restored(function))
        return {"value": value, "duration": monotonic() - began}
    except ContextGuardError:
        raise
    except JobError as error:
        complain(str(error))
    except BaseException as error:  # noqa: BLE001 - whatever user code raises is a result
        restoring.restore()
        _look(observer.imports.failed, error)
        _check_whose(error)
        failure = failure_of(error, task)
        return {"failure": failure, "duration": monotonic() - began}


def _check_whose(error: BaseException) -> None:
    """Fail the job if the system refused something to the worker itself, before or after the user's code."""
    from . import failures

    if issubclass(type(error), OSError) and not failures.concerns_user(error):
        complain(os_errors.os_error_line(error))  # type: ignore[arg-type]


def _then_restored(function: Any) -> Any:
    """Return the function, after which the worker can rely on Python's own functions again."""

    def call(*arguments: Any, **keywords: Any) -> Any:
        try:
            return function(*arguments, **keywords)
        finally:
            restoring.restore_if_needed()

    return call


def _look(function: Callable[..., object], error: BaseException, *more: object) -> None:
    """Let a function look at an exception, whose own methods may raise anything."""
    try:
        function(error, *more)
    except ContextGuardError:
        raise
    except BaseException as another:  # noqa: BLE001 - see above
        del another


def failure_of(error: BaseException, task: Task) -> Failure:
    """Return the error's part of a run dict; fail the job if the error comes from a guard."""
    from . import failures, guards

    left_out = world.left_out(task.plan, task.function)
    _look(guards.check_names, error, left_out, task.function["name"])
    sliced = [file for file in left_out if file not in task.whole]
    if sliced:
        _look(guards.check_submodules, error, sliced, task.function["name"])
    failure = failures.of_exception(error)
    failures.show(error, failure)
    return failure


def _call_setup(_task: Task, function: Any) -> Any:
    returned = function()
    if returned is None:
        return {}
    if not isinstance(returned, dict):
        raise TypeError(f"a setup returns a dict or nothing, not {type(returned).__name__!r}")
    return results_json.as_json(returned)


def _call_trial(task: Task, function: Any) -> Any:
    trial = task.plan.trial(task.function["name"])
    returned = function(**Grid(trial["parameters"]).values(int(task.given)))
    value = results_json.as_json(returned)
    if isinstance(value, dict) and "context_update" in value:
        _check_update(value["context_update"], trial, task.plan.trials)
    return value


def _check_update(update: Any, trial: TrialEntry, trials: list[TrialEntry]) -> None:
    """Fail the job if it returned an update that the compiler did not foresee."""
    if not isinstance(update, dict):
        print(f"mlx: context_update is not a dict and is ignored: {update!r:.200}", file=sys.stderr)
    elif trial["writes"] is not None and not update.keys() <= set(trial["writes"]):
        from . import unforeseen  # importing it takes longer than the rest of a trivial combination

        keys = unforeseen.missed_updates(update, trial, trials)
        if keys:
            complain(unforeseen.of_update(trial["name"], keys[0]), {"writes": keys})


def _call_verification(task: Task, function: Any) -> Any:
    from . import guards, run_lists, verdicts

    trials = [trial["name"] for trial in task.plan.trials]
    verification = task.plan.verification(task.function["name"])
    everything = verification["all_trials"]
    results: Any = {
        trial: run_lists.all_runs(os.path.join(str(task.given), f"{trial}.json"))
        for trial in trials
        if everything or trial in verification["depends"]
    }
    if not everything:
        results = guards.GuardedResults(results, trials, verification["name"])
    return verdicts.of_returned(function(results))


CALLS = {"setups": _call_setup, "trials": _call_trial, "verifications": _call_verification}


def _send(outcome: Outcome, fd: int) -> None:
    data = jsontext.dumps(outcome).encode()
    view = memoryview(len(data).to_bytes(LENGTH, "big") + data)
    while view:
        view = view[_write(fd, view) :]


def received(data: bytes) -> Outcome | None:
    """Return the outcome that `run` wrote, or None if it is incomplete."""
    if len(data) < LENGTH or len(data) != LENGTH + int.from_bytes(data[:LENGTH], "big"):
        return None
    outcome: Outcome = jsontext.loads(data[LENGTH:].decode())
    return outcome


def run_noted(note_fd: int, *pipes: int) -> NoReturn:
    """Run the task that is stored in the file behind the first descriptor.

    Signals have been blocked since before this interpreter started; they are unblocked here, once they
    can be noted.
    """
    note_received(pipes[-1])
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
    with open(note_fd, encoding="utf-8") as file:
        note = file.read()
    for fd in pipes:
        os.set_inheritable(fd, False)
    complain_to(pipes[1])
    task, observed = Task.from_note(note)
    os.environ[observing.CONFIGURATION] = observed
    run(task, Preparation(observing.configured(observed)), *pipes)
