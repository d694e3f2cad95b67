"""``mlx report``: the results of an experiment as one page."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.commands import OK, add_directory, print_error
from mlx2smk.commands.output_files import write_output
from mlx2smk.commands.results import add_experiment

if TYPE_CHECKING:
    from mlx2smk.commands import Commands
    from mlx2smk.planning.plan import Plan

_EXAMPLES = """\
examples:
  mlx report                            results/<experiment>/report.html, for a browser
  mlx report exp.py -o exp.html
  mlx report --crate crate              a folder with everything, as a Workflow Run RO-Crate
"""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "report",
        help="write the results as one page with tables and figures",
        description="Write verdicts, results, figures, failures and code as one HTML file.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_experiment(parser)
    add_directory(parser, "look into")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="where to write it (default: results/<experiment>/report.html)",
    )
    parser.add_argument(
        "--crate",
        metavar="DIR",
        type=Path,
        help="write a Workflow Run RO-Crate into this folder: workflow, experiment, results and report",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Write the report; return the exit code."""
    from mlx2smk.report.libraries import PAGE_PACKAGES, check_installed  # noqa: PLC0415
    from mlx2smk.results.choosing import chosen_plan  # noqa: PLC0415

    plan = chosen_plan(given.directory, given.experiment)
    check_installed("mlx report", PAGE_PACKAGES)
    if given.crate is not None:
        return _write_crate(given, plan)
    path = given.output or given.directory / _default_path(plan)
    write_output(path, [_page(given, plan).encode("utf-8", "backslashreplace")])
    print(path)
    return OK


def _write_crate(given: argparse.Namespace, plan: Plan) -> int:
    from mlx2smk.report.crate import CRATE_PACKAGES, check_target, write_crate  # noqa: PLC0415
    from mlx2smk.report.libraries import check_installed  # noqa: PLC0415

    check_installed("mlx report --crate", CRATE_PACKAGES)
    check_target(given.crate)
    write_crate(given.directory, plan, _page(given, plan), given.crate)
    print(given.crate)
    return OK


def _default_path(plan: Plan) -> str:
    from mlx2smk.runtime import layout  # noqa: PLC0415

    return f"{layout.results_of(plan.experiment)}/{layout.PAGE}"


def _page(given: argparse.Namespace, plan: Plan) -> str:
    from mlx2smk.commands.paging import where_words  # noqa: PLC0415
    from mlx2smk.report.page_contents import page_contents  # noqa: PLC0415
    from mlx2smk.report.page_rendering import page_html  # noqa: PLC0415

    contents = page_contents(given.directory, plan, where_words(given.directory, plan))
    if contents.partial:
        print_error(f"{plan.experiment} is {contents.status}: the report is partial", OK)
    return page_html(contents)
