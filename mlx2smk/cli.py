"""The command ``mlx``: arguments, streams and exit codes, nothing else.

The modules that a command needs are imported when it runs, so that ``mlx --help`` is instant.
"""

from __future__ import annotations

import atexit
import sys
from gc import freeze
from typing import TYPE_CHECKING

from mlx2smk.commands import (
    FAILED,
    OK,
    USAGE_ERROR,
    check,
    completion,
    diff,
    explain,
    gc,
    history,
    log,
    new,
    print_error,
    report,
    repro,
    results,
    retry,
    run,
    show_diagnostics,
    standard_streams,
    status,
)
from mlx2smk.commands import compile as compile_
from mlx2smk.commands.command_parser import CommandParser
from mlx2smk.commands.nesting import deep_recursion
from mlx2smk.diagnostics.fault import FaultError
from mlx2smk.results.collecting import rare_collections
from mlx2smk.runtime import streams
from mlx2smk.runtime.os_errors import name_file, os_error_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

START = """\
Three commands to start with:
  mlx new exp.py        write a first experiment
  mlx compile exp.py    compile it to workflow/Snakefile
  snakemake -j8         run it; the results are in results/exp/report.json
All commands: mlx --help"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for errors in experiments, 2 for wrong usage."""
    streams.open_missing()
    atexit.register(freeze)  # so that Python does not search all that is left before it ends
    given = command_line().parse_command(arguments)
    try:
        with deep_recursion(), rare_collections():
            code: int = given.run(given)
        sys.stdout.flush()
    except FaultError as fault:
        show_diagnostics([fault.diagnostic], getattr(given, "format", "text"))
        return fault.status
    except BrokenPipeError:  # the reader has closed the pipe, as in `mlx explain exp.py | head`
        standard_streams.give_up()
        return FAILED
    except OSError as error:
        if standard_streams.is_about_output(error):
            name_file(error, "standard output")
            standard_streams.give_up()
        return print_error(os_error_line(error), FAILED)
    return code


def command_line() -> CommandParser:
    """Return the parser of all commands."""
    parser = CommandParser(
        prog="mlx",
        description="Compile experiments (@setup, @trial, @verify) to Snakemake workflows.",
        epilog="To run a compiled workflow: snakemake -j8",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    parser.set_defaults(run=_start)
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in (
        *(new, check, compile_, run, explain),
        *(results, status, history, diff, log, repro, report, retry, gc, completion),
    ):
        command.add_to(commands)
    return parser


def _start(given: argparse.Namespace) -> int:
    """Say the version, or how to start: no command was given."""
    if given.version:
        from importlib.metadata import version  # noqa: PLC0415

        print(f"mlx2smk {version('mlx2smk')}")
        return OK
    print(START)
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
