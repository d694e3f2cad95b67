"""The experiments that were compiled into a folder before, with the options that they were compiled with.

They stay compiled when another experiment is added. The plan of a dropped experiment is kept in
``.mlx/dropped``, so that ``mlx gc`` knows which stored runs belong to it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_folder import OtherInterpreter, TakenStem
from mlx2smk.diagnostics.about_warnings import DroppedExperiment
from mlx2smk.emission.bundle import read_manifest
from mlx2smk.language.text_digests import digest_of
from mlx2smk.planning.plan_reading import OtherVersionError, from_json
from mlx2smk.planning.planner import PlanOptions
from mlx2smk.runtime import layout

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mlx2smk.diagnostics.diagnostic import Diagnostic
    from mlx2smk.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An experiment that is compiled into the folder; ``plan`` is None if this version cannot read it.

    Then ``is_other_version`` says whether another version of mlx wrote it; else it is damaged.
    ``file`` is where the plan is; ``path`` is where its source was then, seen from the current folder.
    """

    name: str
    file: Path
    text: str
    plan: Plan | None = None
    path: str = ""
    options: PlanOptions = field(default_factory=PlanOptions)
    is_other_version: bool = False

    @property
    def is_damaged(self) -> bool:
        """Whether its plan is none, of whichever version."""
        return self.plan is None and not self.is_other_version

    @property
    def is_there(self) -> bool:
        """Whether its source still exists."""
        return self.plan is not None and Path(self.path).is_file()


def neighbours(directory: Path) -> tuple[Neighbour, ...]:
    """Return all experiments that are compiled into a folder, by name."""
    paths = sorted(path for path in read_manifest(directory).files if path.endswith("/plan.json"))
    return tuple(_neighbour(directory, path) for path in paths if (directory / path).is_file())


def _neighbour(directory: Path, path: str) -> Neighbour:
    file = directory / path
    folder = file.parent
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        plan = from_json(text)
    except ValueError as error:
        other = isinstance(error, OtherVersionError)
        return Neighbour(folder.name, file, text, is_other_version=other)
    options = PlanOptions(
        parallel=plan.parallel,
        batch=plan.batch,
        stream_all=plan.stream_all,
        conda=Path(os.path.normpath(folder / plan.conda)) if plan.conda else None,
        container=plan.container,
        python=plan.python,
    )
    source = str(plan.file_in(directory))
    return Neighbour(plan.experiment, file, text, plan, source, options)


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
        obstacle = _obstacle(other, stems, python)
        if obstacle is not None:
            yield obstacle


def _obstacle(other: Neighbour, stems: Mapping[str, str], python: str | None) -> Diagnostic | None:
    """Return why an experiment cannot stay; ``stems`` are those of the experiments that are given."""
    if other.plan is None:
        return DroppedExperiment.about(other.name, reason="another version of mlx compiled it")
    path = stems.get(other.name.casefold())
    if not other.is_there:
        replaced = path is not None
        return None if replaced else DroppedExperiment.about(other.path, reason="its file is gone")
    if path is not None:
        return TakenStem.about(path, other=other.path, stem=other.name)
    if other.options.python != python:
        said = f"--python {other.options.python}" if other.options.python else "no --python"
        return OtherInterpreter.about(other.path, said=said)
    return None


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
    return f"{layout.DROPPED}/{plan.experiment}-{digest_of(plan.source)[:8]}.json"


def dropped_paths(directory: Path) -> list[Path]:
    """Return where the plans are kept of experiments that were compiled into a folder once."""
    return sorted((directory / layout.DROPPED).glob("*.json"))


def others_than(given: Sequence[str], before: Iterable[Neighbour]) -> Iterator[Neighbour]:
    """Yield the experiments of the folder that are none of those given, but for damaged ones."""
    for each in before:
        if each.is_damaged:
            continue
        if each.plan is None or not any(is_same_file(path, each.path) for path in given):
            yield each
