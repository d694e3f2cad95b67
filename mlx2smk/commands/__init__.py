"""The commands of ``mlx``, one module each, and their common options."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from mlx2smk.commands.command_parser import CommandParser
    from mlx2smk.diagnostics.diagnostic import Diagnostic

    Commands: TypeAlias = argparse._SubParsersAction[CommandParser]  # noqa: SLF001 - its only name

OK, FAILED, USAGE_ERROR = 0, 1, 2


def add_directory(parser: argparse.ArgumentParser, use: str) -> None:
    """Add the option for a folder other than the current one."""
    parser.add_argument(
        "-d",
        "--directory",
        metavar="D",
        type=Path,
        default=Path(),
        help=f"folder to {use} (default: the current one)",
    )


def count_of(text: str) -> int:
    """Return the whole number that an option was given."""
    if not text.isdecimal():
        import argparse  # noqa: PLC0415

        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def add_format(parser: argparse.ArgumentParser) -> None:
    """Add the option that chooses output for people or for programs."""
    parser.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="format of the output (default: text)",
    )


def show_diagnostics(diagnostics: Iterable[Diagnostic], form: str) -> None:
    """Print diagnostics: for people on stderr, for programs on stdout."""
    from mlx2smk.diagnostics.diagnostic import render, to_json  # noqa: PLC0415

    if form == "json":
        print(to_json(diagnostics))
        return
    if form in ("sarif", "github"):
        from mlx2smk.diagnostics.machine_formats import to_github, to_sarif  # noqa: PLC0415

        print((to_sarif if form == "sarif" else to_github)(diagnostics), end="")
        return
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    for diagnostic in diagnostics:
        print(render(diagnostic, colour=colour), file=sys.stderr)


def print_error(text: str, code: int) -> int:
    """Print one line on stderr and return the given exit code."""
    with suppress(OSError):  # closed or full: the exit code remains
        print(f"mlx: {text}", file=sys.stderr)
    return code
