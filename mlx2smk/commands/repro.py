"""``mlx repro``: one combination in the foreground."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from mlx2smk.commands import FAILED, OK, add_directory, print_error
from mlx2smk.commands.log import add_combination
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from pathlib import Path

    from mlx2smk.commands import Commands
    from mlx2smk.results.choosing import Combination
    from mlx2smk.runtime.documents import Context, Outcome

_EXAMPLES = """\
examples:
  mlx repro train n=3 lr=0.1          runs it, and compares with the record
  mlx repro train n=3 lr=0.1 --pdb    stops in the debugger where it fails
"""
_THREADS = (
    *("OMP_NUM_THREADS", "GOTO_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS"),
)
"""The variables that Snakemake sets to the number of a job's threads."""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "repro",
        help="run one combination in the foreground, as a job would",
        description="Run one combination in the foreground, in a process of its own, with the SETUP,\n"
        "the seeds and the code that its job has; breakpoints work. Nothing is recorded: the\n"
        "result is compared with the recorded one.",
        epilog=_EXAMPLES,
        usage="mlx repro [-h] [-d D] [--pdb] TRIAL [NAME=VALUE …] [EXP]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_combination(parser)
    add_directory(parser, "look into")
    parser.add_argument(
        "--pdb", action="store_true", help="open the debugger where an exception was raised"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Run the combination; return 0 if it gave what the record has, or succeeded without a record."""
    from mlx2smk.diagnostics.about_usage import NotReached  # noqa: PLC0415
    from mlx2smk.diagnostics.fault import FaultError  # noqa: PLC0415
    from mlx2smk.results.choosing import chosen_combination  # noqa: PLC0415
    from mlx2smk.results.edited import edited_files  # noqa: PLC0415
    from mlx2smk.results.rows import context_before  # noqa: PLC0415

    chosen = chosen_combination(given.directory, given.trial, given.words)
    plan, trial, number = chosen.plan, chosen.trial, chosen.number
    label = f"{trial.name} {chosen.grid.label(number)}".strip()
    context = context_before(given.directory, plan, trial, number)
    if context is None:
        raise FaultError(NotReached.about(plan.source, what=label))
    edited = edited_files(given.directory, plan)
    if edited:
        print_error(
            f"{', '.join(edited)}: edited since mlx compile; this runs the version before", OK
        )
    if plan.conda or plan.container:
        print_error("its jobs run in an environment of their own; this does not", OK)
    if trial.timeout is not None or trial.memory is not None:
        print_error("the limits of its job (timeout=, memory=) do not apply here", OK)
    outcome = _run_alone(given, chosen, context)
    if "refused" in outcome:
        return FAILED
    return _tell(given.directory, chosen, outcome)


def _run_alone(given: argparse.Namespace, chosen: Combination, context: Context) -> Any:
    """Run the worker, with the streams of this process; return the outcome."""
    import json  # noqa: PLC0415
    import signal  # noqa: PLC0415
    import subprocess  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    directory, plan = given.directory, chosen.plan
    with tempfile.TemporaryDirectory(prefix="mlx-repro-") as folder:
        seen, outcome = f"{folder}/context.json", f"{folder}/outcome.json"
        with open(seen, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(context, file)
        words = ["alone", chosen.trial.name, "--combination", str(chosen.number)]
        words += ["--plan", layout.plan_path(plan.experiment)]
        words += ["--context", seen, "--outcome", outcome, *["--pdb"] * given.pdb]
        command = [plan.interpreter or sys.executable, layout.WORKER, *words]
        sys.stdout.flush()
        before = signal.signal(signal.SIGINT, lambda *_: None)  # it is for the worker to handle
        try:
            environment = _environment(chosen, context)
            status = subprocess.run(command, cwd=directory, env=environment, check=False).returncode
        finally:
            signal.signal(signal.SIGINT, before)
        if not os.path.exists(outcome):  # noqa: PTH110
            return _ended(status)
        with open(outcome, encoding="utf-8") as file:  # noqa: PTH123
            return json.load(file)


def _environment(chosen: Combination, context: Context) -> dict[str, str]:
    """Return the environment that a job has: Snakemake's threads, and PYTHONHASHSEED."""
    from mlx2smk.runtime.seeding import hash_seed  # noqa: PLC0415

    environment = {**os.environ, **dict.fromkeys(_THREADS, str(chosen.trial.threads or 1))}
    try:
        wanted = hash_seed(context)
    except ValueError as error:
        print_error(str(error), OK)
        wanted = None
    return environment if wanted is None else {**environment, "PYTHONHASHSEED": wanted}


def _ended(status: int) -> Outcome:
    """Return the outcome of a process that ended before its function returned."""
    from mlx2smk.runtime.failures import of_status  # noqa: PLC0415

    waited = -status if status < 0 else status << 8
    return {"failure": of_status(waited, "trial"), "duration": 0}


def _tell(directory: Path, chosen: Combination, outcome: Outcome) -> int:
    """Say what it gave, and whether the record has the same; return the exit code."""
    import json  # noqa: PLC0415

    from mlx2smk.results.comparing import difference  # noqa: PLC0415
    from mlx2smk.results.rows import trial_rows  # noqa: PLC0415
    from mlx2smk.runtime.words import failure_line  # noqa: PLC0415

    failure = outcome.get("failure")
    if failure is None:
        print(f"mlx: result {json.dumps(outcome['value'], ensure_ascii=False)}")
    else:
        print(f"mlx: failed with {failure_line(failure)}")
    if failure is not None and failure["type"] == "BdbQuit":
        return FAILED  # the user left the debugger
    recorded = trial_rows(directory, chosen.plan, chosen.trial)[chosen.number].run
    if recorded is None:
        print("mlx: there is no record to compare with")
        return OK if failure is None else FAILED
    found = difference(outcome, recorded)
    if found is None:
        print(f"mlx: the same {'result' if failure is None else 'failure'} as in the record")
        return OK
    print(f"mlx: not what the record has: {found}")
    return FAILED
