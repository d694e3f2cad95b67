"""``mlx status``: how far an experiment is."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.commands import FAILED, OK, add_directory
from mlx2smk.commands.results import add_experiment

if TYPE_CHECKING:
    from mlx2smk.commands import Commands
    from mlx2smk.planning.plan import Plan
    from mlx2smk.results.progress import Progress

_EXAMPLES = """\
examples:
  mlx status
  mlx status --watch
  mlx status --check --no-failures && echo good
  mlx status --format junit > status.xml
"""
_INTERVAL = 1.0
"""Seconds between two looks with --watch."""

_HOME, _ERASE_LINE, _ERASE_BELOW, _CLEAR = "\033[H", "\033[K", "\033[J", "\033[2J"


def add_to(commands: Commands) -> None:
    """Add the command and its arguments to the parser."""
    parser = commands.add_parser(
        "status",
        help="show how far an experiment is, and whether it is validated",
        description="Show whether an experiment is compiled as it is now, how many of its combinations\n"
        "are done, the verdicts and the first failure.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_experiment(parser)
    add_directory(parser, "look into")
    parser.add_argument(
        "--watch",
        action="store_true",
        help="show it again whenever it changes, until it is finished",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit with 1 unless the experiment is validated, as it is now",
    )
    parser.add_argument(
        "--no-failures",
        action="store_true",
        help="like --check; exit with 1 also if any combination failed",
    )
    parser.add_argument(
        "--format",
        dest="form",
        choices=("text", "json", "junit"),
        default="text",
        help="format of the output (default: text)",
    )
    parser.set_defaults(run=run)


class _Standing(NamedTuple):
    """The progress of an experiment; ``changes`` are those since it was compiled."""

    progress: Progress
    compiled: str
    changes: tuple[str, ...] = ()


def run(given: argparse.Namespace) -> int:
    """Print how far the experiment is; return the exit code."""
    standing = _standing(given, {})
    if given.watch:
        standing = _watch(given, standing)
    else:
        sys.stdout.write(_text(given, standing))
    return _code(given, standing)


def _code(given: argparse.Namespace, standing: _Standing) -> int:
    from mlx2smk.results.progress import VALIDATED  # noqa: PLC0415
    from mlx2smk.results.progress_texts import CURRENT  # noqa: PLC0415

    if not given.check and not given.no_failures:
        return OK
    good = standing.progress.status == VALIDATED and standing.compiled == CURRENT
    if given.no_failures and standing.progress.failures:
        return FAILED
    return OK if good else FAILED


def _standing(given: argparse.Namespace, known: dict[str, tuple[str, ...]]) -> _Standing:
    """Return where the experiment stands; ``known`` keeps what changed, by the digests of the files."""
    from mlx2smk.results.choosing import chosen_plan, named_plan  # noqa: PLC0415
    from mlx2smk.results.progress import no_progress, progress_of  # noqa: PLC0415
    from mlx2smk.results.progress_texts import CURRENT, NEVER, STALE  # noqa: PLC0415
    from mlx2smk.results.recorded import compiled_plans  # noqa: PLC0415

    path, directory = given.experiment, given.directory
    if path is not None and named_plan(directory, compiled_plans(directory), path) is None:
        plan = _as_it_would_be(directory, path)
        if plan is not None:
            return _Standing(no_progress(plan), NEVER)
    plan = chosen_plan(directory, path)
    changes = _changes(directory, plan, known)
    return _Standing(progress_of(directory, plan), STALE if changes else CURRENT, changes)


def _as_it_would_be(directory: Path, path: str) -> Plan | None:
    """Return the plan of an experiment that is not compiled; None if there is no such file, or it has errors."""
    from mlx2smk.compiler import CompileOptions, compile_experiments  # noqa: PLC0415
    from mlx2smk.diagnostics.fault import FaultError  # noqa: PLC0415

    if not Path(path).is_file():
        return None
    compiled = compile_experiments([path], CompileOptions(directory=directory, only=True))
    if not compiled.units:
        errors = [each for each in compiled.diagnostics if each.severity == "error"]
        raise FaultError(errors[0])
    return compiled.units[0].plan


def _changes(directory: Path, plan: Plan, known: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what changed in an experiment since it was compiled."""
    from mlx2smk.compiler import CompileOptions, compile_experiments  # noqa: PLC0415
    from mlx2smk.emission.neighbours import neighbours  # noqa: PLC0415
    from mlx2smk.forecast.staleness import changes_since  # noqa: PLC0415
    from mlx2smk.results.edited import edited_files, state_of  # noqa: PLC0415

    edited = edited_files(directory, plan)
    if not edited:
        return ()
    state = state_of(directory, plan)
    if state not in known:
        own = next(each for each in neighbours(directory) if each.name == plan.experiment)
        if not own.is_there:
            return (f"{plan.source} is gone",)
        options = CompileOptions(directory=directory, plan=own.options, only=True)
        compiled = compile_experiments([own.path], options)
        units = [unit for unit in compiled.units if unit.plan.experiment == plan.experiment]
        errors = sum(each.severity == "error" for each in compiled.diagnostics)
        wrong = (f"{own.path} has errors: mlx compile says which",) if errors else ()
        known[state] = wrong or tuple(changes_since(directory, plan, units[0]))
    return known[state]


def _text(given: argparse.Namespace, standing: _Standing) -> str:
    import json  # noqa: PLC0415

    from mlx2smk.commands.paging import where_words  # noqa: PLC0415
    from mlx2smk.results.junit import to_junit  # noqa: PLC0415
    from mlx2smk.results.progress_texts import progress_as_dict, progress_lines  # noqa: PLC0415

    progress = standing.progress
    if given.form == "json":
        return json.dumps(progress_as_dict(progress, standing.compiled), indent=2) + "\n"
    if given.form == "junit":
        return to_junit(progress)
    more = where_words(given.directory, progress.plan)
    lines = progress_lines(progress, standing.compiled, standing.changes, more)
    return "".join(f"{line}\n" for line in lines)


def _watch(given: argparse.Namespace, standing: _Standing) -> _Standing:
    """Show where the experiment stands, again and again, until it is finished or nothing runs any more."""
    import time  # noqa: PLC0415

    known: dict[str, tuple[str, ...]] = {}
    shown = ""
    try:
        while True:
            text = _text(given, standing)
            if text != shown:
                _draw(text, first=not shown)
            shown = text
            if not _goes_on(standing):
                return standing
            time.sleep(_INTERVAL)
            standing = _standing(given, known)
    except KeyboardInterrupt:
        return standing


def _goes_on(standing: _Standing) -> bool:
    """Tell whether anything may still change: it runs, or somebody has yet to start it."""
    from mlx2smk.results.progress import NOT_FINISHED, NOT_RUN, RUNNING  # noqa: PLC0415

    return standing.progress.status in {RUNNING, NOT_FINISHED, NOT_RUN}


def _draw(text: str, *, first: bool) -> None:
    """Draw over what was there on a terminal; print below it elsewhere."""
    if not sys.stdout.isatty():
        sys.stdout.write(text if first else f"\n{text}")
    else:
        lines = text.replace("\n", f"{_ERASE_LINE}\n")
        sys.stdout.write(f"{_CLEAR if first else ''}{_HOME}{lines}{_ERASE_BELOW}")
    sys.stdout.flush()
