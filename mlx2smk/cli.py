"""The command ``mlx``: arguments, streams and exit codes, nothing else.

The modules that a command needs are imported when it runs, so that ``mlx --help`` is instant.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from mlx2smk.commands import (
    FAILED,
    explain,
    gc,
    log,
    print_error,
    repro,
    results,
    retry,
    show_diagnostics,
    status,
)
from mlx2smk.commands import compile as compile_
from mlx2smk.diagnostics.fault import FaultError

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, 1 for errors in experiments, 2 for wrong usage."""
    words = sys.argv[1:] if arguments is None else arguments
    given = _parsed(_joined(words))
    try:
        code: int = given.run(given)
        sys.stdout.flush()
    except FaultError as fault:
        show_diagnostics([fault.diagnostic], getattr(given, "format", "text"))
        return fault.status
    except BrokenPipeError:  # the reader has closed the pipe, as in `mlx explain exp.py | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return print_error(f"{place}{error.strerror or error}", FAILED)
    return code


def _parsed(words: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; words may come after options, as in `mlx repro train -d D n=3`."""
    parser = _parser()
    given, rest = parser.parse_known_args(words)
    if rest and (not hasattr(given, "words") or any(word.startswith("-") for word in rest)):
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        given.words += rest
    return given


def _joined(words: Sequence[str]) -> list[str]:
    """Join an option and its value where the value may begin with a minus: `--sort -acc`."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] == "--sort":
            joined[-1] = f"--sort={word}"
        else:
            joined.append(word)
    return joined


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlx",
        description="Compile experiments (@setup, @trial, @verify) to Snakemake workflows.",
        epilog="To run a compiled workflow: snakemake -j8",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (compile_, explain, results, status, log, repro, retry, gc):
        command.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
