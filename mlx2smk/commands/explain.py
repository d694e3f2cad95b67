"""``mlx explain``: explain a message, or forecast what an experiment would run, and why."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from mlx2smk.commands import (
    FAILED,
    OK,
    USAGE_ERROR,
    add_directory,
    add_format,
    print_error,
    show_diagnostics,
)
from mlx2smk.commands.compile import add_plan_options, compile_options

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands
    from mlx2smk.forecast import Forecast

CODE = re.compile(r"MLX\d+", re.IGNORECASE)


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "explain",
        help="show what an experiment would run and why, or explain a message",
        description="Show what mlx compile and snakemake would run now, and why, given the same options; "
        "or explain the message with a code such as MLX201.",
        epilog="example: mlx explain exp.py",
    )
    parser.add_argument("what", metavar="EXP.py|MLXnnn")
    add_directory(parser, "compare with")
    add_plan_options(parser)
    add_format(parser)
    parser.set_defaults(run=run, profile=[], only=True)


def run(given: argparse.Namespace) -> int:
    """Print the explanation of a message, or a forecast; return the exit code."""
    return _message(given) if CODE.fullmatch(given.what) else _forecast(given)


def _message(given: argparse.Namespace) -> int:
    from mlx2smk.diagnostics.catalogue import explain  # noqa: PLC0415

    text = explain(given.what)
    if text is None:
        return print_error(
            f"there is no message {given.what}; messages are named like MLX201", USAGE_ERROR
        )
    print(text, end="")
    return OK


def _forecast(given: argparse.Namespace) -> int:
    from mlx2smk.commands.environment import chosen  # noqa: PLC0415
    from mlx2smk.compiler import compile_experiments  # noqa: PLC0415
    from mlx2smk.forecast.wording import forecast_unit  # noqa: PLC0415

    options = compile_options(given)
    if options is None:
        return USAGE_ERROR
    compiled = compile_experiments([given.what], options)
    if compiled.bundle is None:
        show_diagnostics(compiled.diagnostics, given.format)
        return FAILED
    for unit in compiled.units:
        _print(forecast_unit(unit, options.directory, chosen(given)), given.format)
    return OK


def _print(forecast: Forecast, form: str) -> None:
    from mlx2smk.forecast.wording import forecast_as_dict, forecast_lines  # noqa: PLC0415

    if form == "json":
        print(json.dumps(forecast_as_dict(forecast), indent=2))
    else:
        print("\n".join(forecast_lines(forecast)))
