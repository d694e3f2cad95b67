"""``mlx results``: the results of an experiment as a table."""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.commands import OK, add_directory, count_of, print_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.commands import Commands
    from mlx2smk.planning.plan import Plan
    from mlx2smk.results.columns import Table
    from mlx2smk.results.rows import Row

AT_ONCE = 1 << 20
"""Characters that are encoded at once."""

_EXAMPLES = """\
examples:
  mlx results                                  everything, as a table
  mlx results --where 'lr < 0.1 and model == "svm"' --sort -acc
  mlx results --group model,lr                 statistics over the seeds
  mlx results --best acc --columns model,lr,acc
  mlx results --failed                         what went wrong, and how to step into it
  mlx results --format csv -o results.csv
"""


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "results",
        help="show the results, also while snakemake runs",
        description="Show one row for each combination of parameters, also while snakemake runs.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_experiment(parser)
    add_directory(parser, "look into")
    parser.add_argument("--trial", metavar="T", help="only the combinations of this trial")
    parser.add_argument(
        "--where",
        metavar="EXPR",
        help="only rows for which this holds: columns, literals, comparisons, in, not in, and, or, not",
    )
    parser.add_argument(
        "--sort", metavar="COLUMNS", help="sort by columns; -COLUMN puts the largest first"
    )
    parser.add_argument("--columns", metavar="A,B", help="only these columns, in this order")
    parser.add_argument(
        "--group",
        metavar="A,B",
        help="count, mean, standard deviation and the 95%% interval of the mean by Student's t of all "
        "numeric fields, for each combination of values of these columns",
    )
    ends = parser.add_mutually_exclusive_group()
    ends.add_argument("--best", metavar="FIELD", help="the row with the largest value")
    ends.add_argument("--worst", metavar="FIELD", help="the row with the smallest value")
    parser.add_argument(
        "--failed", action="store_true", help="only what failed; as a table, grouped by cause"
    )
    parser.add_argument("--limit", metavar="N", type=count_of, help="at most N rows")
    parser.add_argument(
        "--format",
        dest="form",
        choices=("table", "csv", "json", "md", "parquet"),
        help="format of the output (default: table, or what the ending of FILE says)",
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="write into a file")
    parser.set_defaults(run=run)


