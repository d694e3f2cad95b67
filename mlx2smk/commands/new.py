"""``mlx new``: write a first experiment to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.commands import FAILED, OK, print_error
from mlx2smk.runtime.os_errors import name_file

if TYPE_CHECKING:
    import argparse

    from mlx2smk.commands import Commands

TEMPLATE = Path(__file__).with_name("first_experiment.txt")


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "new",
        help="write a first experiment to start from",
        description="Write a commented experiment that runs. An existing file is never overwritten.",
        epilog="example: mlx new sweep.py",
    )
    parser.add_argument(
        "path",
        metavar="EXP.py",
        nargs="?",
        type=Path,
        default=Path("exp.py"),
        help="file to write (default: exp.py)",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the file and say how to go on; return the exit code."""
    path: Path = given.path
    if path.suffix != ".py":
        return print_error(f"{path}: the name of an experiment ends with .py", FAILED)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE.read_text(encoding="utf-8"))
    except FileExistsError:
        return print_error(f"{path} exists; choose another name", FAILED)
    except OSError as error:
        if error.filename is None:  # the disk is full: half a template is of no use
            path.unlink()
        name_file(error, str(path))
        raise
    print(f"wrote {path}; to run it: mlx compile {path} && snakemake -j8")
    return OK
