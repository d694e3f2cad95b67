"""``mlx retry``: forget recorded failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, OK, add_directory, print_error

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands
    from mlx2smk.results.retry import FailedJob


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "retry",
        help="forget recorded failures, so that snakemake runs them again",
        description="Forget recorded failures, so that the next snakemake runs them again: all of them, those of "
        "a trial or verification, or those of combinations.",
        epilog="example: mlx retry train depth=3 && snakemake -j8",
        usage="mlx retry [-h] [-d D] [-n] [TRIAL [NAME=VALUE …] [EXP]]",
    )
    parser.add_argument(
        "words",
        metavar="TRIAL NAME=VALUE … EXP",
        nargs="*",
        help="forget only the failures of this trial, with these values of parameters (default: all failures)",
    )
    add_directory(parser, "search")
    parser.add_argument("-n", "--dry-run", action="store_true", help="only list the failures")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print what failed, and forget it; return the exit code."""
    from mlx2smk.emission.locks import quiet  # noqa: PLC0415
    from mlx2smk.results.choosing import split_words  # noqa: PLC0415
    from mlx2smk.results.recorded import compiled_plans  # noqa: PLC0415
    from mlx2smk.results.retry import failures, wanted  # noqa: PLC0415

    list(compiled_plans(given.directory))  # complain before a lock is made
    asked = None
    if given.words:
        parts, experiment = split_words(given.words[1:])
        asked = wanted(given.directory, given.words[0], parts, experiment)
    try:
        with quiet(given.directory):
            _forget(given, list(failures(given.directory, asked)))
    except ValueError as error:
        return print_error(str(error), FAILED)
    return OK


def _forget(given: argparse.Namespace, found: list[FailedJob]) -> None:
    from mlx2smk.results.retry import check_links, forget  # noqa: PLC0415

    check_links(given.directory, found)
    for failure in found:
        print(_line(failure))
        if not given.dry_run:
            forget(failure)
    if not found:
        print("nothing failed")
    elif not given.dry_run:
        print("forgotten; snakemake runs them again")


def _line(failure: FailedJob) -> str:
    what = f"{failure.function} {failure.job}".strip()
    count = f": {failure.failed} failures" if failure.failed > 1 else ""
    return f"{failure.experiment}: {what}{count}"
