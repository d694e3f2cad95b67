"""``mlx gc``: find and delete what no experiment that is compiled into a folder needs any more.

These are needed: results and logs of current functions and jobs; in the store, all runs of current code and
those that current results refer to; in the archive, current code and the code that current results refer
to; of both also what belongs to the finished runs in the history, so that an edit can be undone without
running again. Code and jobs are current if their experiment is compiled, or was compiled and its file still
exists.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.emission.locks import check_quiet
from mlx2smk.emission.neighbours import dropped_paths
from mlx2smk.results.decided import with_former_jobs
from mlx2smk.results.finished_runs import remembered_codes
from mlx2smk.results.linked_places import linked_out
from mlx2smk.results.parts import files_in, parts_left
from mlx2smk.results.recorded import (
    Results,
    compiled_plans,
    read_hint,
    read_job,
    read_plan,
    read_setup,
    read_verdict,
)
from mlx2smk.results.stored import loose_records, stored_codes, unfinished_files
from mlx2smk.results.validation import DROP
from mlx2smk.runtime import layout
from mlx2smk.runtime.remembering import entry_numbers, unneeded
from mlx2smk.runtime.store import code_name
from mlx2smk.runtime.variants import all_codes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mlx2smk.planning.plan import Plan
    from mlx2smk.results.stored import StoredCode
    from mlx2smk.runtime.documents import JobRecord, MadeFrom, SetupRecord, VerdictRecord

RESULT_FOLDERS = ("trials", "packing", "updates", "context", "verify", "setup")
LOG_FOLDERS = ("collect", "pack", "context", "verify", "setup")
UNKNOWN = "unknown code"


@dataclass(frozen=True, slots=True)
class Garbage:
    """Files that nothing needs, with a description of what they are; there is at least one file."""

    what: str
    files: tuple[Path, ...]
    spared: int = 0

    @property
    def size(self) -> int:
        """The bytes that are not needed: those of all files, but for those that are spared."""
        return sum(path.lstat().st_size for path in self.files) - self.spared

    def delete(self) -> None:
        """Delete the files, and the folders that become empty."""
        for path in self.files:
            path.unlink(missing_ok=True)
        for folder in sorted({path.parent for path in self.files}, reverse=True):
            while not folder.is_symlink() and not any(folder.iterdir()):
                folder.rmdir()
                folder = folder.parent  # noqa: PLW2901 - up to what holds something else


@dataclass(frozen=True, slots=True, kw_only=True)
class PartlyGarbage(Garbage):
    """Files of the store that contain some runs that are needed: those with certain keys."""

    stored: StoredCode
    needed: frozenset[str]

    def delete(self) -> None:
        """Rewrite the files without what nothing needs."""
        self.stored.keep_only(self.needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderGarbage(Garbage):
    """A folder that nothing needs, with all that is in it."""

    folder: Path

    def delete(self) -> None:
        """Delete the folder; links in it are not followed."""
        shutil.rmtree(self.folder)


class LinkedGarbage(Garbage):
    """Files to which a link leads out of the folder: whose they are is not known, so that they stay."""

    def delete(self) -> None:
        """Delete nothing."""


def garbage(
    directory: Path,
    asked: Collection[str] = (),
    *,
    everyone: bool = False,
    history: int | None = None,
) -> list[Garbage]:
    """Return what is not needed.

    The results of an experiment that is no longer compiled, but whose file still exists, are included only
    if its name is in ``asked``, or with ``everyone``. Raises ValueError if nothing is compiled into the
    folder, if a plan is from another version, or if Snakemake is running there.
    """
    plans = [with_former_jobs(plan, directory) for plan in compiled_plans(directory)]
    if not plans:
        raise ValueError(
            "no experiment is compiled into this folder, so nothing says what is needed"
        )
    check_quiet(directory)
    left, kept = _left(directory, {plan.experiment for plan in plans}, asked, everyone=everyone)
    found = [
        *_stored(directory, plans + kept, history),
        *_code(directory, plans + kept, history),
    ]
    found += left
    for folder in parts_left(directory):
        what = f"partial run of {folder.name}, which is gone"
        found.append(FolderGarbage(what, files_in(folder), folder=folder))
    for plan in plans + kept:
        found += _history(directory, plan, history)
    for plan in plans:
        found += _results(directory, plan)
        found += _logs(directory, plan)
    return [part for item in found for part in _by_links(directory, item)]


def _by_links(directory: Path, item: Garbage) -> Iterator[Garbage]:
    """Yield what is in the folder, and what links lead to elsewhere."""
    out = linked_out(directory, item.files)
    if not out:
        yield item
        return
    yield LinkedGarbage(item.what, tuple(out))
    if len(out) < len(item.files) and not isinstance(item, PartlyGarbage):
        yield Garbage(item.what, tuple(path for path in item.files if path not in set(out)))


def _left(
    directory: Path, compiled: Collection[str], asked: Collection[str], *, everyone: bool
) -> tuple[list[Garbage], list[Plan]]:
    """Return what can be deleted of experiments that are no longer compiled, and the plans of the others."""
    gone: list[Garbage] = []
    kept: list[Plan] = []
    names: set[str] = set()
    for path in dropped_paths(directory):
        plan = read_plan(path, DROP)
        names.add(plan.experiment)
        if everyone or plan.experiment in asked:
            gone += _everything(directory, path, plan, compiled)
        elif (directory / plan.source).is_file():
            kept.append(plan)
    for name in sorted(set(asked) - names):
        why = "is compiled into" if name in compiled else "was never dropped from"
        raise ValueError(f"the experiment {name} {why} this folder, so that nothing of it can go")
    return gone, kept


def _everything(
    directory: Path, path: Path, plan: Plan, compiled: Collection[str]
) -> Iterator[Garbage]:
    """Yield the results and logs of an experiment, unless another one now uses its name, and its plan."""
    name = plan.experiment
    folders = (
        []
        if name in compiled
        else [directory / root / name for root in (layout.RESULTS, layout.LOGS, layout.HISTORY)]
    )
    files = (file for folder in folders for file in sorted(folder.rglob("*")) if file.is_file())
    yield Garbage(f"experiment {name}, which is compiled no longer", (*files, path))


def _stored(directory: Path, plans: Sequence[Plan], history: int | None) -> Iterator[Garbage]:
    store = directory / layout.STORE
    current = {code for plan in plans for trial in plan.trials for code in trial.codes}
    current.update(_remembered(directory, plans, history))
    named = set(_named_keys(directory, plans))
    names = _archived_names(directory)
    groups: dict[str, list[Path]] = {}
    for record in loose_records(store):
        if record.code not in current and record.key not in named:
            what = names.get(record.code, UNKNOWN)
            groups.setdefault(f"stored runs of {what}", []).append(record.path)
    short = {code_name(code): name for code, name in names.items()}
    for stored in stored_codes(store):
        if stored.name not in map(code_name, current):
            yield from _stored_garbage(stored, short.get(stored.name, UNKNOWN), named)
    groups["unfinished files"] = unfinished_files(store)
    yield from _groups(groups)


def _stored_garbage(stored: StoredCode, what: str, named: Collection[str]) -> Iterator[Garbage]:
    """Yield what nothing needs of the runs of a code that no experiment has any more."""
    sizes = stored.sizes()
    needed = frozenset(sizes).intersection(named)
    if not needed:
        yield Garbage(f"stored runs of {what}", stored.files)
    elif len(needed) < len(sizes):
        spared = sum(sizes[key] for key in needed)
        said = f"some stored runs of {what}"
        yield PartlyGarbage(said, stored.files, spared, stored=stored, needed=needed)


def _named_keys(directory: Path, plans: Sequence[Plan]) -> Iterator[str]:
    for plan in plans:
        results = Results(directory, plan.experiment)
        for path in _jobs(results, plan):
            record = read_job(path)
            yield from filter(None, record.get("keys", []) if record else [])


def _remembered(directory: Path, plans: Sequence[Plan], history: int | None) -> Iterator[str]:
    """Yield the digests of the code of finished runs that are kept."""
    for plan in plans:
        yield from remembered_codes(directory, plan.experiment, history)


def _history(directory: Path, plan: Plan, history: int | None) -> Iterator[Garbage]:
    folder = layout.history_of(plan.experiment)
    last = len(entry_numbers(str(directory / folder))) if history is None else history
    files = tuple(map(Path, unneeded(str(directory / folder), last)))
    if files:
        yield Garbage(f"history of {plan.experiment}", files)


def _code(directory: Path, plans: Sequence[Plan], history: int | None) -> Iterator[Garbage]:
    needed = {function.digest for plan in plans for function in plan.functions}
    needed |= {code for plan in plans for trial in plan.trials for code in trial.codes}
    needed |= {code for made in _made_from(directory, plans) for code in all_codes(made)}
    needed.update(_remembered(directory, plans, history))
    versions = sorted((directory / layout.ARCHIVE).glob("*.json"))
    yield from _groups({"earlier code": [path for path in versions if path.stem not in needed]})


def _made_from(directory: Path, plans: Sequence[Plan]) -> Iterator[MadeFrom]:
    """Yield what the results of current functions and jobs were made from."""
    for plan in plans:
        results = Results(directory, plan.experiment)
        records: Iterator[JobRecord | SetupRecord | VerdictRecord | None] = chain(
            (read_setup(results.setup_path(setup.name)) for setup in plan.setups),
            (read_verdict(results.verdict_path(verify.name)) for verify in plan.verifications),
            map(read_job, _jobs(results, plan)),
        )
        for record in records:
            if record is not None and "made_from" in record:
                yield record["made_from"]


def _results(directory: Path, plan: Plan) -> Iterator[Garbage]:
    results = Results(directory, plan.experiment)
    owned = set(_owned(results, plan))
    owned |= {path.with_name(layout.kept_path(path.name)) for path in owned}
    owned |= {path for trial in plan.trials for path in results.collected_paths(trial.name)}
    owned |= {path for trial in plan.trials for path in results.shown_paths(trial.name)}
    owned |= {results.packing_path(trial.name) for trial in plan.trials if trial.tail}
    owned |= {results.context_path(function.name) for function in plan.functions}
    root = directory / layout.results_of(plan.experiment)
    groups = {
        f"results of {plan.experiment}: jobs of {folder.name}": sorted(folder.glob("*.json*"))
        for folder in sorted(root.glob("runs/*"))
    }
    others = [path for kind in RESULT_FOLDERS for path in sorted((root / kind).glob("*.json"))]
    others += sorted(root.glob(layout.table_path("*"))) + sorted(root.glob(layout.plots_path("*")))
    groups[f"results of {plan.experiment}: functions that are no more"] = others
    yield from _groups(groups, owned)


def _owned(results: Results, plan: Plan) -> Iterator[Path]:
    """Yield the paths of the records of a plan's setups, jobs and verifications."""
    yield from (results.setup_path(setup.name) for setup in plan.setups)
    yield from (results.verdict_path(verify.name) for verify in plan.verifications)
    yield from _jobs(results, plan)


