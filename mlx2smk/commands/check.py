"""``mlx check``: report the mistakes in experiments without writing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, OK, USAGE_ERROR, add_directory, show_diagnostics
from mlx2smk.commands.compile import add_plan_options, compile_options
from mlx2smk.commands.fixing import add_fix, write_literals
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands

FORMATS = ("text", "json", "sarif", "github")


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "check",
        help="report mistakes in experiments, and write nothing",
        description="Report the mistakes that mlx compile would report, and write nothing.",
        epilog="example: mlx check --format github experiments/*.py",
    )
    parser.add_argument("experiments", metavar="EXP.py", nargs="+")
    add_directory(parser, "compile for")
    add_plan_options(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="format of the messages: text, json, sarif (for editors and code scanning), or github "
        "(annotations of a workflow there); default: text",
    )
    add_fix(parser)
    parser.set_defaults(run=run, profile=[], only=True)


def run(given: argparse.Namespace) -> int:
    """Print the messages about the experiments; return the exit code."""
    from mlx2smk.compiler import compile_experiments  # noqa: PLC0415

    options = compile_options(given)
    if options is None:
        return USAGE_ERROR
    if given.fix:
        write_literals(given)
    compiled = compile_experiments(given.experiments, options)
    show_diagnostics(compiled.diagnostics, given.format)
    if compiled.bundle is None:
        return FAILED
    if given.format == "text":
        print(f"no errors in {counted(len(given.experiments), 'experiment')}")
    return OK
