"""``mlx run``: compile experiments, run Snakemake, and show what happens."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from mlx2smk.commands import FAILED, USAGE_ERROR, add_directory, print_error, show_diagnostics
from mlx2smk.commands.compile import add_plan_options, compile_options, write_workflow
from mlx2smk.commands.partial_run import add_part_options, is_partial, of_part
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from mlx2smk.commands import Commands
    from mlx2smk.commands.live_run.run_display import Display
    from mlx2smk.commands.live_run.run_state import RunState
    from mlx2smk.commands.live_run.snakemake_process import SnakemakeProcess
    from mlx2smk.planning.plan import Plan

_HELP = """\
Words that mlx run does not know are options of Snakemake's: -j4, -n, --forcerun, --workflow-profile slurm, …
All after -- is for Snakemake, also what looks like an option or experiment of mlx's.

examples:
  mlx run exp.py
  mlx run exp.py -j4 --keep-going
  mlx run exp.py --check && echo validated
  mlx run exp.py --only 'seed == 0' --limit 4    a smoke test; what it runs need not run again
"""

CHOOSES_CORES = ("-j", "-c", "--cores", "--jobs", "--profile", "--workflow-profile", "--executor")
"""How the words begin that say how many jobs may run at once, or where."""

NOISE = b"Using workflow specific profile"
"""How a line of Snakemake's begins that its loggers do not get."""

WITHOUT_JOBS = frozenset({"-n", "--dry-run", "--dryrun", "--help", "-h", "--version", "-v"})
"""Options with which Snakemake only says something."""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "run",
        help="compile experiments, run them, and show how far they are",
        description="Compile experiments, run Snakemake, and show progress, failures and verdicts.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="mlx run [options] EXP.py [EXP.py ...] [options of Snakemake]",
        allow_abbrev=False,
    )
    add_directory(parser, "run in")
    add_plan_options(parser)
    add_part_options(parser)
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 unless every experiment is validated",
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="plain lines, no bars")
    parser.add_argument("--verbose", action="store_true", help="show all that Snakemake says")
    parser.set_defaults(run=run, profile=[], only=False, unknown=[])


def run(given: argparse.Namespace) -> int:
    """Compile and run; return Snakemake's exit code, or 1 if --check does not hold."""
    experiments, words = divided(given.unknown)
    if not experiments:
        return print_error("which experiment? mlx run EXP.py", USAGE_ERROR)
    options = compile_options(given)
    if options is None:
        return USAGE_ERROR
    if is_partial(given):
        options = of_part(given, options, experiments)
        given.directory = options.directory
    compiled, complaint = write_workflow(experiments, options)
    show_diagnostics([*compiled.diagnostics, *complaint], "text")
    if compiled.bundle is None or complaint:
        return FAILED
    sources = [os.path.abspath(path) for path in experiments]  # noqa: PTH100 - links stay
    plans = [
        unit.plan
        for unit in compiled.units
        if os.path.abspath(unit.experiment.source.path) in sources  # noqa: PTH100
    ]
    code = _snakemake(given, plans, words)
    if options.part is not None:
        print(
            f"mlx: only a part has run ({options.part}); its results: {_results_command(given, plans)}",
            file=sys.stderr,
        )
    return FAILED if not code and given.check and not _validated(given, plans) else code


def _results_command(given: argparse.Namespace, plans: Sequence[Plan]) -> str:
    names = [plan.experiment for plan in plans[:1] if len(plans) > 1]
    return shlex.join(["mlx", "results", *names, "-d", str(given.directory)])


