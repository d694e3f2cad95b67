"""What reading a name may change: the names of iterators, and of what holds or returns them.

A graph: what a name stands for *leads* to what its statements bind it to, or put into it, wherever that is.
Reading a name changes those that it leads to and that lead to an iterator themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mlx2smk.analysis.parsed_module import Module


class Manner(Enum):
    """What is done with what a name stands for: it is read, called, or called and so are its results.

    ``ELEMENTS`` are read of it. ``PUTS`` asks what a function puts into objects that it is given.
    """

    IS = "is"
    ELEMENTS = "elements"
    GIVES = "gives"
    ALL = "all"
    PUTS = "puts"

    @property
    def called(self) -> Manner:
        """The use of a function whose result is used in this way."""
        return Manner.GIVES if self in LOOKING else Manner.ALL

    @property
    def returned(self) -> Manner:
        """The use of the result of a function that is used in this way."""
        return Manner.IS if self is Manner.GIVES else Manner.ALL


LOOKING = frozenset({Manner.IS, Manner.ELEMENTS})


@dataclass(frozen=True, slots=True)
class NameUse:
    """A name of a module, and what is done with it."""

    module: Module
    name: str
    manner: Manner = Manner.IS


@dataclass(frozen=True, slots=True)
class Along:
    """A name whose object changes with an iterator, as code changes it that runs when that is read."""

    place: NameUse


class Motion(Enum):
    """What may change what leads here, and what changes along with it: reading it, or another use of it.

    Of what is ``UNKNOWN`` nobody knows whether iterating over it does.
    """

    MOVES = "moves"
    UNKNOWN = "unknown"
    WRITTEN = "written"


Lead: TypeAlias = "NameUse | Along | Motion"
READ = frozenset({Motion.MOVES})
ITERATED = frozenset({Motion.MOVES, Motion.UNKNOWN})
WRITTEN = frozenset({Motion.WRITTEN})
"""What is done with a name: it is read, iterated over, or its attributes and items are assigned."""


class Moving:
    """Follows leads; ``expand`` says where a place leads to."""

    def __init__(self, expand: Callable[[NameUse], Iterator[Lead]]) -> None:
        self._expand = expand
        self._leads: dict[NameUse, tuple[Lead, ...]] = {}
        self._marks: dict[NameUse, frozenset[Motion]] = {}
        self._moved: dict[tuple[NameUse, frozenset[Motion]], frozenset[NameUse]] = {}

    def moved_by(self, place: NameUse, how: frozenset[Motion]) -> frozenset[NameUse]:
        """Return the names of what may change with what is done with a name."""
        if (place, how) not in self._moved:
            self._moved[place, how] = frozenset(self._find(place, how))
        return self._moved[place, how]

    def _find(self, place: NameUse, wanted: frozenset[Motion]) -> Iterator[NameUse]:
        waiting = [place] if self._of(place) & wanted else []
        found = set(waiting)
        while waiting:
            at = waiting.pop()
            if at.manner in LOOKING:
                yield NameUse(at.module, at.name)
            for lead in self._leads[at]:
                if isinstance(lead, Along):
                    yield NameUse(lead.place.module, lead.place.name)
                elif isinstance(lead, NameUse) and lead not in found and self._marks[lead] & wanted:
                    found.add(lead)
                    waiting.append(lead)

    def _of(self, place: NameUse) -> frozenset[Motion]:
        """Return the marks that a place leads to; those of all that it leads to are found with them."""
        if place not in self._marks:
            self._mark([*self._reached(place)])
        return self._marks[place]

    def _reached(self, place: NameUse) -> Iterable[NameUse]:
        """Return the places that one leads to and whose marks are not known yet, and add where they lead."""
        reached, waiting = {place: None}, [place]
        while waiting:
            at = waiting.pop()
            self._leads[at] = tuple(dict.fromkeys(self._expand(at)))
            for lead in self._leads[at]:
                if isinstance(lead, NameUse) and lead not in self._marks and lead not in reached:
                    reached[lead] = None
                    waiting.append(lead)
        return reached

    def _mark(self, places: list[NameUse]) -> None:
        backwards = self._backwards(places)
        found = {at: self._known(at) for at in places}
        waiting = [at for at in places if found[at]]
        while waiting:
            at = waiting.pop()
            for before in backwards.get(at, ()):
                if not found[at] <= found[before]:
                    found[before] |= found[at]
                    waiting.append(before)
        self._marks.update(found)

    def _known(self, place: NameUse) -> frozenset[Motion]:
        """Return the marks to which a place leads directly, or through what is known already."""
        marks = {each for each in self._leads[place] if isinstance(each, Motion)}
        further = [
            self._marks.get(each, ()) for each in self._leads[place] if isinstance(each, NameUse)
        ]
        return frozenset(marks.union(*further))

    def _backwards(self, places: Iterable[NameUse]) -> Mapping[NameUse, list[NameUse]]:
        found: dict[NameUse, list[NameUse]] = {}
        for at in places:
            for lead in self._leads[at]:
                if isinstance(lead, NameUse):
                    found.setdefault(lead, []).append(at)
        return found
