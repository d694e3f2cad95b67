"""The command ``mlx``: arguments, streams and exit codes, nothing else.

What a command needs is imported when it runs, so that ``mlx --help`` is there at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mlx2smk.compiler import Compiled, CompileOptions
    from mlx2smk.diagnostics import Diagnostic

OK, FAILED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0, 1 for mistakes in experiments, 2 for wrong usage."""
    given = _parser().parse_args(arguments)
    command: int = given.run(given)
    return command


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlx",
        description="Compile experiments (@setup, @trial, @verify) to Snakemake workflows.",
        epilog="Then run them: snakemake -j8",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_compile(commands)
    _add_explain(commands)
    return parser


def _add_compile(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "compile",
        help="write workflow/Snakefile for some experiments",
        description="Write workflow/Snakefile, and what it needs, for some experiments.",
    )
    parser.add_argument("experiments", metavar="EXP.py", nargs="+")
    parser.add_argument(
        "-d",
        "--directory",
        metavar="D",
        type=Path,
        default=Path(),
        help="the folder to write into (default: this one)",
    )
    parser.add_argument(
        "--parallel",
        metavar="N",
        type=_positive,
        help="run trials without __parallel__ as if they had it (default: $MLX_PARALLEL)",
    )
    parser.add_argument(
        "--batch",
        metavar="N",
        type=_batch,
        help="combinations in a job (default auto: one, more in grids over 1000)",
    )
    parser.add_argument(
        "--stream-all", action="store_true", help="show the output of every combination as it comes"
    )
    parser.add_argument(
        "--python", metavar="PATH", help="the interpreter of the jobs (default: Snakemake's own)"
    )
    _add_format(parser)
    parser.set_defaults(run=_compile)


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "explain",
        help="explain a message such as MLX201",
        description="Explain a message by its code.",
    )
    parser.add_argument("what", metavar="MLXnnn")
    parser.set_defaults(run=_explain)


def _add_format(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format", choices=("text", "json"), default="text", help="of messages (default: text)"
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _batch(text: str) -> int | None:
    return None if text == "auto" else _positive(text)


def _compile(given: argparse.Namespace) -> int:
    from mlx2smk.compiler import compile_experiments  # noqa: PLC0415

    options = _compile_options(given)
    if options is None:
        return USAGE
    compiled = compile_experiments(given.experiments, options)
    _show(compiled.diagnostics, given.format)
    if compiled.bundle is None:
        return FAILED
    try:
        compiled.bundle.write(options.directory)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}", FAILED)
    if given.format == "text":
        _tell(compiled)
    return OK


def _compile_options(given: argparse.Namespace) -> CompileOptions | None:
    from mlx2smk.compiler import CompileOptions  # noqa: PLC0415
    from mlx2smk.planner import PlanOptions  # noqa: PLC0415

    try:
        parallel = given.parallel or _parallel_from_environment()
    except ValueError as error:
        _complain(str(error), USAGE)
        return None
    settings = {"mlx_python": given.python} if given.python else {}
    plan = PlanOptions(parallel=parallel, batch=given.batch, stream_all=given.stream_all)
    return CompileOptions(directory=given.directory, plan=plan, settings=settings)


def _parallel_from_environment() -> int | None:
    text = os.environ.get("MLX_PARALLEL", "")
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"MLX_PARALLEL is {text!r}, not a whole number from 1 on")
    return int(text)


def _explain(given: argparse.Namespace) -> int:
    from mlx2smk.messages import explain  # noqa: PLC0415

    text = explain(given.what)
    if text is None:
        return _complain(f"there is no message {given.what}; messages are named like MLX201", USAGE)
    print(text, end="")
    return OK


def _tell(compiled: Compiled) -> None:
    """Say what was compiled, in a line for each experiment."""
    for unit in compiled.units:
        trials = ", ".join(f"{t.name} ({t.combinations})" for t in unit.plan.trials)
        print(f"{unit.plan.source}: {trials}")


def _show(diagnostics: Iterable[Diagnostic], form: str) -> None:
    from mlx2smk.diagnostics import render, to_json  # noqa: PLC0415

    if form == "json":
        print(to_json(diagnostics))
        return
    colour = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    for diagnostic in diagnostics:
        print(render(diagnostic, colour=colour), file=sys.stderr)


def _complain(text: str, code: int) -> int:
    print(f"mlx: {text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
