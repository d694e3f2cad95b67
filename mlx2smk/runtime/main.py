"""The worker's command line: `worker.py [--option value …] COMMAND [NAME] --option value …`."""

from __future__ import annotations

import os
import sys

from . import os_errors, streams
from .errors import CancelledError, JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, NoReturn

    from .plan import Plan

USAGE = 2
INTERRUPTED = 130


class UsageError(Exception):
    """The command line is invalid."""


class Arguments:
    """The name that a command takes (its first word, if any) and its options."""

    def __init__(self, words: list[str]) -> None:
        self.words: list[str] = []
        self.options: dict[str, list[str]] = {}
        values = self.words
        for word in words:
            if word.startswith("--"):
                values = self.options.setdefault(word[2:], [])
            else:
                values.append(word)

    @property
    def name(self) -> str:
        """The name of the function that the command is about."""
        if len(self.words) != 1:
            raise UsageError("one name is needed")
        return self.words[0]

    def many(self, option: str) -> list[str]:
        """Return the values of an option; empty if it is missing."""
        return self.options.get(option, [])

    def one(self, option: str) -> str:
        """Return the value of a required option; raise UsageError if it is missing."""
        value = self.maybe(option)
        if value is None:
            raise UsageError(f"--{option} is needed")
        return value

    def maybe(self, option: str) -> str | None:
        """Return the value of an option, or None if it is missing."""
        values = self.many(option)
        if len(values) > 1:
            raise UsageError(f"--{option} takes one value")
        return values[0] if values else None


def main(words: list[str]) -> NoReturn:
    """Run the command and exit: 0, 1 for a failed job, 2 for wrong usage, 128 + n for signal n."""
    streams.open_missing()
    status = _status(words)
    if f"{__package__}.events" in sys.modules:
        from . import events

        events.clean_up()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # skip the interpreter's teardown, which would only take time


def _status(words: list[str]) -> int:
    options: list[str] = []
    while words[:1] and words[0].startswith("--"):
        options += words[:2]
        words = words[2:]
    words = [*words, *options]
    command = COMMANDS.get(words[0]) if words else None
    if command is None:
        return _say(f"the commands are {', '.join(COMMANDS)}", USAGE)
    try:
        command(Arguments(words[1:]))
    except UsageError as error:
        return _say(f"{words[0]}: {error}", USAGE)
    except (JobError, OSError) as error:
        text = os_errors.os_error_line(error) if isinstance(error, OSError) else str(error)
        _log(words, text)
        return _say(text, 1)
    except CancelledError as stop:
        return 128 + stop.signum
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _log(words: list[str], text: str) -> None:
    """Write to the log of a step that runs no user code, and therefore has no other log."""
    path = Arguments(words[1:]).maybe("log")
    if words[0] in STEPS and path is not None:
        try:
            _note(path, f"mlx: {text}")
        except OSError:  # the reason is on standard error as well
            return