def _jobs(results: Results, plan: Plan) -> Iterator[Path]:
    for trial in plan.trials:
        yield from (results.run_path(trial.name, job.name) for job in trial.jobs)


def _logs(directory: Path, plan: Plan) -> Iterator[Garbage]:
    results = Results(directory, plan.experiment)
    root = directory / layout.logs_of(plan.experiment)
    owned = {results.log_path(trial.name, job.name) for trial in plan.trials for job in trial.jobs}
    for function in plan.functions:
        owned |= {root / kind / f"{function.name}.log" for kind in (*LOG_FOLDERS, function.kind)}
    found = [path for folder in sorted(root.glob("runs/*")) for path in folder.glob("*.log")]
    found += [path for kind in LOG_FOLDERS for path in (root / kind).glob("*.log")]
    yield from _groups({f"logs of {plan.experiment}": sorted(found)}, owned)


def _groups(groups: Mapping[str, Iterable[Path]], owned: Iterable[Path] = ()) -> Iterator[Garbage]:
    needed = frozenset(owned)
    for what, paths in groups.items():
        files = tuple(path for path in paths if path not in needed)
        if files:
            yield Garbage(what, files)


def _archived_names(directory: Path) -> dict[str, str]:
    """Return the names of the functions whose code is archived, by digest."""
    found = ((path.stem, read_hint(path)) for path in (directory / layout.ARCHIVE).glob("*.json"))
    known = ((digest, entry) for digest, entry in found if isinstance(entry, dict))
    return {digest: str(entry["function"]) for digest, entry in known if "function" in entry}
