"""What runs touched -> what of it certainly changed, and what runs before may still change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlx2smk.forecast import reasons as why
from mlx2smk.forecast.outlook import UncertainFile

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import Any

    from mlx2smk.forecast.past import Basis, Difference, Maker, StoredRun
    from mlx2smk.forecast.reasons import Reason


class Unsettled:
    """The runs that will or may run, in order: whatever they made last time may become another."""

    def __init__(self) -> None:
        self._runs: set[Maker] = set()

    def add(self, name: str, number: int = 0) -> None:
        """Add a run of a function; its folders are in doubt whichever of its runs filled them."""
        self._runs |= {(name, number), (name, None)}

    def certain(self, basis: Basis) -> list[Difference]:
        """Return what is not as it was, and is left so by all that runs before."""
        return [item for item in basis.differences if self._runs.isdisjoint(item.makers)]

    def doubts(self, basis: Basis) -> list[UncertainFile]:
        """Return what may change before the function runs."""
        if not self._runs:
            return []
        found = ((path, self._runs & makers) for path, makers in basis.made.items())
        return [UncertainFile(path, named(makers)) for path, makers in found if makers]

    def outcome(self, stored: Iterable[StoredRun]) -> tuple[Mapping[str, Any] | None, bool]:
        """Return the update of the run that the store will give out, None if it may have none.

        The other value says whether runs before it decide that.
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
    """Return the names of the functions whose runs these are."""
    return tuple(sorted({name for name, _ in makers}))


def reasons_for(
    differences: Iterable[Difference], declared: Collection[str] = ()
) -> Iterator[Reason]:
    """Yield the reasons that differences are; of a declared input one is enough."""
    for item in differences:
        if item.kind == "inputs":
            yield why.InputChanged(item.name)
        elif item.name not in declared or item.kind not in _PATHS:
            yield _REASONS[item.kind](item)


def _file(item: Difference) -> Reason:
    if item.now is None:
        return why.FileGone(item.name, named(item.makers))
    return why.FileChanged(item.name, named(item.makers))


def _kind(item: Difference) -> Reason:
    return why.FileAppeared(item.name) if item.was is None else _file(item)


def _folder(item: Difference) -> Reason:
    return _file(item) if item.now is None else why.FolderChanged(item.name)


def _made(item: Difference) -> Reason:
    return why.ProductGone(item.name) if item.now is None else why.ProductChanged(item.name)


def _variable(item: Difference) -> Reason:
    if item.was is None or item.now is None:
        return why.VariableSet(item.name) if item.was is None else why.VariableUnset(item.name)
    return why.VariableChanged(item.name)


def _package(item: Difference) -> Reason:
    if item.now is None:
        return why.PackageGone(item.name, item.was)
    return why.PackageChanged(item.name, item.was, item.now)


def _missing(item: Difference) -> Reason:
    return why.PackageInstalled(item.name)


_PATHS = {"files", "kinds", "folders"}
_REASONS = {
    "files": _file,
    "kinds": _kind,
    "folders": _folder,
    "made": _made,
    "variables": _variable,
    "packages": _package,
    "missing": _missing,
}