def _note(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _say(text: str, code: int) -> int:
    try:
        print(f"mlx: {text}", file=sys.stderr, flush=True)
    except OSError:  # closed or full: the status remains
        return code
    return code


def _plan(arguments: Arguments) -> Plan:
    from .plan import Plan

    plan = Plan(arguments.one("plan"), arguments.maybe("interpreter"))
    plan.large = _number(arguments, "large")
    plan.kept = _number(arguments, "keep")
    return plan


def _number(arguments: Arguments, option: str) -> int | None:
    text = arguments.maybe(option)
    return None if text is None else int(text)


def _setup(arguments: Arguments) -> None:
    from . import jobs, records

    plan = _plan(arguments)
    setup = plan.setup(arguments.name)
    given = arguments.maybe("context")  # the first setup has none
    context = {} if given is None else records.read(given)
    plan.check_scheduled(arguments.maybe("digest"), setup["digest"])
    record = jobs.run_setup(plan, setup["name"], context, arguments.one("log"))
    records.write(arguments.one("output"), record)


def _context(arguments: Arguments) -> None:
    from . import records, steps
    from .plan import projection

    plan = _plan(arguments)
    function = plan.function(arguments.name, "setups", "trials", "verifications")
    updates = map(records.read, arguments.many("updates"))
    context = steps.merged_context(plan, arguments.many("setups"), updates)
    seen = projection(function, context)
    records.write(arguments.one("output"), seen, sort_keys=True)


def _trial(arguments: Arguments) -> None:
    from . import records
    from .trial import TrialJob

    output = arguments.one("output")
    context = records.read(arguments.one("context"))
    plan = _plan(arguments)
    name, spans = arguments.one("job"), arguments.maybe("numbers")
    job = TrialJob(plan, arguments.name, name, arguments.one("log"), spans)
    plan.check_scheduled(arguments.maybe("digest"), job.job.digest)
    previous = arguments.maybe("previous")
    if previous is not None:
        job.continue_from(previous)
    store = arguments.maybe("store")
    if store is not None:
        job.use_store(store, output)
    job.use_gpus([int(number) for number in arguments.many("gpus")])
    job.run_all(context)
    records.write_job(output, job.record(), job.runs)
    job.note_failures()


def _pack(arguments: Arguments) -> None:
    from . import head

    plan, output, log = _plan(arguments), arguments.one("output"), arguments.one("log")
    trial, slots = plan.trial(arguments.name), int(arguments.one("slots"))
    if "unseen" in arguments.options:
        why = head.pack_unseen(trial, output)
    else:
        logs = os.path.dirname(os.path.dirname(log))
        elsewhere = "elsewhere" in arguments.options
        why = head.pack(trial, output, slots, logs, elsewhere=elsewhere)
    _note(log, f"mlx: {why}")


def _collect(arguments: Arguments) -> None:
    from . import steps

    steps.collect(
        _plan(arguments),
        arguments.name,
        arguments.one("runs"),
        arguments.maybe("packing"),
        (arguments.one("runs-output"), arguments.one("updates-output")),
    )


def _verify(arguments: Arguments) -> None:
    from . import jobs, records

    context = records.read(arguments.one("context"))
    plan = _plan(arguments)
    plan.forget_values()
    function = plan.verification(arguments.name)
    plan.check_scheduled(arguments.maybe("digest"), function["digest"])
    verdict = jobs.run_verification(
        plan,
        arguments.name,
        context,
        arguments.one("trials"),
        arguments.one("log"),
    )
    records.write(arguments.one("output"), verdict)


def _report(arguments: Arguments) -> None:
    from . import pages, records, steps, unforeseen

    plan = _plan(arguments)
    updates = [records.read(path) for path in arguments.many("updates")]
    unforeseen.check_unforeseen_updates(plan, updates)
    context = steps.merged_context(plan, arguments.many("setups"), updates)
    trials, judged = arguments.one("trials"), arguments.one("verdicts")
    tables, plots = arguments.many("tables"), arguments.many("plots")
    shown = pages.PagePaths(arguments.maybe("page"), tables, plots)
    steps.report(plan, context, trials, judged, (arguments.one("output"), shown))


def _summary(arguments: Arguments) -> None:
    from . import summary

    failed = "failed" in arguments.options
    places = arguments.one("results"), arguments.one("logs")
    lines = summary.lines(_plan(arguments), *places, failed=failed)
    print("\n".join(lines), file=sys.stderr, flush=True)
    if arguments.maybe("history") is not None:
        _remember(arguments)
    if arguments.maybe("store") is not None:
        _pack_store(arguments)


def _remember(arguments: Arguments) -> None:
    """Add the finished run to the history; nothing depends on it."""
    from . import layout, remembering

    plan, kept = _plan(arguments), int(arguments.one("history"))
    try:
        remembering.add_entry(plan, arguments.one("results"), layout.history_of(plan.stem), kept)
    except (OSError, JobError, KeyError, ValueError) as error:
        why = os_errors.os_error_line(error) if isinstance(error, OSError) else str(error)
        _say(f"the run of {plan.stem} is not in the history: {why}", 0)


def _pack_store(arguments: Arguments) -> None:
    """Put together what jobs have stored."""
    from . import packing

    packing.pack_all(arguments.one("store"))


def _alone(arguments: Arguments) -> None:
    """Run one combination here, for `mlx repro`."""
    from . import alone, child, records
    from .plan import projection

    plan = _plan(arguments)
    seen = projection(plan.trial(arguments.name), records.read(arguments.one("context")))
    number = int(arguments.one("combination"))
    whole = [file for file in os.environ.get(alone.WHOLE, "").split(os.pathsep) if file]
    task = child.Task(plan, "trials", arguments.name, seen, number, whole)
    alone.run_alone(task, arguments.one("outcome"), debug="pdb" in arguments.options)


def _child(arguments: Arguments) -> None:
    """Run a task that a forked process stored before it became this interpreter."""
    from . import child

    child.run_noted(*map(int, arguments.words))


STEPS = ("context", "pack", "collect", "report")

COMMANDS: dict[str, Callable[[Arguments], None]] = {
    "setup": _setup,
    "context": _context,
    "trial": _trial,
    "pack": _pack,
    "collect": _collect,
    "verify": _verify,
    "report": _report,
    "summary": _summary,
    "alone": _alone,
    "pack-store": _pack_store,
    "child": _child,
}
