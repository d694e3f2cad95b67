"""``mlx compile``: write the workflow for the given experiments."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
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
from mlx2smk.commands.fixing import add_fix, write_literals
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.commands import Commands
    from mlx2smk.compiler import Compiled, CompileOptions
    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.emission.bundle import Bundle


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "compile",
        help="compile experiments to workflow/Snakefile",
        description="Compile experiments to workflow/Snakefile and the files that it needs.",
        epilog="example: mlx compile exp.py && snakemake -j8",
    )
    parser.add_argument("experiments", metavar="EXP.py", nargs="+")
    add_directory(parser, "write into")
    add_plan_options(parser)
    parser.add_argument(
        "--profile",
        metavar="NAME",
        action="append",
        default=[],
        help="also write a profile for a cluster, to be used with snakemake --workflow-profile NAME",
    )
    parser.add_argument(
        "--only",
        action="store_true",
        help="drop the other experiments in the folder (default: compile them again, with their own options)",
    )
    parser.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="print nothing but messages about the experiments",
    )
    add_fix(parser)
    add_format(parser)
    parser.set_defaults(run=run)


def add_plan_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that affect the plan; other commands have them too."""
    parser.add_argument(
        "--parallel",
        metavar="N",
        type=_positive,
        help="value of __parallel__ for trials that do not set it (default: $MLX_PARALLEL)",
    )
    parser.add_argument(
        "--batch",
        metavar="N",
        type=_batch,
        help="combinations per job (default: auto, by how long the first ones take)",
    )
    parser.add_argument(
        "--stream-all",
        action="store_true",
        help="show the output of all combinations while they run",
    )
    parser.add_argument(
        "--python",
        metavar="PATH",
        help="Python interpreter for the jobs (default: Snakemake's own)",
    )
    parser.add_argument(
        "--conda",
        metavar="FILE",
        type=Path,
        help="conda environment that setups, trials and verifications run in",
    )
    parser.add_argument(
        "--container",
        metavar="IMAGE",
        help="container image that setups, trials and verifications run in",
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _batch(text: str) -> int | None:
    return None if text == "auto" else _positive(text)


def run(given: argparse.Namespace) -> int:
    """Compile, and write the workflow if there is no error; return the exit code."""
    options = compile_options(given)
    if options is None:
        return USAGE_ERROR
    if given.fix:
        write_literals(given)
    compiled, complaint = write_workflow(given.experiments, options)
    show_diagnostics([*compiled.diagnostics, *complaint], given.format)
    if compiled.bundle is None or complaint:
        return FAILED
    if given.format == "text" and not given.quiet:
        _tell(compiled, given)
    return OK


def _finish(directory: Path) -> None:
    """Complete the write of an earlier compile that was killed."""
    from mlx2smk.emission.bundle import finish  # noqa: PLC0415
    from mlx2smk.emission.locks import changing  # noqa: PLC0415

    with changing(directory):
        finish(directory)


def write_workflow(
    paths: Sequence[str], options: CompileOptions
) -> tuple[Compiled, tuple[Diagnostic, ...]]:
    """Compile and write; return also why nothing was written although there is no error.

    A write that an earlier compile began, and was killed in, is completed first.
    """
    from mlx2smk.emission.bundle import is_begun  # noqa: PLC0415

    if is_begun(options.directory):
        _finish(options.directory)
    return _compile(paths, options)


def _compile(
    paths: Sequence[str], options: CompileOptions
) -> tuple[Compiled, tuple[Diagnostic, ...]]:
    from mlx2smk.compiler import compile_experiments  # noqa: PLC0415
    from mlx2smk.emission.bundle import read_manifest  # noqa: PLC0415
    from mlx2smk.emission.locks import changing  # noqa: PLC0415

    before = read_manifest(options.directory)
    compiled = compile_experiments(paths, options)
    if compiled.bundle is None and not (options.directory / layout.COMPILE_LOCK).exists():
        return compiled, ()
    with changing(options.directory):
        # Another compile may have been faster, or be in the middle of its write.
        if compiled.bundle is None or read_manifest(options.directory) != before:
            compiled = compile_experiments(paths, options)
        return compiled, _write(compiled.bundle, options.directory)


def _write(bundle: Bundle | None, directory: Path) -> tuple[Diagnostic, ...]:
    from mlx2smk.diagnostics.about_folder import RunningHere  # noqa: PLC0415
    from mlx2smk.emission.locks import undisturbed  # noqa: PLC0415

    if bundle is None:
        return ()
    if bundle.is_written(directory):
        bundle.write_archive(directory)
        return ()
    with undisturbed(directory) as free:
        if not free:
            return (RunningHere.about(str(directory)),)
        bundle.write(directory)
    return ()


def compile_options(given: argparse.Namespace) -> CompileOptions | None:
    """Return the options; None, after printing a complaint, if they are invalid."""
    from mlx2smk.commands import environment  # noqa: PLC0415
    from mlx2smk.compiler import CompileOptions  # noqa: PLC0415
    from mlx2smk.planning.planner import PlanOptions  # noqa: PLC0415

    try:
        environment.check(given)
        _check_profiles(given)
        parallel = given.parallel or _parallel_from_environment()
    except ValueError as error:
        print_error(str(error), USAGE_ERROR)
        return None
    python = environment.job_interpreter(given)
    plan = PlanOptions(
        parallel=parallel,
        batch=given.batch,
        stream_all=given.stream_all,
        conda=given.conda,
        container=environment.container(given),
        python=python,
    )
    return CompileOptions(
        directory=given.directory,
        plan=plan,
        settings={"mlx_python": python} if python else {},
        profiles=tuple(given.profile),
        only=given.only,
    )


def _check_profiles(given: argparse.Namespace) -> None:
    """Raise ValueError if a requested profile does not exist."""
    from mlx2smk.emission.deployment import profile_names  # noqa: PLC0415

    for name in given.profile:
        if name not in profile_names():
            known = ", ".join(profile_names())
            raise ValueError(f"there is no profile {name!r}; those there are: {known}")


def _parallel_from_environment() -> int | None:
    text = os.environ.get("MLX_PARALLEL", "")
    try:
        return _positive(text) if text else None
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"MLX_PARALLEL: {error}") from None


def _tell(compiled: Compiled, given: argparse.Namespace) -> None:
    """Print what was compiled: to a person what it will do, to a program a line for each experiment."""
    from mlx2smk.commands.compile_summary import brief_lines, full_lines  # noqa: PLC0415
    from mlx2smk.commands.environment import chosen  # noqa: PLC0415

    if sys.stdout.isatty():
        lines = full_lines(compiled.units, given.directory, chosen(given))
    else:
        lines = brief_lines(compiled.units)
    print("\n".join(lines))
