"""What a function is: the statements that its run can depend on, in its module and in local ones."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from mlx2smk.analysis.blanking import blanked, leaves_out
from mlx2smk.analysis.closure import Closure
from mlx2smk.analysis.facts import Facts
from mlx2smk.analysis.fingerprint import MEANING_ONLY, Detail, canonical_order, fingerprint
from mlx2smk.analysis.links import Linker
from mlx2smk.analysis.reflection import Reflection
from mlx2smk.analysis.source_readers import text_read
from mlx2smk.analysis.taken import Taken, Widening
from mlx2smk.language.scopes import Function
from mlx2smk.language.text_digests import digest_of
from mlx2smk.runtime.guards import UNTAKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.used import UsedName

__all__ = ["FunctionSlice", "ModuleSlice", "Piece", "Slicer", "Taken", "Widening"]

PieceKind = Literal["function", "class", "constant", "import", "statement"]
Partial: TypeAlias = tuple[tuple[str, tuple[str, ...]], ...]


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
class ModuleSlice:
    """What a function needs of one local module; ``path`` is relative to the experiment's folder."""

    name: str
    path: str
    text: str
    file_digest: str
    package: bool
    removed: tuple[str, ...]
    partial: Partial = ()


@dataclass(frozen=True, slots=True)
class FunctionSlice:
    """All that a function's run can depend on, as text that runs and as a digest of what it means.

    ``asked`` are the parameters whose values decide what belongs to it. ``partial`` are tables of the
    experiment of which it has only the entries under some keys, which are literals. ``filled`` are local
    modules of which code that it leaves out changes objects (``*``: it does what any may notice),
    ``watched`` modules that it asks for names which nobody foresees.
    """

    statements: tuple[int, ...]
    text: str
    digest: str
    pieces: tuple[Piece, ...]
    modules: tuple[ModuleSlice, ...]
    widened: tuple[Widening, ...]
    removed: tuple[str, ...]
    asked: frozenset[str] = frozenset()
    partial: Partial = ()
    filled: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()


class Slicer:
    """Slices functions of one experiment; what it finds out about modules serves all of them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.facts = Facts(project)
        self.linker = Linker(project)
        self.reflection = Reflection(project)
        self._digests: dict[tuple[Unit, Detail], str] = {}
        self._values: dict[Unit, str | None] = {}

    def slice(
        self,
        name: str,
        used: Collection[UsedName] = (),
        given: Mapping[str, Sequence[object]] | None = None,
    ) -> tuple[FunctionSlice, tuple[Taken, ...]]:
        """Return the slice of a function of the experiment, and the units that it consists of.

        ``used`` are names that it is known to use besides those that its code shows, ``given`` the values
        of its parameters.
        """
        closure = Closure(self.project, self.facts, self.linker, given)
        closure.run(name, used)
        taken = tuple(closure.taken)
        of_modules = _by_module(taken)
        whole = self.project.experiment
        here = _kept(of_modules.get(whole, ()))
        local = [
            module for module in closure.loaded.values() if module is not whole and module.path
        ]
        local.sort(key=lambda module: module.dotted)
        detail = self.reflection.of((item.unit, item.module) for item in taken)
        result = FunctionSlice(
            statements=tuple(sorted({whole.units[index].statement for index in here})),
            text=blanked(whole, here, closure.tables.of(whole)),
            digest=self._digest(name, closure, of_modules, local, detail),
            pieces=tuple(self._piece(item, detail) for item in taken),
            modules=tuple(self._module(each, of_modules.get(each, ()), closure) for each in local),
            widened=tuple(closure.widened),
            removed=_removed(whole, here),
            asked=frozenset(closure.asked),
            partial=_partial(whole, closure),
            filled=closure.filled,
            watched=frozenset(
                each.dotted
                for each in closure.watched
                if each.name not in closure.told or _removed(each, _kept(of_modules.get(each, ())))
            ),
        )
        return result, taken

    def _module(self, module: Module, taken: Sequence[Taken], closure: Closure) -> ModuleSlice:
        kept = _kept(taken)
        return ModuleSlice(
            name=module.dotted,
            path=module.path or "",
            text=blanked(module, kept, closure.tables.of(module)),
            file_digest=module.file_digest,
            package=module.package,
            removed=_removed(module, kept),
            partial=_partial(module, closure),
        )

    def _digest(
        self,
        name: str,
        closure: Closure,
        of_modules: Mapping[Module, Sequence[Taken]],
        local: Sequence[Module],
        detail: Detail,
    ) -> str:
        parts = [name]
        for module in (self.project.experiment, *local):
            kept = of_modules.get(module, ())
            digests = {item.unit.index: self._taken_digest(item, detail) for item in kept}
            parts.append(module.name or "")
            # Who looks names up in a module as a whole finds them in the order of the text.
            fixed = module.dotted in closure.ordered
            before = self.facts.before(module)
            order = sorted(digests) if fixed else canonical_order(digests, before)
            parts.extend(digests[index] for index in order)
            if module.tree is None:
                parts.append(module.file_digest)
            read = [each for each in closure.sources if each.module is module]
            text = blanked(module, _kept(kept), untaken=True) if closure.sees_source or read else ""
            if closure.sees_source:
                parts.append(text)
            parts.extend(sorted(text_read(each, text) for each in read))
        return digest_of(*parts)

    def unit_digest(self, unit: Unit, detail: Detail = MEANING_ONLY) -> str:
        """Return the digest of what one unit means."""
        key = unit, detail
        if key not in self._digests:
            self._digests[key] = fingerprint(unit.node, detail)
        return self._digests[key]

    def _taken_digest(self, item: Taken, detail: Detail) -> str:
        if item.loads is not None:
            return digest_of("loads", item.loads)
        return self.unit_digest(item.unit, detail)

    def _piece(self, item: Taken, detail: Detail) -> Piece:
        unit, touched = item.unit, self.facts.of(item.module)[item.unit.index].touches
        bound = dict.fromkeys(binding.name for binding in unit.names.bindings)
        return Piece(
            module=item.module.name,
            names=(item.loads,) if item.loads else tuple(dict.fromkeys((*bound, *sorted(touched)))),
            kind=_kind(unit.node),
            line=_line(unit.node),
            digest=self._taken_digest(item, detail),
            value=self._value(unit),
            reached_from=item.reached_from,
        )

    def _value(self, unit: Unit) -> str | None:
        if unit not in self._values:
            self._values[unit] = _value(unit.node)
        return self._values[unit]


def _by_module(taken: Sequence[Taken]) -> dict[Module, list[Taken]]:
    found: dict[Module, list[Taken]] = {}
    for item in taken:
        found.setdefault(item.module, []).append(item)
    return found


def _kept(taken: Sequence[Taken]) -> dict[int, str | None]:
    """Return the indices of a module's units that are taken, with what those load that bind nothing."""
    return {item.unit.index: item.loads for item in taken}


def _partial(module: Module, closure: Closure) -> Partial:
    return tuple((table.name, table.literals) for table in closure.tables.of(module))


def _removed(module: Module, kept: Mapping[int, str | None]) -> tuple[str, ...]:
    """Return the names that a module binds and the kept units do not."""
    units = (module.units[index] for index, loads in kept.items() if loads is None)
    bound = {name for unit in units for name in unit.names.bound}
    missing = {UNTAKEN} if leaves_out(module, kept) else set[str]()
    return tuple(sorted(module.bindings.keys() - bound | missing))


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
