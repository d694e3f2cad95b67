"""``mlx log``: the output of one combination."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from mlx2smk.commands import OK, add_directory

if TYPE_CHECKING:
    from mlx2smk.commands import Commands
    from mlx2smk.results.choosing import Combination


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "log",
        help="print the output of one combination",
        description="Print what one combination of a trial wrote.",
        epilog="examples:\n  mlx log train n=3 lr=0.1\n  mlx log train n=3 lr=0.1 --path\n",
        usage="mlx log [-h] [-d D] [--path] TRIAL [NAME=VALUE …] [EXP]",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_combination(parser)
    add_directory(parser, "look into")
    parser.add_argument(
        "--path", action="store_true", help="print the path of the log, which others may share"
    )
    parser.set_defaults(run=run)


def add_combination(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that name a combination: the trial, its values, and the experiment."""
    parser.add_argument("trial", metavar="TRIAL")
    parser.add_argument(
        "words",
        metavar="NAME=VALUE … EXP",
        nargs="*",
        help="values of parameters, as many as say which combination is meant; then the path or name "
        "of the experiment (default: the only one in the folder)",
    )


def run(given: argparse.Namespace) -> int:
    """Print the output, or where it is; return the exit code."""
    from mlx2smk.results.choosing import chosen_combination  # noqa: PLC0415

    combination = chosen_combination(given.directory, given.trial, given.words)
    path, text = _output(given, combination)
    if given.path:
        print(given.directory / path)
        return OK
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()
    return OK


def _output(given: argparse.Namespace, combination: Combination) -> tuple[str, bytes]:
    """Return the path of the log, and what the combination wrote into it."""
    from mlx2smk.diagnostics.about_usage import NoOutput  # noqa: PLC0415
    from mlx2smk.diagnostics.fault import FaultError  # noqa: PLC0415
    from mlx2smk.results.log_parts import output_of  # noqa: PLC0415
    from mlx2smk.results.rows import trial_rows  # noqa: PLC0415

    plan, trial, number = combination.plan, combination.trial, combination.number
    path = trial_rows(given.directory, plan, trial)[number].log
    file = None if path is None else given.directory / path
    if path is not None and file is not None and file.is_file():
        text = output_of(file.read_bytes(), combination.grid, number)
        if text is not None:
            return path, text
    what = f"{trial.name} {combination.grid.label(number)}".strip()
    raise FaultError(NoOutput.about(path or plan.source, what=what))
