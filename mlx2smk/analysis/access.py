"""The keys of SETUP that a function may read, and those that its ``context_update`` may write.

The rule is conservative: code that is not understood may use any key.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.handing import Follower
from mlx2smk.analysis.sites import Site, certain_names, key_use
from mlx2smk.analysis.updates import update_sites
from mlx2smk.language.keys import ANY, NO_KEYS, SETUP, Keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.slicing import Taken, Widening

__all__ = ["SEED_KEYS", "Access", "Site", "access_of", "mentions"]

SEED_KEYS = Keys.of("seed", "numpy_seed", "torch_seed", "pythonhashseed")
"""The worker reads these before every trial and verification."""


@dataclass(frozen=True, slots=True)
class Access:
    """The keys that may be read and written, and the places where that happens."""

    reads: Keys
    writes: Keys
    read_sites: tuple[Site, ...]
    write_sites: tuple[Site, ...]

    def also(self, reads: Iterable[Site] = (), writes: Iterable[Site] = ()) -> Access:
        """Return the access with more sites that read or write."""
        read_sites = (*self.read_sites, *reads)
        write_sites = (*self.write_sites, *writes)
        return Access(
            reads=self.reads | Keys.union(site.keys for site in read_sites),
            writes=self.writes | Keys.union(site.keys for site in write_sites),
            read_sites=read_sites,
            write_sites=write_sites,
        )


def access_of(  # noqa: PLR0913 - all that decides what a function uses
    taken: Sequence[Taken],
    widened: Sequence[Widening],
    project: Project,
    *,
    seeded: bool,
    updates: bool,
    mentioned: bool = False,
) -> Access:
    """Find what the code of a slice may read and write.

    ``seeded`` adds the keys of the seeds to those that are read. ``updates`` says that the function's
    return value may update the context, as a trial's may. ``mentioned``: its parameters mention SETUP.
    """
    found = _found_by_name(taken, widened, mentioned=mentioned)
    reads = [*_read_sites(taken, Follower(project)), *found]
    writes = [*update_sites(taken, project)] if updates else []
    return Access(
        reads=Keys.union(site.keys for site in reads) | (SEED_KEYS if seeded else NO_KEYS),
        writes=Keys.union(site.keys for site in writes),
        read_sites=tuple(reads),
        write_sites=tuple(writes),
    )


def _found_by_name(
    taken: Sequence[Taken], widened: Sequence[Widening], *, mentioned: bool
) -> Iterator[Site]:
    """Yield the places that look up names that nobody foresees, if SETUP may be among them.

    What mentions SETUP nowhere does not find it: should it put the name together, the worker notices.
    """
    dynamic = [widening for widening in widened if widening.dynamic]
    if dynamic and (mentioned or any(mentions(SETUP, item.unit) for item in taken)):
        for widening in dynamic:
            yield Site(ANY, widening.span, widening.blamed, widening.reason)


def mentions(name: str, unit: Unit) -> bool:
    """Whether code has a name in its texts, docstrings aside, or as an attribute."""
    described = {
        part.value
        for part in unit.nodes
        if isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)
    }
    return any(
        (isinstance(part, ast.Attribute) and part.attr == name)
        or (isinstance(part, ast.Constant) and part not in described and name in _text(part))
        for part in unit.nodes
    )


def _text(node: ast.Constant) -> str:
    if isinstance(node.value, bytes):
        return node.value.decode("latin-1")
    return node.value if isinstance(node.value, str) else ""


def _read_sites(taken: Sequence[Taken], follower: Follower) -> Iterator[Site]:
    for taken_unit in taken:
        certain = certain_names(taken_unit.unit.names)
        for reference in taken_unit.unit.names.references:
            if _is_setup(reference, taken_unit.module):
                sites = tuple(_sites_of(reference, taken_unit.module, certain))
                if any(site.keys.is_any for site in sites) and reference.name == SETUP:
                    followed = _followed(reference, taken_unit, follower)
                    sites = sites if followed is None else followed
                yield from sites


def _followed(reference: Reference, item: Taken, follower: Follower) -> tuple[Site, ...] | None:
    """Return what is read by those that SETUP is handed to; None if that is not certain."""
    if reference.imports or item.module.name is not None:
        return None
    node: ast.expr = reference.node
    for _ in reference.attributes:
        node = getattr(node, "value", node)
    sites = follower.sites(node, item.unit, item.module) if isinstance(node, ast.Name) else None
    return None if sites is None else tuple(sites)


def _is_setup(reference: Reference, module: Module) -> bool:
    """Whether a name may refer to the context."""
    imports = reference.imports or tuple(module.imports(reference.name))
    if any(imported.name == SETUP for imported in imports):
        return True
    if imports:
        return reference.attributes[:1] == (SETUP,)
    # In a local module SETUP is the context unless the module binds the name itself.
    return reference.name == SETUP and (module.name is None or SETUP not in module.bindings)


def _sites_of(reference: Reference, module: Module, certain: frozenset[ast.expr]) -> Iterator[Site]:
    span = module.source.span(reference.node)
    if reference.name != SETUP or reference.imports or module.name is not None:
        yield Site(ANY, span, module.name, "SETUP is reached through another module")
        return
    use = key_use(reference, module, certain)
    if use.read:
        yield Site(use.keys, span, module.name, use.why)
