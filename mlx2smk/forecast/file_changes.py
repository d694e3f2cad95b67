"""What runs used -> what of it certainly changed, and what runs before them may still change."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from mlx2smk.forecast import reasons as why
from mlx2smk.forecast.outlook import UncertainFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any

    from mlx2smk.forecast.past import Basis, Difference, Maker, StoredRun
    from mlx2smk.forecast.reasons import Reason
    from mlx2smk.planning.plan import FunctionPlan


class Unsettled:
    """The runs that will or may happen, in order; whatever they made last time may change."""

    def __init__(self) -> None:
        self._runs: set[Maker] = set()

    def add(self, name: str, number: int = 0) -> None:
        """Add a run of a function; folders are in doubt if any run of the function wrote into them."""
        self._runs |= {(name, number), (name, None)}

    def certain(self, basis: Basis) -> list[Difference]:
        """Return the differences that no earlier run can undo."""
        return [
            difference
            for difference in basis.differences
            if self._runs.isdisjoint(difference.makers)
        ]

    def doubts(self, basis: Basis) -> list[UncertainFile]:
        """Return the files that may change before the function runs."""
        if not self._runs:
            return []
        remade = ((path, self._runs & makers) for path, makers in basis.made.items())
        return [UncertainFile(path, named(makers)) for path, makers in remade if makers]

    def outcome(self, stored: Iterable[StoredRun]) -> tuple[Mapping[str, Any] | None, bool]:
        """Return the update of the run that the store will provide, None if it may provide none.

        The second value says whether this depends on runs before it.
        """
        maybe = False
        for run in stored:
            if self.certain(run.basis):
                continue
            if not self.doubts(run.basis):
                return run.update, maybe
            maybe = True
        return None, maybe


def named(makers: Iterable[Maker]) -> tuple[str, ...]:
    """Return the names of the functions that these runs belong to."""
    return tuple(sorted({name for name, _ in makers}))


def with_files(
    function: FunctionPlan, changes: Iterable[Reason], files: Iterable[Reason]
) -> dict[Reason, None]:
    """Return the reasons why a function runs, in order: what changed in its code, then what changed in files.

    What a slice has learned from runs is new in it, but the reason is a file that has changed, which comes first.
    """
    ordered = (files, changes) if function.learned_from else (changes, files)
    return dict.fromkeys(chain(*ordered))


def reasons_for(
    differences: Iterable[Difference], declared: Collection[str] = ()
) -> Iterator[Reason]:
    """Yield the reasons behind some differences; for a declared input one is enough."""
    for difference in differences:
        if difference.kind == "inputs":
            yield why.InputChanged(difference.name)
        elif difference.name not in declared or difference.kind not in _PATHS:
            yield _REASONS[difference.kind](difference)


def _file(difference: Difference) -> Reason:
    if difference.now is None:
        return why.FileGone(difference.name, named(difference.makers))
    return why.FileChanged(difference.name, named(difference.makers))


def _kind(difference: Difference) -> Reason:
    return why.FileAppeared(difference.name) if difference.was is None else _file(difference)


def _folder(difference: Difference) -> Reason:
    return _file(difference) if difference.now is None else why.FolderChanged(difference.name)


def _made(difference: Difference) -> Reason:
    return (
        why.ProductGone(difference.name)
        if difference.now is None
        else why.ProductChanged(difference.name)
    )


def _variable(difference: Difference) -> Reason:
    if difference.was is None or difference.now is None:
        return (
            why.VariableSet(difference.name)
            if difference.was is None
            else why.VariableUnset(difference.name)
        )
    return why.VariableChanged(difference.name)


def _package(difference: Difference) -> Reason:
    if difference.now is None:
        return why.PackageGone(difference.name, difference.was)
    return why.PackageChanged(difference.name, difference.was, difference.now)


def _limit(difference: Difference) -> Reason:
    return why.LimitChanged(difference.name)


def _missing(difference: Difference) -> Reason:
    return why.PackageInstalled(difference.name)


_PATHS = {"files", "kinds", "folders"}
_REASONS = {
    "files": _file,
    "kinds": _kind,
    "folders": _folder,
    "made": _made,
    "variables": _variable,
    "packages": _package,
    "missing": _missing,
    "limits": _limit,
}