def add_experiment(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the experiment, which may be left out where there is only one."""
    parser.add_argument(
        "experiment",
        metavar="EXP",
        nargs="?",
        help="path or name of an experiment (default: the only one in the folder)",
    )


def run(given: argparse.Namespace) -> int:
    """Print the results; return the exit code."""
    from mlx2smk.results.choosing import chosen_plan, chosen_trial  # noqa: PLC0415
    from mlx2smk.results.edited import edited_files  # noqa: PLC0415
    from mlx2smk.results.rows import rows_of  # noqa: PLC0415

    plan = chosen_plan(given.directory, given.experiment)
    edited = edited_files(given.directory, plan)
    if edited:
        print_error(
            f"{', '.join(edited)}: edited since mlx compile; results are of the version before", OK
        )
    trials = plan.trials if given.trial is None else (chosen_trial(plan, given.trial),)
    rows, table = _selected(given, rows_of(given.directory, plan, trials), len(trials) > 1)
    form = _form(given)
    if form == "table":
        _show(given, plan, rows, table)
    else:
        _write(_content(given, form, rows, table), given.output)
    return OK


def _form(given: argparse.Namespace) -> str:
    if given.form is None and given.output is not None:
        endings = {".csv": "csv", ".json": "json", ".md": "md", ".parquet": "parquet"}
        return endings.get(given.output.suffix, "table")
    return given.form or "table"


def _selected(
    given: argparse.Namespace, rows: list[Row], with_trial: bool
) -> tuple[list[Row], Table]:
    """Return the rows that are asked for, in the order asked for, and their table."""
    from mlx2smk.results.columns import table_of  # noqa: PLC0415
    from mlx2smk.results.groups import group_lines  # noqa: PLC0415
    from mlx2smk.results.ordering import extreme, ordered  # noqa: PLC0415
    from mlx2smk.results.rows import FAILED_STATUS  # noqa: PLC0415
    from mlx2smk.results.where import predicate  # noqa: PLC0415

    table = table_of(rows, with_trial=with_trial)
    row_of = {id(line): row for line, row in zip(table.lines, rows, strict=True)}
    if given.where is not None:
        table = table.with_lines(filter(predicate(given.where, table), table.lines))
    if given.failed:
        failed = (line for line in table.lines if row_of[id(line)].status == FAILED_STATUS)
        table = table.with_lines(failed)
    if given.group is not None:
        table = group_lines(table, _names(given.group))
    best = given.best or given.worst
    if best:
        option = "--best" if given.best else "--worst"
        table = extreme(table, _ranked(table, best), option)
    if given.sort is not None:
        table = ordered(table, given.sort)
    limit = 1 if best and given.limit is None else given.limit
    table = table.with_lines(table.lines[:limit])
    kept = [] if given.group is not None else [row_of[id(line)] for line in table.lines]
    if given.columns is not None:
        return kept, table.only(_names(given.columns), "--columns")
    return kept, table.visible()


def _ranked(table: Table, name: str) -> str:
    """Return the column that ranks groups: the mean of the field."""
    mean = f"{name}.mean"
    return mean if name not in table.names and mean in table.names else name


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _content(
    given: argparse.Namespace, form: str, rows: Sequence[Row], table: Table
) -> Iterable[str | bytes]:
    from mlx2smk.results import formats  # noqa: PLC0415

    if form == "csv":
        return formats.to_csv(table)
    if form == "md":
        return formats.to_markdown(table)
    if form == "parquet":
        return [formats.to_parquet(table)]
    chosen = given.columns is not None or given.group is not None
    return formats.table_to_json(table) if chosen else formats.rows_to_json(rows)


def _write(pieces: Iterable[str | bytes], path: Path | None) -> None:
    """Write piece by piece: one result alone may be large."""
    data = chain.from_iterable(map(_encoded, pieces))
    if path is not None:
        from mlx2smk.commands.output_files import write_output  # noqa: PLC0415

        write_output(path, data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.writelines(data)
    sys.stdout.buffer.flush()


def _encoded(piece: str | bytes) -> Iterator[bytes]:
    if isinstance(piece, bytes):
        yield piece
        return
    for start in range(0, len(piece), AT_ONCE):
        yield piece[start : start + AT_ONCE].encode("utf-8", "backslashreplace")


def _show(given: argparse.Namespace, plan: Plan, rows: Sequence[Row], table: Table) -> None:
    from mlx2smk.commands.paging import colours, show_lines, width  # noqa: PLC0415
    from mlx2smk.results.groups import METHOD, with_intervals  # noqa: PLC0415
    from mlx2smk.results.layouts import table_lines  # noqa: PLC0415
    from mlx2smk.runtime.result_fields import ERROR  # noqa: PLC0415

    if given.failed and given.columns is None and given.group is None:
        lines = _failures(given, plan, rows)
    elif not table.lines:
        lines = ["no rows"]
    else:
        fit, colour = (None, False) if given.output else (width(), colours())
        shown = table if given.columns else table.without_empty(ERROR)
        if given.group is not None and not given.columns:
            shown = with_intervals(shown)
        lines = list(table_lines(shown, fit, colour=colour))
        if given.group is not None:
            lines.append(f"(ci95: {METHOD})")
    if given.output is not None:
        _write((f"{line}\n" for line in lines), given.output)
    else:
        show_lines(lines)


def _failures(given: argparse.Namespace, plan: Plan, rows: Sequence[Row]) -> list[str]:
    from mlx2smk.commands.paging import where_words  # noqa: PLC0415
    from mlx2smk.results.failure_groups import failure_groups, failure_lines  # noqa: PLC0415

    groups = failure_groups(given.directory, plan, rows)
    more = where_words(given.directory, plan)
    return list(failure_lines(plan, groups, more)) or ["nothing failed"]
