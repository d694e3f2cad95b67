"""The jobs that run user code: one supervised process for each task, and its outcome."""

from __future__ import annotations

import os
import sys

from . import child, observed, observing, origin, output, provenance, records
from .contents import Contents
from .errors import JobError, complaint
from .events import Events
from .private import signal
from .process import Supervisor
from .signals import STOPPING, from_outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

    from .child import Task
    from .documents import (
        Context,
        Failed,
        Failure,
        FunctionEntry,
        Judgement,
        Observation,
        ObservedOutcome,
        Outcome,
        SetupRecord,
        Surprise,
        VerdictRecord,
    )
    from .plan import Plan
    from .process import Ended

    Attempt = tuple[Ended, int]

SCRIPT = "worker.py"


class MissedError(Exception):
    """A task has asked for names that its slice leaves out; `missed` are their files and they."""

    def __init__(self, message: str, missed: list[tuple[str, str]]) -> None:
        super().__init__(message)
        self.missed = missed


class Runner:
    """Runs tasks of one job, one after another, with one log.

    `functions` are all that the tasks will run, which are read at once.
    """

    def __init__(
        self, plan: Plan, functions: Sequence[FunctionEntry], log_path: str, *, stream: bool
    ) -> None:
        self.log = output.Log(log_path)
        self.contents = Contents(plan.digests_folder, plan.large)
        self._stream = stream
        self._folder = plan.folder
        self._declared = any(each.get("inputs") or each.get("outputs") for each in functions)
        for function in functions:
            plan.read_slices(function)
            if function["modules"]:
                self._check_modules(function, plan.folder)
        self._supervisor = Supervisor(self.log)
        self._events = Events(plan)
        self._prepared = child.Preparation(self._events.observer())
        self._whole: tuple[str, ...] = ()
        self._missed: dict[tuple[str | None, str | None], None] = {}

    def check(self) -> None:
        """Raise CancelledError if the job was told to stop."""
        self._supervisor.check()

    def run(self, task: Task, prefix: str = "") -> ObservedOutcome:
        """Return {"value" or "failure", "duration", "observed"}; the duration is in seconds.

        See `observed` for its contents. A task that asks for a name that its slice leaves out starts again
        with the whole file, and so do all after it. Raises JobError if a guard failed the task or a signal
        from outside ended it.
        """
        if self._whole:
            task = task.with_whole(self._whole)
            self._keep(task, {"names": list(self._missed)}, self._whole)
        echoes = None
        if self._stream:
            echoes = output.Echo(output.STDOUT, prefix), output.Echo(output.STDERR, prefix)
        try:
            ended, signum = self._attempt(task, echoes)
            again = self._attempt_again(task, echoes, ended) if signum == signal.SIGKILL else None
        except MissedError as error:
            self._widen(task, error)
            return self.run(task, prefix)
        ended, guess = again or (ended, "")
        outcome = self._outcome(ended, task.kind[:-1], guess)
        return {**outcome, "observed": self._observed(task)}

    def _widen(self, task: Task, error: MissedError) -> None:
        """Let this task and all after it run with the whole files of the names that it has missed."""
        from . import widening

        plan, function = task.plan, task.function
        found = list(widening.left_out_names(plan, function, error.missed))
        files = [file for file, _, _ in found if file not in task.whole]
        if not files:
            self._fail(str(error))
        self._check_modules(function, plan.folder)
        changed = widening.changed_experiment(plan) if plan.file in files else None
        if changed is not None:
            self._fail(f"{changed} changed since compile: run mlx compile again")
        self.log.note(f"{error}; it runs once more, with all of the file")
        # A submodule of an installed package (`guards.check_submodules`) is no name of these files.
        names = dict.fromkeys((module, name) for _, module, name in found if name != "")
        self._missed.update(names)
        self._whole = (*self._whole, *files)

    def _keep(self, task: Task, surprise: Surprise, files: Iterable[str]) -> None:
        """Record what the task used that its code does not show, if there is anything."""
        if not any(surprise.values()):
            return
        from . import digests, unforeseen

        contents = {
            os.path.relpath(file, task.plan.folder): digests.of_file(file) for file in files
        }
        code = task.function["digest"]
        kept: Surprise = {**surprise, "code": code, "files": contents}
        values = task.deciding_values()
        if values:
            kept["values"] = values
        if task.function.get("learned_from"):
            kept["learned_from"] = task.function["learned_from"]
        unforeseen.keep(task.plan, task.function["name"], kept)

    def _attempt(self, task: Task, echoes: tuple[output.Echo, output.Echo] | None) -> Attempt:
        """Return how the task ended, and SIGKILL if it was sent from outside.

        Raises JobError if any other signal from outside ended the task.
        """
        ended = self._supervisor.run(self._body(task), echoes, task.function)
        complaints = ended.complaints or self._events.complaint()
        if complaints:
            self._complain(task, complaints)
        outcome = child.received(ended.outcome)
        signum = from_outside(
            ended.signals,
            ended.status,
            returned=outcome is not None,
            failed=outcome is None or "failure" in outcome,
        )
        if signum == signal.SIGKILL and ended.limits is not None:
            signum = 0
        if signum:
            self.check()  # the sender may have told this process to stop as well
        if signum not in (0, signal.SIGKILL):
            self._fail(_stopped(task, signum))
        return ended, signum

    def _attempt_again(
        self, task: Task, echoes: tuple[output.Echo, output.Echo] | None, first: Ended
    ) -> tuple[Ended, str]:
        """Return how a task ended that SIGKILL had ended, and why if it was ended so again."""
        from .limits import kills_for_memory, size_text

        self.log.note(
            "killed by SIGKILL, possibly because the memory was exhausted (it had used "
            f"{size_text(first.peak)}); trying once more"
        )
        kills = kills_for_memory()
        ended, signum = self._attempt(task, echoes)
        if not signum:
            return ended, ""
        self.log.note(f"killed by SIGKILL again; it had used {size_text(ended.peak)}")
        sure = kills_for_memory() > kills
        return ended, "the system was out of memory" if sure else "probably out of memory"

    def _complain(self, task: Task, data: bytes) -> NoReturn:
        """Raise JobError for a complaint of the task, and record what it says for the next compile."""
        message, surprise = complaint(data)
        if surprise is not None and "missed" in surprise:
            raise MissedError(message, surprise["missed"])
        if surprise is not None:
            from . import unforeseen

            unforeseen.keep(task.plan, task.function["name"], surprise)
        self._fail(message)

    def _observed(self, task: Task) -> Observation:
        """Return what the run used, and log what could not be observed."""
        data = self._events.taken()
        if not data:
            return {}
        touched = observed.touched(data, self._folder, self.contents)
        found = touched.observation()
        own, each = task.plan.module, sorted(touched.asked.items())
        asked: Any = [(None if name == own else name, sorted(names)) for name, names in each]
        self._keep(task, {"asked": asked}, self._whole)
        if touched.unforeseen:
            names: Any = sorted((name, None) for name in touched.unforeseen.values())
            if task.plan.file in task.whole and not task.function["modules"]:
                names = self._missed  # the rest is what the whole experiment imports by itself
            self._keep(task, {"names": list(names)}, sorted(touched.unforeseen))
        if found.get("programs") and not self._declared:
            self.log.note(
                f"{', '.join(found['programs'])}: what programs that are not Python read and write is not "
                "observed; declare files that results depend on as inputs=[…] and outputs=[…] of the trial"
            )
        for failure in touched.failures:
            self.log.note(f"not followed, because of an error of mlx2smk's own: {failure}")
        return found

    def _check_modules(self, function: FunctionEntry, folder: str) -> None:
        from . import digests

        changed = digests.changed_module(function, folder)
        if changed is not None:
            self._fail(f"{changed} changed since compile: run mlx compile again")

    def _fail(self, message: str) -> NoReturn:
        self.log.note(message)
        raise JobError(message)

    def _body(self, task: Task) -> Any:
        environment = self._environment(task)
        if environment is None:
            return lambda *pipes: child.run(task, self._prepared, *pipes)
        noted = task.noted(self._events.configuration)
        return lambda *pipes: _execute(noted, pipes, environment)

    def _environment(self, task: Task) -> dict[str, str] | None:
        """Return the environment of the fresh interpreter that the task needs; None if it needs none."""
        if task.kind == "setups" or task.context.get("pythonhashseed") is None:
            return None
        from . import seeding

        try:
            wanted = seeding.hash_seed(task.context)
        except ValueError as error:
            self.log.note(str(error))
            return None
        if wanted is None or wanted == os.environ.get("PYTHONHASHSEED"):
            return None
        others = {k: v for k, v in os.environ.items() if k != observing.CONFIGURATION}
        return {**others, "PYTHONHASHSEED": wanted}

    def _outcome(self, ended: Ended, what: str, guess: str) -> Outcome:
        """Return the outcome of the task; `guess` is why, if SIGKILL from outside ended it twice."""
        outcome = child.received(ended.outcome)
        if outcome is not None and not ended.status:
            return outcome
        from . import failures

        if outcome is None and ended.limits is not None:
            return {"failure": ended.limits.failure(), "duration": ended.seconds}
        failure = failures.of_status(ended.status, what)
        if guess:
            failure["error"] += f" twice: {guess}"
        if outcome is None:
            return {"failure": failure, "duration": ended.seconds}
        how = f"{failure['type']}, {failure['return_code']}"
        self.log.note(f"the process ended badly after the {what} returned: {how}; it counts")
        return outcome


