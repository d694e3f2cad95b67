"""Names that functions are known to use because earlier runs did, although their code does not show it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlx2smk.analysis.project import Project


class UsedName(NamedTuple):
    """A name of a module (None: the experiment), or a whole module, that an earlier run used.

    ``values`` are those of parameters that the run had, as literals, where they decided what it was. If it
    was ``asked``, the run had the whole module, and all that it asked it for is known: a name, or none.
    """

    module: str | None
    name: str | None
    values: tuple[tuple[str, str], ...] = ()
    asked: bool = False

    def fits(self, given: Mapping[str, Sequence[object]]) -> bool:
        """Whether combinations may be meant that have some of these values of parameters."""
        return all(text in map(repr, given[name]) for name, text in self.values if name in given)


def not_imported_by_others(used: Iterable[UsedName], project: Project) -> list[UsedName]:
    """Drop the whole modules that others among them import, which then say what they need of them.

    A run that missed a name of the experiment has had all of it, with its imports.
    """
    missed = [item for item in used if not item.asked]
    kept = sorted(missed, key=lambda item: (item.module or "", item.name or ""))
    for item in [item for item in kept if item.name is None]:
        module = project.load(item.module or "")
        others = [project.load(each.module or "") for each in kept if each.name is None]
        others += [project.experiment for each in kept if each.module is None]
        if module and any(
            other and other is not module and project.reaches(other, module) for other in others
        ):
            kept.remove(item)
    return kept


def names_asked(
    used: Iterable[UsedName], given: Mapping[str, Sequence[object]]
) -> dict[str | None, list[str]]:
    """Return what runs asked modules for, of the modules of which all runs with some values of parameters tell."""
    asked = [item for item in used if item.asked]
    told = {item.module for item in asked if item.name is None}
    return {
        module: sorted({i.name for i in asked if i.module == module and i.name is not None})
        for module in told
        if _tell_of_all([i.values for i in asked if i.module == module and i.name is None], given)
    }


def _tell_of_all(
    told: Iterable[tuple[tuple[str, str], ...]], given: Mapping[str, Sequence[object]]
) -> bool:
    """Whether runs with all combinations of some values of parameters are among those told of."""
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for values in told:
        known = [(name, text) for name, text in values if name in given]
        names = tuple(name for name, _ in known)
        found.setdefault(names, set()).add(tuple(text for _, text in known))
    return any(
        len(texts) == prod(len(set(map(repr, given[name]))) for name in names)
        for names, texts in found.items()
    )
