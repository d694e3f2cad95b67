"""What is checked, once, when Snakemake starts: whether the results that are there can be trusted."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .. import layout, letter_case
from .snakemake_api import fail, key_of_output, mark_incomplete, recorded_outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .compiled import CompiledFolder
    from .snakemake_api import Snakemake

NAMED = 3
"""Files up to which an error names each."""


def check_known(results: str, most_jobs: int) -> None:
    """Refuse results that Snakemake has lost its records of, since it would take them for current.

    Results of an interrupted run are recorded as incomplete, and made again. When Snakemake itself is
    interrupted, it may forget a job whose worker still ends, and whose result then has no record at all. So
    where few are without a record, they are recorded as incomplete here: as many as have one, or as many
    as can run at once (`most_jobs`) in a run that has not come to its end. Where more are, the records were
    deleted, or the results come from elsewhere.
    """
    # Before the records, so that what another Snakemake makes meanwhile has one.
    folders = [Path(results, kind) for kind in layout.RECORD_FOLDERS]
    files = [path for folder in folders for path in folder.rglob("*.json")]
    reports = [*filter(Path.is_file, [Path(results, layout.REPORT)])]
    files += reports
    known = recorded_outputs()
    if known is None:
        return
    paths = [f"{results}/{path.relative_to(results).as_posix()}" for path in files]
    lost = [path for path in paths if key_of_output(path) not in known]
    few = max(len(paths) // 2, 0 if reports else most_jobs)
    if lost and not (len(lost) <= few and _are_made_again(lost)):
        what = results if len(lost) > NAMED or lost == paths else " and ".join(lost)
        fail(
            f"{what} was made by a run that Snakemake has no records of (in .snakemake/metadata), "
            f"so nobody can tell what in it is stale: delete {what} "
            f"(what is in the store of results, {layout.STORE}, does not run again)"
        )


def _are_made_again(lost: list[str]) -> bool:
    """Record results as incomplete, and say so; tell whether that was possible."""
    try:
        for path in lost:
            mark_incomplete(path)
    except OSError:
        return False
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    print(
        f"mlx: {lost[0]}{more} was left by an interrupted run without a record of Snakemake's, and is "
        f"made again (what is in the store of results, {layout.STORE}, does not run again)",
        file=sys.stderr,
    )
    return True


def check_deployed(snakemake: Snakemake, compiled: CompiledFolder) -> None:
    """Refuse to run in this machine's environment what was compiled for another one."""
    methods = snakemake.deployment_methods()
    needed = compiled.needed_methods
    if methods is not None and set(needed) - methods:
        fail(
            "The experiment was compiled to run in an environment of its own, which Snakemake was not "
            f"told to use: start it with `snakemake --sdm {' '.join(needed)}`, or write "
            f"`software-deployment-method: [{', '.join(needed)}]` into the profile that is in use "
            "(or compile again without --conda and --container)"
        )


def check_names_differ(compiled: CompiledFolder) -> None:
    """Refuse functions whose results would be one file here, which they were not where they were compiled."""
    for stem in compiled.stems():
        plan = compiled.plan(stem)
        entries = [*plan["setups"], *plan["trials"], *plan["verifications"]]
        pairs = list(letter_case.alike(entry["name"] for entry in entries))
        if pairs and letter_case.is_ignored_in(os.curdir):
            first, name = pairs[0]
            fail(
                f"this disk does not distinguish {name} from {first}, two functions of {stem}, so their "
                "results would be one file: rename one of them and compile again, or run on another disk"
            )


def tell_of_changes(compiled: CompiledFolder, *, with_python: bool) -> None:
    """Say on standard error which edits this run does not know of."""
    for stem in compiled.stems():
        files = ", ".join(compiled.changed_files(stem))
        if files:
            text = (
                f"mlx: {files} changed since {stem} was compiled, and this is the version before: "
            )
            command = compiled.compile_command(stem, with_python=with_python)
            print(text + command, file=sys.stderr)