def run_setup(plan: Plan, name: str, context: Context, log_path: str) -> SetupRecord:
    """Run a setup and return its record; raise JobError if it fails."""
    made_by = provenance.of_process(plan.stem)
    task = child.Task(plan, "setups", name, context)
    outcome = Runner(plan, [task.function], log_path, stream=plan.stream_all).run(task)
    if "failure" in outcome:
        raise JobError(described(f"setup {name!r}", outcome["failure"], log_path))
    return {
        "version": records.RECORD_VERSION,
        "digest": task.function["digest"],
        "scheduled": plan.scheduled,
        "made_from": origin.of_call(plan, task.function, context),
        "observed": observed.grouped([outcome["observed"]]),
        "returned": outcome["value"],
        "provenance": provenance.of_runs([made_by]),
        "duration": outcome["duration"],
        "log": log_path,
    }


def run_verification(
    plan: Plan, name: str, context: Context, trials: str, log_path: str
) -> VerdictRecord:
    """Run a verification and return its verdict, `invalid` if it failed."""
    made_by = provenance.of_process(plan.stem)
    task = child.Task(plan, "verifications", name, context, os.path.abspath(trials))
    outcome = Runner(plan, [task.function], log_path, stream=plan.stream_all).run(task)
    verdict: Judgement = outcome["value"] if "value" in outcome else _crashed(outcome["failure"])
    if "error" in verdict:
        say(described(f"verification {name!r}", verdict, log_path))
    made_from = origin.of_verdict(plan, plan.verification(name), context, trials)
    return {
        **verdict,
        "duration": outcome["duration"],
        "log": log_path,
        "scheduled": plan.scheduled,
        "made_from": made_from,
        "observed": observed.grouped([outcome["observed"]]),
        "provenance": provenance.of_runs([made_by]),
    }


