"""What a function is: the statements that its run can depend on, in its module and in local ones."""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlx2smk.analysis.blanking import blanked
from mlx2smk.analysis.dynamic import Dynamic, Reach
from mlx2smk.analysis.facts import Facts
from mlx2smk.analysis.fingerprint import MEANING_ONLY, Detail, canonical_order, fingerprint
from mlx2smk.analysis.links import Linker
from mlx2smk.analysis.modules import all_modules
from mlx2smk.analysis.reflection import Reflection
from mlx2smk.language.scopes import Function
from mlx2smk.language.text_digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.diagnostics.source import Span

PieceKind = Literal["function", "class", "constant", "import", "statement"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a slice: one top-level statement, or one name of an import.

    ``names`` are those that it binds or whose containers it changes. ``module`` None is the experiment;
    ``value`` a simple constant's text, shortened; ``reached_from`` the index of the piece that first
    needed this one, None for what is there from the start.
    """

    module: str | None
    names: tuple[str, ...]
    kind: PieceKind
    line: int
    digest: str
    value: str | None
    reached_from: int | None


@dataclass(frozen=True, slots=True)
class Widening:
    """Why a whole ``module`` was taken, and the place that is to blame: a span of the module ``blamed``.

    ``dynamic`` if the code can look up names that nobody can foresee.
    """

    reason: str
    span: Span | None
    module: str | None
    blamed: str | None
    dynamic: bool


@dataclass(frozen=True, slots=True)
class ModuleSlice:
    """What a function needs of one local module; ``path`` is relative to the experiment's folder."""

    name: str
    path: str
    text: str
    file_digest: str
    package: bool
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunctionSlice:
    """All that a function's run can depend on, as text that runs and as a digest of what it means."""

    statements: tuple[int, ...]
    text: str
    digest: str
    pieces: tuple[Piece, ...]
    modules: tuple[ModuleSlice, ...]
    widened: tuple[Widening, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """A unit in a slice, with the index of what first needed it."""

    module: Module
    unit: Unit
    reached_from: int | None


class Slicer:
    """Slices functions of one experiment; what it finds out about modules serves all of them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.facts = Facts(project)
        self.linker = Linker(project)
        self.reflection = Reflection(project)
        self._digests: dict[tuple[Unit, Detail], str] = {}

    def slice(self, name: str) -> tuple[FunctionSlice, tuple[Taken, ...]]:
        """Return the slice of a function of the experiment, and the units that it consists of."""
        closure = _Closure(self)
        closure.run(name)
        taken = tuple(closure.taken)
        whole = self.project.experiment
        here = {item.unit.index for item in taken if item.module is whole}
        local = [
            module for module in closure.loaded.values() if module is not whole and module.path
        ]
        local.sort(key=lambda module: module.dotted)
        detail = self.reflection.of((item.unit, item.module) for item in taken)
        result = FunctionSlice(
            statements=tuple(sorted({whole.units[index].statement for index in here})),
            text=blanked(whole, here),
            digest=self._digest(name, closure, local, detail),
            pieces=tuple(self._piece(item, detail) for item in taken),
            modules=tuple(self._module(module, closure) for module in local),
            widened=tuple(closure.widened),
            removed=_removed(whole, here),
        )
        return result, taken

    def _module(self, module: Module, closure: _Closure) -> ModuleSlice:
        kept = {item.unit.index for item in closure.taken if item.module is module}
        return ModuleSlice(
            name=module.dotted,
            path=module.path or "",
            text=blanked(module, kept),
            file_digest=module.file_digest,
            package=module.package,
            removed=_removed(module, kept),
        )

    def _digest(self, name: str, closure: _Closure, local: Sequence[Module], detail: Detail) -> str:
        parts = [name]
        for module in (self.project.experiment, *local):
            kept = {item.unit.index: item.unit for item in closure.taken if item.module is module}
            digests = {index: self.unit_digest(unit, detail) for index, unit in kept.items()}
            parts.append(module.name or "")
            # Who looks names up in a module as a whole finds them in the order of the text.
            fixed = module.dotted in closure.ordered
            before = self.facts.before(module)
            order = sorted(digests) if fixed else canonical_order(digests, before)
            parts.extend(digests[index] for index in order)
            if module.tree is None:
                parts.append(module.file_digest)
            if closure.sees_source:
                parts.append(blanked(module, set(kept)))
        return digest_of(*parts)

    def unit_digest(self, unit: Unit, detail: Detail = MEANING_ONLY) -> str:
        """Return the digest of what one unit means."""
        key = unit, detail
        if key not in self._digests:
            self._digests[key] = fingerprint(unit.node, detail)
        return self._digests[key]

    def _piece(self, item: Taken, detail: Detail) -> Piece:
        unit, touched = item.unit, self.facts.of(item.module)[item.unit.index].touches
        bound = dict.fromkeys(binding.name for binding in unit.names.bindings)
        return Piece(
            module=item.module.name,
            names=tuple(dict.fromkeys((*bound, *sorted(touched)))),
            kind=_kind(unit.node),
            line=_line(unit.node),
            digest=self.unit_digest(unit, detail),
            value=_value(unit.node),
            reached_from=item.reached_from,
        )


class _Closure:
    """Takes units breadth first, so that what is reached is reached on a shortest way."""

    def __init__(self, slicer: Slicer) -> None:
        self.slicer = slicer
        self.taken: list[Taken] = []
        self.loaded: dict[str, Module] = {}
        self.widened: list[Widening] = []
        self.sees_source = False
        self.ordered: set[str] = set()
        self._positions: dict[Unit, int] = {}
        self._whole: set[str] = set()
        self._waiting: deque[int] = deque()
        self._everything: Dynamic | None = None

    def run(self, name: str) -> None:
        """Take a function of the experiment and all that it needs."""
        project = self.slicer.project
        self._need(project.experiment, name, None)
        self._load(project.experiment, None)
        size = -1
        while size != (size := len(self.taken) + len(self.loaded)):
            self._drain()
            self._follow_queries()
            if self._everything is not None:
                reason = f"{self._everything.reason} elsewhere"
                for module in list(self.loaded.values()):
                    self._widen(module, reason, None, dynamic=True)
            self._drain()

    def _follow_queries(self) -> None:
        """Take what texts of queries may name that are put together out of texts of any module."""
        found = [name for module in self.loaded.values() for name in module.queries]
        for position, item in enumerate(list(self.taken)) if found else ():
            for name in item.module.nameable if item.unit.names.queries else ():
                if any(pattern.fullmatch(name) for pattern in found):
                    self._need(item.module, name, position)

    def _drain(self) -> None:
        while self._waiting:
            position = self._waiting.popleft()
            item = self.taken[position]
            self._follow(item, position)

    def _follow(self, item: Taken, position: int) -> None:
        links = self.slicer.linker.of(item.unit, item.module)
        for unit in links.units:
            self._take(item.module, unit, position)
        for module in links.loads:
            self._load(module, position)
        for module, name in links.names:
            self._load(module, position)
            self._need(module, name, position)
        for module, node in links.objects:
            place = item.module, item.module.source.span(node)
            self._widen(module, f"the module {module.dotted} is used as an object", place, position)
        for module in links.stars:
            what = f"all names of {module.dotted} are imported"
            self._take_whole(module, what, None, position)
        for dynamic in self.slicer.facts.of(item.module)[item.unit.index].dynamics:
            self._follow_dynamic(dynamic, item, position)

    def _take(self, module: Module, unit: Unit, via: int | None) -> None:
        if unit not in self._positions:
            self._positions[unit] = len(self.taken)
            self._waiting.append(len(self.taken))
            self.taken.append(Taken(module, unit, via))

    def _need(self, module: Module, name: str, via: int | None) -> None:
        for unit in self.slicer.facts.changers(module, name):
            self._take(module, unit, via)

    def _load(self, module: Module, via: int | None) -> None:
        """Take what runs whenever a module is loaded: its statements with effects."""
        if module.dotted in self.loaded:
            return
        self.loaded[module.dotted] = module
        if module.tree is None:
            self.widened.append(
                Widening("it does not parse", None, module.name, module.name, dynamic=True)
            )
        for facts in self.slicer.facts.of(module):
            if _is_future(facts.unit.node) or self.slicer.facts.effect(facts, module) is not None:
                self._take(module, facts.unit, via)

    def _widen(
        self,
        module: Module,
        reason: str,
        place: tuple[Module, Span] | None,
        via: int | None = None,
        *,
        dynamic: bool = False,
    ) -> None:
        """Take all of a module for somebody who can see what it holds, and in which order."""
        self.ordered.add(module.dotted)
        self._take_whole(module, reason, place, via, dynamic=dynamic)

    def _take_whole(
        self,
        module: Module,
        reason: str,
        place: tuple[Module, Span] | None,
        via: int | None = None,
        *,
        dynamic: bool = False,
    ) -> None:
        """Take all of a module, and all of the local modules that it can hand on as objects."""
        if module.dotted in self._whole:
            return
        self._whole.add(module.dotted)
        self._load(module, via)
        blamed, span = place or (module, None)
        self.widened.append(Widening(reason, span, module.name, blamed.name, dynamic=dynamic))
        for unit in module.units:
            self._take(module, unit, via)
        for name in module.bindings:
            for imported in module.imports(name):
                for step in self.slicer.project.trace(imported, module, ()):
                    if step.name is None:
                        what = f"{module.dotted} holds the module {step.module.dotted}"
                        self._widen(step.module, what, None, via, dynamic=dynamic)

    def _follow_dynamic(self, dynamic: Dynamic, item: Taken, position: int) -> None:
        place = item.module, item.module.source.span(dynamic.node)
        self.sees_source = self.sees_source or dynamic.source
        if dynamic.reach is Reach.IMPORT:
            for module in self._imported_by_call(dynamic):
                self._widen(module, dynamic.reason, place, position, dynamic=True)
            if dynamic.exact:
                return
        if dynamic.reach is Reach.ALL:
            self._everything = self._everything or dynamic
        self._widen(item.module, dynamic.reason, place, position, dynamic=True)

    def _imported_by_call(self, dynamic: Dynamic) -> list[Module]:
        """Return the local modules that a call may import, with the packages around them."""
        project, name = self.slicer.project, dynamic.name
        own = project.experiment.dotted
        others = (item for item in all_modules(project.files, name) if item != own)
        parts = [item.split(".") for item in ([name] if dynamic.exact else others)]
        wanted = dict.fromkeys(
            ".".join(item[: depth + 1]) for item in parts for depth in range(len(item))
        )
        return [module for module in map(project.load, wanted) if module is not None]


def _removed(module: Module, kept: set[int]) -> tuple[str, ...]:
    """Return the names that a module binds and the kept units do not."""
    bound = {name for index in kept for name in module.units[index].names.bound}
    return tuple(sorted(module.bindings.keys() - bound))


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level


def _kind(node: ast.stmt) -> PieceKind:
    if isinstance(node, Function):
        return "function"
    if isinstance(node, ast.ClassDef):
        return "class"
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return "import"
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    named = isinstance(node, (ast.Assign, ast.AnnAssign)) and all(
        isinstance(item, _NAMES) for item in targets
    )
    return "constant" if named else "statement"


_NAMES = (ast.Name, ast.Tuple, ast.List)


def _line(node: ast.stmt) -> int:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return node.names[0].lineno
    return node.lineno


def _value(node: ast.stmt) -> str | None:
    """Return the text of a constant's value, shortened."""
    if (
        _kind(node) != "constant"
        or not isinstance(node, (ast.Assign, ast.AnnAssign))
        or node.value is None
    ):
        return None
    text = ast.unparse(node.value)
    return text if len(text) <= 60 else f"{text[:57]}..."
