"""``mlx gc``: delete what no compiled experiment needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, OK, add_directory, count_of, print_error
from mlx2smk.runtime.words import counted

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from mlx2smk.commands import Commands
    from mlx2smk.results.gc import Garbage


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "gc",
        help="delete results and stored runs that no compiled experiment needs",
        description="Delete files that no experiment compiled into this folder needs: stored runs and "
        "archived code of earlier versions, and results and logs of jobs that no longer exist. Results of an "
        "experiment that is no longer compiled are kept as long as its file exists. What the runs that "
        "mlx history lists were made of is kept.",
        epilog="example: mlx gc --dry-run",
    )
    add_directory(parser, "clean up")
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="only show what would be deleted"
    )
    parser.add_argument(
        "--experiment",
        metavar="NAME",
        action="append",
        default=[],
        help="also delete the results of this experiment, which is no longer compiled",
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help="also delete the results of all experiments that are no longer compiled",
    )
    parser.add_argument(
        "--history",
        metavar="N",
        type=count_of,
        help="keep only the last N finished runs of an experiment (default: all that mlx history lists)",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Print what is not needed, and delete it; return the exit code."""
    from mlx2smk.emission.locks import quiet  # noqa: PLC0415
    from mlx2smk.results.gc import garbage  # noqa: PLC0415

    try:
        garbage(given.directory, history=given.history)  # complain before a lock file is created
        with quiet(given.directory):
            kept = given.history
            found = garbage(given.directory, given.experiment, everyone=given.all, history=kept)
            _clean(given, found)
    except ValueError as error:
        return print_error(str(error), FAILED)
    return OK


def _clean(given: argparse.Namespace, found: list[Garbage]) -> None:
    from mlx2smk.results.gc import LinkedGarbage, PartlyGarbage  # noqa: PLC0415

    inside = [item for item in found if not isinstance(item, LinkedGarbage)]
    for item in found:
        stays = "" if item in inside else " (stays: a link leads out of this folder)"
        print(_line(item.what, [item]) + stays)
    print(_line("in all", inside) if inside else "nothing to delete")
    if not given.dry_run:
        # To rewrite files takes space, which the others give back.
        for item in sorted(inside, key=lambda item: isinstance(item, PartlyGarbage)):
            item.delete()
        if inside:
            print("deleted")
        _compact(given.directory)


def _compact(directory: Path) -> None:
    """Put together what is stored; it takes space, and can wait where there is none."""
    from mlx2smk.results.linked_places import linked_out  # noqa: PLC0415
    from mlx2smk.results.stored import compact  # noqa: PLC0415
    from mlx2smk.runtime.layout import STORE  # noqa: PLC0415
    from mlx2smk.runtime.os_errors import os_error_line  # noqa: PLC0415

    store = directory / STORE
    if not linked_out(directory, [store / "any"]):
        try:
            compact(store)
        except OSError as error:
            print_error(f"stored runs are not put together: {os_error_line(error)}", OK)


def _line(what: str, items: list[Garbage]) -> str:
    from mlx2smk.runtime.limits import size_text  # noqa: PLC0415

    files = counted(sum(len(item.files) for item in items), "file")
    return f"{what}: {files}, {size_text(sum(item.size for item in items))}"