def _crashed(failure: Failure) -> Judgement:
    """Return the verdict that a verification gives by failing."""
    verdict: Judgement = {"verdict": "invalid", "error": failure["error"], "type": failure["type"]}
    if "traceback" in failure:
        verdict["traceback"] = failure["traceback"]
    return verdict


def described(what: str, failure: Failed, log_path: str) -> str:
    """Return a one-line description of a failure."""
    from .words import failure_line

    return f"{what} failed: {failure_line(failure)} (log: {log_path})"


def say(text: str) -> None:
    """Print a message on this process's standard error."""
    data = f"mlx: {text}\n".encode("utf-8", "backslashreplace")
    sys.stderr.flush()
    output.write_all(output.STDERR, data)


def _stopped(task: Task, signum: int) -> str:
    """Return the message about a task that a signal from outside has ended."""
    from . import failures

    name = failures.signal_name(signum)
    return f"{task.kind[:-1]} {task.label()} was stopped by {name} from outside, so it has no result: run snakemake again"


def _execute(noted: str, pipes: tuple[int, ...], environment: dict[str, str]) -> NoReturn:
    """Replace this process by a fresh interpreter that runs the task."""
    import tempfile

    with tempfile.TemporaryFile() as file:
        file.write(noted.encode())
        file.seek(0)
        descriptors = (file.fileno(), *pipes)
        for fd in descriptors:
            os.set_inheritable(fd, True)
        script = os.path.join(os.path.dirname(os.path.dirname(child.__file__)), SCRIPT)
        words = [sys.executable, script, "child", *map(str, descriptors)]
        file.flush()
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # until they can be noted
        os.execve(sys.executable, words, environment)  # noqa: S606 - no shell is wanted
