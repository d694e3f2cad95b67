"""Keys of SETUP that a function may read, and those that its ``context_update`` may write.

One rule: what is not understood may be any key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.sites import Site, certain_names, key_use
from mlx2smk.analysis.updates import update_sites
from mlx2smk.language.keys import ANY, NO_KEYS, Keys

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken, Widening

__all__ = ["SEED_KEYS", "Access", "Site", "access_of"]

SEED_KEYS = Keys.of("seed", "numpy_seed", "torch_seed", "pythonhashseed")
"""Read for every trial and verification, before its first statement."""

SETUP = "SETUP"


@dataclass(frozen=True, slots=True)
class Access:
    """Keys that may be read and written; the sites say where."""

    reads: Keys
    writes: Keys
    read_sites: tuple[Site, ...]
    write_sites: tuple[Site, ...]


def access_of(
    taken: Sequence[Taken], widened: Sequence[Widening], *, seeded: bool, updates: bool
) -> Access:
    """Find what the code of a slice may read and write.

    ``seeded``: the seeds' keys are read as well. ``updates``: what the function returns can update the
    context; it is a trial.
    """
    dynamic = [Site(ANY, item.span, item.blamed, item.reason) for item in widened if item.dynamic]
    reads = [*_read_sites(taken), *dynamic]
    writes = [*update_sites(taken), *dynamic] if updates else []
    return Access(
        reads=Keys.union(site.keys for site in reads) | (SEED_KEYS if seeded else NO_KEYS),
        writes=Keys.union(site.keys for site in writes),
        read_sites=tuple(reads),
        write_sites=tuple(writes),
    )


def _read_sites(taken: Sequence[Taken]) -> Iterator[Site]:
    for item in taken:
        certain = certain_names(item.unit.names)
        for reference in item.unit.names.references:
            if _is_setup(reference, item.module):
                yield from _sites_of(reference, item.module, certain)


def _is_setup(reference: Reference, module: Module) -> bool:
    """Whether a use of a name may be one of the context."""
    imports = reference.imports or tuple(module.imports(reference.name))
    if any(imported.name == SETUP for imported in imports):
        return True
    if imports:
        return reference.attributes[:1] == (SETUP,)
    # A local module has no SETUP of its own unless it makes one.
    return reference.name == SETUP and (module.name is None or SETUP not in module.bindings)


def _sites_of(reference: Reference, module: Module, certain: frozenset[ast.expr]) -> Iterator[Site]:
    span = module.source.span(reference.node)
    if reference.name != SETUP or reference.imports or module.name is not None:
        yield Site(ANY, span, module.name, "SETUP is reached through another module")
        return
    use = key_use(reference, module, certain)
    if use.read:
        yield Site(use.keys, span, module.name, use.why)
