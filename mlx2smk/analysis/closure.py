"""What a function's run can depend on, step by step: the units that it needs, and those that these need."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from mlx2smk.analysis.attached import all_imports, submodule_of
from mlx2smk.analysis.constants import CodePlace, Constants
from mlx2smk.analysis.dynamic import GLOBALS, Dynamic, Reach, imported_names
from mlx2smk.analysis.import_calls import imported_by_call
from mlx2smk.analysis.lookups import UNKNOWN_NAME, attributes_of, items_of
from mlx2smk.analysis.settling import settled
from mlx2smk.analysis.source_readers import definition_read
from mlx2smk.analysis.subclass_lookups import SubclassLookups
from mlx2smk.analysis.taken import ModuleAsObject, OpenLookup, Taken
from mlx2smk.analysis.taking import Taking
from mlx2smk.analysis.used import names_asked, not_imported_by_others
from mlx2smk.language.keys import SETUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Sized

    from mlx2smk.analysis.facts import Facts
    from mlx2smk.analysis.links import Linker
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.used import UsedName


class Closure(Taking):
    """Follows what units need, and the look-ups in them.

    ``given`` are the values of the function's parameters; those that decide what it needs are ``asked``.
    ``watched`` are modules that are asked for names which nobody foresees: they are taken whole, or what earlier
    runs asked them for, which is ``told``.
    """

    def __init__(
        self,
        project: Project,
        facts: Facts,
        linker: Linker,
        given: Mapping[str, Sequence[object]] | None = None,
    ) -> None:
        super().__init__(project, facts, linker)
        self.sources: set[CodePlace] = set()
        self.sees_source = False
        self.asked: set[str] = set()
        self.subclasses = SubclassLookups(project, facts.purity.subclasses)
        self._everything: Dynamic | None = None
        self._given, self._function = given or {}, ""
        self.watched: set[Module] = set()
        self.told: dict[str | None, list[str]] = {}
        self._pending: dict[tuple[ast.expr, Module], ModuleAsObject | OpenLookup] = {}

    def run(self, name: str, used: Iterable[UsedName] = ()) -> None:
        """Take a function of the experiment and all that it needs, and the names that it used before."""
        self._function = name
        self._need(self.project.experiment, name, None)
        self._load(self.project.experiment, None)
        self.told = names_asked(used, self._given)
        for item in not_imported_by_others(used, self.project):
            self._use(item)
        sized: tuple[Sized, ...] = self.taken, self.loaded, self._unread
        size = -1
        while size != (size := sum(map(len, sized)) + self.tables.size + self.entries.size):
            self._drain()
            self._wake()
            self._follow_queries()
            self._look_up()
            if self._everything is not None:
                reason = f"{self._everything.reason} elsewhere"
                for module in list(self.loaded.values()):
                    self._widen(module, reason, None, dynamic=True)
            self._drain()
        self.taken = settled(self.taken, self.linker)

    def _use(self, used: UsedName) -> None:
        dotted = used.module
        module = self.project.experiment if dotted is None else self.project.load(dotted)
        if module is None:
            return
        for each in self.project.around(dotted) if dotted is not None else ():
            self._load(each, None)
        if used.name is None:
            self._widen(module, f"an earlier run imported {module.dotted}", None)
        else:
            self._called_elsewhere.add((module.dotted, used.name))
            self._need(module, used.name, None)

    def _follow_queries(self) -> None:
        """Take what texts of queries may name that are put together out of texts of any module."""
        asking = [(at, item) for at, item in enumerate(self.taken) if item.unit.names.queries]
        modules = self.loaded.values() if asking else ()
        found = [name for module in modules for name in module.queries]
        for position, item in asking:
            for name in item.module.nameable:
                if any(pattern.fullmatch(name) for pattern in found):
                    self._called_elsewhere.add((item.module.dotted, name))
                    self._need(item.module, name, position)

    def _drain(self) -> None:
        while self._waiting:
            position = self._waiting.popleft()
            self._follow(self.taken[position], position)

    def _follow(self, item: Taken, position: int) -> None:
        if item.loads is not None:
            for module in self.project.around(item.loads):
                self._load(module, position)
            return
        for name in self.facts.handed_on(item.unit, item.module):
            self._need(item.module, name, position)
        links = self.linker.of(item.unit, item.module)
        self._outside |= self.facts.outside(item.unit)
        for unit in links.units:
            self._take(item.module, unit, position)
        for module in links.loads:
            self._load(module, position)
        self._import(links.imports, position)
        self._follow_names(links, item, position)
        for module, node in links.asked:
            self._use_object(module, node, item, position)
        for module, node in links.objects:
            self._pending[node, module] = ModuleAsObject(module, node, item, position)
        for module in links.stars:
            what = f"all names of {module.dotted} are imported"
            self._widen(module, what, None, position, in_order=False)
        for dynamic in self.facts.of(item.module)[item.unit.index].dynamics:
            self._read_all(position)
            self._follow_dynamic(dynamic, item, position)

    def _follow_dynamic(self, dynamic: Dynamic, item: Taken, position: int) -> None:
        if dynamic.value is not None:
            self._pending[dynamic.node, item.module] = OpenLookup(dynamic, item, position)
        else:
            self._widen_for(dynamic, item, position)

    def _widen_for(self, dynamic: Dynamic, item: Taken, position: int) -> None:
        """Take all that a look-up may find whose names are not known."""
        self._looks_around = self._looks_around or not dynamic.plain
        if dynamic.reach is Reach.LOADED:
            self._asks_what_is_loaded = True
            for module in list(self.loaded.values()):
                self._import(all_imports(self.project, module), position)
            return
        place = item.module, item.module.source.span(dynamic.node)
        self.sees_source = self.sees_source or dynamic.source
        # Of all modules that there are, one that has no slice comes from its file.
        any_module = dynamic.reach is Reach.IMPORT and not dynamic.name
        if dynamic.reach is Reach.GUARDED or (any_module and dynamic.asks):
            return
        if dynamic.reach is Reach.ALL or any_module:
            self._everything = self._everything or dynamic
        elif dynamic.reach is Reach.IMPORT:
            for module in imported_by_call(dynamic, self.project):
                self._load(module, position)
                if not dynamic.drops:
                    self._widen(module, dynamic.reason, place, position, dynamic=True)
            if dynamic.exact or dynamic.drops:
                return
        own = dynamic.reach is Reach.OWN and dynamic.calls
        self._widen(item.module, dynamic.reason, place, position, dynamic=True, handed_on=not own)

    def _use_object(self, module: Module, node: ast.expr, item: Taken, position: int) -> None:
        place = item.module, item.module.source.span(node)
        self._widen(module, f"the module {module.dotted} is used as an object", place, position)

    def _look_up(self) -> None:
        """Take what look-ups find whose names are known; with each round more of them may be."""
        known = Constants(self.project, self.linker, self.taken, self._function, self._given)
        known.called_elsewhere = self._called_elsewhere
        for key, each in list(self._pending.items()):
            place = CodePlace(each.item.unit, each.item.module)
            if isinstance(each, ModuleAsObject):
                names = attributes_of(each.node, place, known)
                found = self._ask(each.module, names, each.position)
                if not found:
                    self._use_object(each.module, each.node, each.item, each.position)
            else:
                found = self._find_dynamic(each, place, known)
                if not found:
                    self._widen_for(each.dynamic, each.item, each.position)
            if not found:
                del self._pending[key]
        for unit, needed in self.tables.grown(
            known, known.called_elsewhere, whole=self.sees_source
        ):
            position = self._positions[unit]
            self.taken[position] = replace(self.taken[position], unit=needed)
            self._waiting.append(position)
        for unit, module in self.entries.grown(known, known.called_elsewhere):
            self._take(module, unit, None)
        self.asked |= known.asked

    def _find_dynamic(self, each: OpenLookup, place: CodePlace, known: Constants) -> bool:
        dynamic, value = each.dynamic, each.dynamic.value
        if value is None:
            return False
        if dynamic.source:
            source = definition_read(value, place, known)
            self.sources |= {source} if source is not None else set()
            return source is not None
        if dynamic.reach is Reach.ALL:
            if isinstance(value, ast.Attribute) and value.attr in GLOBALS:
                keys = items_of(value, place, known)
                return keys is not None and self._find_anywhere(keys, each.position)
            return self._find_subclasses(value, place, known, each.position)
        if dynamic.reach is Reach.IMPORT:
            imported = imported_names(dynamic, place.module, lambda node: known.texts(node, place))
            used = attributes_of(value, place, known)
            return imported is not None and self._import_all(imported, used, each)
        items = isinstance(value, ast.Call) and dynamic.reason.endswith(("globals", "vars"))
        names = (items_of if items else attributes_of)(value, place, known)
        return self._ask(place.module, names, each.position)

    def _find_anywhere(self, names: Sequence[str], position: int) -> bool:
        """Take what loaded modules have under some names; False if that may be more than they show."""
        if any(name in {"__builtins__", "__dict__", "__loader__", "__spec__"} for name in names):
            return False
        return all(self._find(module, names, position) for module in list(self.loaded.values()))

    def _find_subclasses(
        self, node: ast.expr, place: CodePlace, known: Constants, position: int
    ) -> bool:
        """Take the classes that ``node``, the method that lists them, may find."""
        classes = self.subclasses.listed(node, place, known)
        for each in classes or ():
            imports = self.subclasses.imports(each.module)
            self._import(imports, position)
            # The classes are listed in the order in which they are defined.
            self.ordered |= {each.module.dotted, *(way.module.dotted for way in imports)}
            if imports:
                self._load(each.module, position)
            if each.module.dotted in self.loaded:
                self._called_elsewhere.add((each.module.dotted, each.node.name))
                self._need(each.module, each.node.name, position)
        return classes is not None

    def _ask(self, module: Module, names: Sequence[str] | None, position: int) -> bool:
        """Take what a module is asked for; False if that may be anything."""
        if names is None or UNKNOWN_NAME not in names:
            return names is not None and self._find(module, names, position)
        if module.tree is None or module.path is None or "__getattr__" in module.bindings:
            return False
        self.watched.add(module)
        told = self.told.get(module.name)
        if told is None or module.dotted in self._whole:
            return False
        self._await_any(module)
        return self._find(
            module, [*(name for name in names if name != UNKNOWN_NAME), *told], position
        )

    def _find(self, module: Module, names: Sequence[str], position: int) -> bool:
        """Take what a module has under some names; False if the context may be among them."""
        if SETUP in names:
            return False
        self._load(module, position)
        for name in names:
            submodule = submodule_of(self.project, module, name)
            if submodule is not None:
                self._import(self.linker.attaching(submodule), position)
        for step in (step for name in names for step in self.project.inside(module, name)):
            if step.name is None:
                what = f"{module.dotted} holds the module {step.module.dotted}"
                self._widen(step.module, what, None, position)
            else:
                self._called_elsewhere.add((step.module.dotted, step.name))
                self._load(step.module, position)
                self._need(step.module, step.name, position)
        return True

    def _import_all(self, dotted: Iterable[str], used: list[str] | None, each: OpenLookup) -> bool:
        """Take modules that a call imports, of which some attributes are used (None: unknown ones)."""
        place = each.item.module, each.item.module.source.span(each.dynamic.node)
        for name in dotted:
            for around in self.project.around(name):
                self._load(around, each.position)
            module = self.project.load(name)
            if module is None:
                self._outside.add(name.partition(".")[0])
            elif not self._ask(module, used, each.position):
                self._widen(module, each.dynamic.reason, place, each.position)
        return True
