"""The experiments that were compiled into a folder before, with the options that they were compiled with.

They stay compiled when another experiment is added. The plan of a dropped experiment is kept in
``.mlx/dropped``, so that ``mlx gc`` knows which stored runs belong to it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_folder import OtherInterpreter, TakenStem
from mlx2smk.diagnostics.about_warnings import DroppedExperiment
from mlx2smk.emission.bundle import read_manifest
from mlx2smk.language.digests import digest_of
from mlx2smk.planning.plan import from_json
from mlx2smk.planning.planner import PlanOptions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.planning.plan import Plan

DROPPED = ".mlx/dropped"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An experiment that is compiled into the folder; ``plan`` is None if this version cannot read it.

    ``path`` is the path of its source when it was compiled, relative to the current folder.
    """

    name: str
    text: str
    plan: Plan | None
    path: str
    options: PlanOptions

    @property
    def is_there(self) -> bool:
        """Whether its source still exists."""
        return self.plan is not None and Path(self.path).is_file()


def neighbours(directory: Path) -> tuple[Neighbour, ...]:
    """Return all experiments that are compiled into a folder, by name."""
    paths = sorted(path for path in read_manifest(directory).files if path.endswith("/plan.json"))
    return tuple(_neighbour(directory, path) for path in paths if (directory / path).is_file())


def _neighbour(directory: Path, path: str) -> Neighbour:
    text = (directory / path).read_text(encoding="utf-8", errors="replace")
    folder = (directory / path).parent
    plan = _plan(text)
    if plan is None:
        return Neighbour(folder.name, text, None, "", PlanOptions())
    options = PlanOptions(
        parallel=plan.parallel,
        batch=plan.batch,
        stream_all=plan.stream_all,
        conda=Path(os.path.normpath(folder / plan.conda)) if plan.conda else None,
        container=plan.container,
        python=plan.python,
    )
    source = os.path.normpath(directory / plan.source)
    return Neighbour(plan.experiment, text, plan, source, options)


def _plan(text: str) -> Plan | None:
    """Return the plan, or None if another version wrote it."""
    try:
        return from_json(text)
    except (ValueError, TypeError, KeyError):
        return None


def is_same_file(path: str, other: str) -> bool:
    """Tell whether two paths refer to the same file, which need not exist."""
    try:
        return Path(path).samefile(other)
    except OSError:
        return _absolute(path) == _absolute(other)


def _absolute(path: str) -> str:
    return os.path.normpath(Path(path).absolute())


def check_neighbours(
    given: Collection[str], others: Collection[Neighbour], python: str | None
) -> Iterator[Diagnostic]:
    """Yield why experiments compiled before cannot stay, or cannot be compiled with the given ones."""
    stems = {Path(path).stem.casefold(): path for path in given}
    for other in others:
        if other.plan is None:
            yield DroppedExperiment.about(other.name, reason="another version of mlx compiled it")
        elif not other.is_there:
            if other.name.casefold() not in stems:
                yield DroppedExperiment.about(other.path, reason="its file is gone")
        elif other.name.casefold() in stems:
            path = stems[other.name.casefold()]
            yield TakenStem.about(path, other=other.path, stem=other.name)
        elif other.options.python != python:
            said = f"--python {other.options.python}" if other.options.python else "no --python"
            yield OtherInterpreter.about(other.path, said=said)


def dropped(before: Collection[Neighbour], plans: Collection[Plan]) -> dict[str, str]:
    """Return the texts of the plans of experiments that are no longer compiled, by their paths."""
    now = {(plan.experiment, plan.source) for plan in plans}
    gone = [each.plan for each in before if each.plan is not None]
    texts = {each.name: each.text for each in before}
    return {
        _dropped_path(plan): texts[plan.experiment]
        for plan in gone
        if (plan.experiment, plan.source) not in now
    }


def _dropped_path(plan: Plan) -> str:
    return f"{DROPPED}/{plan.experiment}-{digest_of(plan.source)[:8]}.json"


def dropped_plans(directory: Path) -> Iterator[tuple[Path, Plan]]:
    """Yield the plans of experiments that were dropped from a folder, with their paths."""
    for path in sorted((directory / DROPPED).glob("*.json")):
        plan = _plan(path.read_text(encoding="utf-8", errors="replace"))
        if plan is not None:
            yield path, plan


def others_than(given: Sequence[str], before: Iterable[Neighbour]) -> Iterator[Neighbour]:
    """Yield the experiments of the folder that are not among the given ones."""
    for each in before:
        if each.plan is None or not any(is_same_file(path, each.path) for path in given):
            yield each