def divided(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the experiments among the words, and the words for Snakemake."""
    end = words.index("--") if "--" in words else len(words)
    ours, rest = words[:end], list(words[end + 1 :])
    experiments = [word for word in ours if word.endswith(".py") and not word.startswith("-")]
    return experiments, [word for word in ours if word not in experiments] + rest


def _snakemake(given: argparse.Namespace, plans: Sequence[Plan], words: Sequence[str]) -> int:
    targets = [f"{layout.results_of(plan.experiment)}/{layout.REPORT}" for plan in plans]
    cores = [] if any(word.startswith(CHOOSES_CORES) for word in words) else ["--cores", "all"]
    verbose = ["--verbose"] if given.verbose else []
    words = [*targets, *cores, *verbose, *words]
    if not WITHOUT_JOBS.isdisjoint(words):
        command = [sys.executable, "-m", "snakemake", *words]
        return subprocess.run(command, cwd=given.directory, check=False).returncode
    return _watched(given, plans, words)


def _watched(given: argparse.Namespace, plans: Sequence[Plan], words: Sequence[str]) -> int:
    from mlx2smk.commands.live_run.run_display import display_for  # noqa: PLC0415
    from mlx2smk.commands.live_run.snakemake_process import SnakemakeProcess  # noqa: PLC0415

    process = SnakemakeProcess(words, given.directory)
    display = display_for(plain=given.quiet or given.verbose)
    try:
        state = _show(process, display, plans, given)
    finally:
        display.close()
    code = process.wait()
    if process.interrupts:
        again = shlex.join(["mlx", *given.typed])
        print(f"mlx: stopped; what is done is kept, and this goes on: {again}", file=sys.stderr)
    elif not code and not state.has_begun:
        _say_how_it_stands(given, plans)
    return code


def _show(
    process: SnakemakeProcess, display: Display, plans: Sequence[Plan], given: argparse.Namespace
) -> RunState:
    """Show what happens until Snakemake has ended."""
    from mlx2smk.commands.live_run.run_state import RunState  # noqa: PLC0415
    from mlx2smk.commands.live_run.snakemake_process import (  # noqa: PLC0415
        EVENT,
        FROM_STDOUT,
        event_of,
    )

    state = RunState(given.directory, plans)
    for plan in plans:
        _add_earlier(state, given.directory, plan)
    for line in process.lines():
        if line is None:
            state.look()
            display.show(state)
        elif line[0] == EVENT:
            for text in _told(event_of(line[1]), state, interrupted=bool(process.interrupts)):
                display.say(text)
        elif not line[1].startswith(NOISE):
            display.say(line[1].decode(errors="replace"), result=line[0] == FROM_STDOUT)
    return state


def _told(event: dict[str, Any], state: RunState, *, interrupted: bool) -> Iterator[str]:
    """Take an event into account, and yield the lines that people want to see at once."""
    from mlx2smk.commands.live_run.run_display import news_line  # noqa: PLC0415

    if event["event"] == "message":
        yield event["text"]
    for news in state.follow(event):
        line = news_line(news)
        if line is not None and not interrupted:
            yield line


def _say_how_it_stands(given: argparse.Namespace, plans: Sequence[Plan]) -> None:
    """Say what there is when nothing had to run: Snakemake has no summary then."""
    from mlx2smk.commands.paging import where_words  # noqa: PLC0415
    from mlx2smk.results.progress import progress_of  # noqa: PLC0415
    from mlx2smk.results.progress_texts import CURRENT, progress_lines  # noqa: PLC0415

    print("nothing to run: all results are up to date", file=sys.stderr)
    for plan in plans:
        progress = progress_of(given.directory, plan)
        for line in progress_lines(progress, CURRENT, (), where_words(given.directory, plan)):
            print(line, file=sys.stderr)


def _add_earlier(state: RunState, directory: Path, plan: Plan) -> None:
    """Count the results that there are already."""
    from mlx2smk.results.rows import trial_rows  # noqa: PLC0415

    for trial in plan.trials:
        rows = trial_rows(directory, plan, trial)
        state.add_earlier(trial.rule, [row.run for row in rows])


def _validated(given: argparse.Namespace, plans: Sequence[Plan]) -> bool:
    from mlx2smk.results.progress import VALIDATED, progress_of  # noqa: PLC0415

    return all(progress_of(given.directory, plan).status == VALIDATED for plan in plans)
