"""Names that functions are known to use because earlier runs did, although their code does not show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mlx2smk.analysis.project import Project


class UsedName(NamedTuple):
    """A name of a module (None: the experiment), or a whole module, that an earlier run used.

    ``values`` are those of parameters that the run had, as literals, where they decided what it was.
    """

    module: str | None
    name: str | None
    values: tuple[tuple[str, str], ...] = ()

    def fits(self, given: Mapping[str, Sequence[object]]) -> bool:
        """Whether combinations may be meant that have some of these values of parameters."""
        return all(text in map(repr, given[name]) for name, text in self.values if name in given)


def not_imported_by_others(used: Iterable[UsedName], project: Project) -> list[UsedName]:
    """Drop the whole modules that others among them import, which then say what they need of them."""
    kept = sorted(used, key=lambda item: (item.module or "", item.name or ""))
    for item in [item for item in kept if item.name is None]:
        module = project.load(item.module or "")
        others = [project.load(each.module or "") for each in kept if each.name is None]
        if module and any(
            other and other is not module and project.reaches(other, module) for other in others
        ):
            kept.remove(item)
    return kept
