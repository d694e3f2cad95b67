"""The keys of SETUP that a function may read, and those that its ``context_update`` may write.

The rule is conservative: code that is not understood may use any key.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.context_names import context_node, context_use, hands_on_context
from mlx2smk.analysis.handing import Follower
from mlx2smk.analysis.sites import Site, certain_names, key_use
from mlx2smk.analysis.updates import update_sites
from mlx2smk.language.keys import ANY, NO_KEYS, SETUP, Keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.slicing import Taken, Widening

__all__ = ["SEED_KEYS", "Access", "Site", "access_of", "any_mentions"]

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
    dynamic = any(each.dynamic for each in widened)
    reads = [*_read_sites(taken, project, dynamic=dynamic), *found]
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
    if dynamic and (mentioned or any_mentions((SETUP,), taken)):
        for widening in dynamic:
            yield Site(ANY, widening.span, widening.blamed, widening.reason)


def any_mentions(names: Sequence[str], taken: Sequence[Taken]) -> bool:
    """Whether the code of a slice has one of some names in its texts or as an attribute."""
    modules = {item.module for item in taken}
    having = {
        module for module in modules if any(name in word for name in names for word in module.words)
    }
    return any(
        mentions(name, item.unit) for item in taken if item.module in having for name in names
    )


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


def _read_sites(taken: Sequence[Taken], project: Project, *, dynamic: bool) -> Iterator[Site]:
    follower = Follower(project, taken, dynamic=dynamic)
    for item in taken:
        certain = certain_names(item.unit.names)
        for reference in item.unit.names.references:
            use = context_use(reference, item.module, project)
            if use is not None:
                yield from _sites_of(use, item, certain, follower)
            elif _may_be_context(reference, item.module, project):
                span = item.module.source.span(reference.node)
                yield Site(ANY, span, item.module.name, "SETUP is reached through another module")


def _may_be_context(reference: Reference, module: Module, project: Project) -> bool:
    """Whether a name may refer to the context, in a way that is not followed."""
    imports = reference.imports or tuple(module.imports(reference.name))
    if any(imported.name == SETUP for imported in imports):
        return True
    if imports:
        return reference.attributes[:1] == (SETUP,) or any(
            hands_on_context(project.trace(imported, module, reference.attributes), project)
            for imported in imports
        )
    # In a local module SETUP is the context unless the module binds the name itself. (In the experiment
    # the name certainly is the context, which `context_use` has found.)
    return reference.name == SETUP and SETUP not in module.bindings


def _sites_of(
    use: Reference, item: Taken, certain: frozenset[ast.expr], follower: Follower
) -> Iterator[Site]:
    """Yield what a use of the context reads; where it is handed on, those that it is handed to."""
    module = item.module
    keys = key_use(use, module, certain)
    if not keys.read:
        return
    node = context_node(use) if keys.keys.is_any else None
    followed = None if node is None else follower.sites(node, item.unit, module)
    if followed is None:
        yield Site(keys.keys, module.source.span(use.node), module.name, keys.why)
    else:
        yield from followed
