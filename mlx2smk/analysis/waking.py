"""The statements with effects that only some code notices, until the slice has such code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlx2smk.analysis.confined import BY_ALL, MODULE
from mlx2smk.runtime.guards import EVERY_MODULE

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

    from mlx2smk.analysis.facts import Facts, UnitFacts
    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.units import Unit


def is_held(
    place: str, loaded: Mapping[str, Module], taken: Container[Unit], unread: Container[str]
) -> bool:
    """Whether a slice has a module, or a name of a module (``module:name``) that it does not only fill."""
    dotted, _, name = place.partition(":")
    module = loaded.get(dotted)
    if module is None or not name:
        return module is not None
    return place not in unread and any(unit in taken for unit in module.binders.get(name, ()))


class Sleeper(NamedTuple):
    """A unit that a slice does not have yet, and the index of what loaded its module."""

    module: Module
    facts: UnitFacts
    via: int | None


class Sleepers:
    """Units that wait for somebody to notice their effects.

    Each is looked at when it comes and when one more of its domains is noticed, not whenever a module is
    loaded: a package has hundreds of modules and thousands of imports of them.
    """

    def __init__(self, facts: Facts, linker: Linker, notices: Callable[[str], bool]) -> None:
        self.facts = facts
        self.linker = linker
        self.notices = notices
        self._all: list[Sleeper] = []
        self._due: set[int] = set()
        self._asleep: dict[str, set[int]] = {}

    def add(self, sleeper: Sleeper) -> None:
        """Add a unit, which is looked at next."""
        self._due.add(len(self._all))
        self._all.append(sleeper)

    def awake(self) -> Iterator[tuple[Sleeper, str | None]]:
        """Yield the units whose effects are noticed, in the order in which they came.

        With each comes the module that it loads, if nobody needs the name that it binds.
        """
        for domain in [each for each in self._asleep if self.notices(each)]:
            self._due |= self._asleep.pop(domain)
        due, self._due = sorted(self._due), set()
        for number in due:
            yield from self._judged(number)

    def filled(self) -> frozenset[str]:
        """Return the local modules that units fill which still sleep, or what stands for all of them.

        The latter if code may notice what these units do whatever module it is in, as with random numbers.
        """
        asleep = [each for each in self._asleep if each not in BY_ALL and not self.notices(each)]
        modules = {each.removeprefix(MODULE).partition(":")[0] for each in asleep if MODULE in each}
        others = any(not each.startswith(MODULE) for each in asleep)
        return frozenset(modules | ({EVERY_MODULE} if others else set()))

    def _judged(self, number: int) -> Iterator[tuple[Sleeper, str | None]]:
        sleeper = self._all[number]
        domains = self.facts.domains(sleeper.facts, sleeper.module)
        if not any(map(self.notices, domains)):
            self._sleep(number, domains)
            return
        # What an import of a local module does, it does whatever it is asked for.
        whole = self.linker.loading(sleeper.facts.unit, sleeper.module)
        loads = whole and self._shortened(whole, number)
        yield sleeper, loads

    def _shortened(self, dotted: str, number: int) -> str:
        """Return the last module on the way to a submodule whose effects can be noticed."""
        around = list(self.facts.project.around(dotted))
        while len(around) > 1:
            domains = self.facts.domains_of(around[-1])
            if any(map(self.notices, domains)):
                break
            self._sleep(number, domains)
            around.pop()
        return around[-1].dotted

    def _sleep(self, number: int, domains: Iterable[str]) -> None:
        """Let a unit wait until one of these domains is noticed."""
        for domain in domains:
            self._asleep.setdefault(domain, set()).add(number)
