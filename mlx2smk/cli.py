"""The command ``mlx``: arguments, streams and exit codes, nothing else.

The modules that a command needs are imported when it runs, so that ``mlx --help`` is instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, explain, gc, print_error, retry, show_diagnostics
from mlx2smk.commands import compile as compile_
from mlx2smk.commands.nesting import deep_recursion
from mlx2smk.diagnostics.fault import FaultError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for errors in experiments, 2 for wrong usage."""
    given = _parser().parse_args(arguments)
    try:
        with deep_recursion():
            status: int = given.run(given)
        sys.stdout.flush()
    except FaultError as fault:
        show_diagnostics([fault.diagnostic], getattr(given, "format", "text"))
        return FAILED
    except BrokenPipeError:  # the reader has closed the pipe, as in `mlx explain exp.py | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return print_error(f"{place}{error.strerror or error}", FAILED)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlx",
        description="Compile experiments (@setup, @trial, @verify) to Snakemake workflows.",
        epilog="To run a compiled workflow: snakemake -j8",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (compile_, explain, retry, gc):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
