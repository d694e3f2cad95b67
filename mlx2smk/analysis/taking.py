"""What a function's run can depend on: units that are taken one after another, and the modules that they load."""

from __future__ import annotations

from ast import literal_eval
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

from mlx2smk.analysis.attached import all_imports
from mlx2smk.analysis.confined import BY_ALL, EVERYWHERE, MODULE, sees
from mlx2smk.analysis.filling import Unread, only_filled
from mlx2smk.analysis.registered import KEYED, AskedEntries
from mlx2smk.analysis.tables import Tables
from mlx2smk.analysis.taken import Taken, Widening
from mlx2smk.analysis.units import is_future
from mlx2smk.analysis.waking import Sleeper, Sleepers, is_held
from mlx2smk.language.scopes import Function

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlx2smk.analysis.attached import LoadingImport
    from mlx2smk.analysis.facts import Facts
    from mlx2smk.analysis.links import Linker, Links
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.diagnostics.source import Span


class Taking:
    """Takes units breadth first, so that what is reached is reached on a shortest way."""

    def __init__(self, project: Project, facts: Facts, linker: Linker) -> None:
        self.project = project
        self.facts = facts
        self.linker = linker
        self.taken: list[Taken] = []
        self.loaded: dict[str, Module] = {}
        self.widened: list[Widening] = []
        self.ordered: set[str] = set()
        self.tables = Tables(facts)
        self.entries = AskedEntries(facts)
        self._positions: dict[Unit, int] = {}
        self._whole: set[str] = set()
        self._handed_on: set[str] = set()
        self._waiting: deque[int] = deque()
        self._looks_around = self._asks_what_is_loaded = False
        self._unread = Unread()
        self._outside: set[str] = set()
        self._called_elsewhere: set[tuple[str, str]] = set()
        self._awaited: set[Module] = set()
        self._sleepers = Sleepers(facts, linker, self._notices)

    @property
    def filled(self) -> frozenset[str]:
        """The local modules that code fills which the function leaves out."""
        return self._sleepers.filled()

    def _take(self, module: Module, unit: Unit, via: int | None, loads: str | None = None) -> None:
        if unit not in self._positions:
            self._positions[unit] = len(self.taken)
            self._waiting.append(len(self.taken))
            self.taken.append(Taken(module, self.tables.begun(module, unit), via, loads))
        position = self._positions[unit]
        before = self.taken[position].loads
        if before is not None and (loads is None or len(loads) > len(before)):
            self.taken[position] = replace(self.taken[position], loads=loads)
            self._waiting.append(position)

    def _import(self, imports: Iterable[LoadingImport], via: int | None) -> None:
        """Take imports for what they load."""
        for each in imports:
            loads = self.linker.loading(each.unit, each.module)
            enough = loads is not None and f"{loads}.".startswith(f"{each.loaded.dotted}.")
            self._take(each.module, each.unit, via, loads if enough else None)

    def _need(self, module: Module, name: str, via: int | None) -> None:
        self._unread.read(module, name)
        for unit in self.facts.changers(module, name):
            if not self.entries.waits(unit, module, name):
                self._take(module, unit, via)

    def _follow_names(self, links: Links, item: Taken, position: int) -> None:
        filled = only_filled(item.unit, item.module, self.linker, self.facts)
        for module, name in links.names:
            self._load(module, position)
            if (module, name) in filled and self._unread.add(module, name):
                for unit in module.binders.get(name, ()):
                    self._take(module, unit, position)
            else:
                self._need(module, name, position)

    def _load(self, module: Module, via: int | None) -> None:
        """Take what runs whenever a module is loaded: its statements with effects that anybody may notice."""
        if module.dotted in self.loaded:
            return
        self.loaded[module.dotted] = module
        if self._asks_what_is_loaded:
            self._import(all_imports(self.project, module), via)
        if module.tree is None:
            self._looks_around = True
            self.widened.append(
                Widening("it does not parse", None, module.name, module.name, dynamic=True)
            )
        for facts in self.facts.of(module):
            if is_future(facts.unit.node) or not facts.domains.isdisjoint(BY_ALL):
                self._take(module, facts.unit, via)
            else:
                self._sleepers.add(Sleeper(module, facts, via))
        self._wake()

    def _wake(self) -> None:
        """Take the imports of modules whose effects the code that is taken can notice."""
        for sleeper, loads in self._sleepers.awake():
            self._take(sleeper.module, sleeper.facts.unit, sleeper.via, loads)

    def _notices(self, domain: str) -> bool:
        """Whether the code that is taken can notice the effects in a domain; it never ceases to."""
        if domain in BY_ALL:
            return domain == EVERYWHERE
        if domain.startswith(MODULE):
            place, keyed, key = domain.removeprefix(MODULE).partition(KEYED)
            held = is_held(place, self.loaded, self._positions, self._unread)
            return held and (not keyed or self.entries.has(place, literal_eval(key)))
        return self._looks_around or any(sees(name, domain) for name in self._outside)

    def _widen(  # noqa: PLR0913 -- why it is taken
        self,
        module: Module,
        reason: str,
        place: tuple[Module, Span] | None,
        via: int | None = None,
        *,
        dynamic: bool = False,
        handed_on: bool = True,
        in_order: bool = True,
    ) -> None:
        """Take all of a module, and all of the local modules that it can hand on as objects.

        ``in_order``: for somebody who can see what it holds, and in which order.
        """
        if in_order:
            self.ordered.add(module.dotted)
        if module.dotted not in self._whole:
            self._whole.add(module.dotted)
            self._load(module, via)
            blamed, span = place or (module, None)
            self.widened.append(Widening(reason, span, module.name, blamed.name, dynamic=dynamic))
            for unit in module.units:
                self._take(module, unit, via)
            self._called_elsewhere.update((module.dotted, name) for name in module.bindings)
            self._unread.read_module(module)
        if not handed_on or module.dotted in self._handed_on:
            return
        self._handed_on.add(module.dotted)
        for name in module.bindings:
            for imported in module.imports(name):
                for step in self.project.trace(imported, module, ()):
                    if step.name is None:
                        what = f"{module.dotted} holds the module {step.module.dotted}"
                        self._widen(step.module, what, None, via, dynamic=dynamic)

    def _read_all(self, via: int | None) -> None:
        """Take what registries hold, for code that may read any."""
        self.entries.read_all()
        for module, name in self._unread.read_all():
            self._need(module, name, via)

    def _await_any(self, module: Module) -> None:
        """Let all count that may run if a module turns out to be asked for more than what is taken of it.

        The run then starts again with the whole file, but without what nobody has noticed here.
        """
        if module in self._awaited:
            return
        self._awaited.add(module)
        self._read_all(None)
        for each in (module, *self.project.imported_with(module)):
            for facts in self.facts.of(each):
                self._outside |= self.facts.outside(facts.unit)
                self._looks_around |= not all(dynamic.plain for dynamic in facts.dynamics)
                used = self.linker.of(facts.unit, each).names
                self._called_elsewhere |= {
                    (there.dotted, name) for there, name in used if _is_called(there, name)
                }
        self._wake()


def _is_called(module: Module, name: str) -> bool:
    return any(isinstance(each.node, Function) for each in module.bindings.get(name, ()))
