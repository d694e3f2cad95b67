"""Keys of SETUP that a function may read, and those that its ``context_update`` may write.

One rule: what is not understood is ANY key. It never narrows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.analysis.sites import Site, certain_names, key_of
from mlx2smk.analysis.updates import update_sites

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator, Sequence

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module
    from mlx2smk.analysis.slicing import Taken, Widening

__all__ = ["SEED_KEYS", "Access", "Site", "access_of"]

SEED_KEYS = frozenset({"seed", "numpy_seed", "torch_seed", "pythonhashseed"})
"""Read for every trial and verification, before its first statement."""

SETUP = "SETUP"


@dataclass(frozen=True, slots=True)
class Access:
    """Keys that may be read and written; None stands for any key. The sites say where."""

    reads: frozenset[str] | None
    writes: frozenset[str] | None
    read_sites: tuple[Site, ...]
    write_sites: tuple[Site, ...]


def access_of(
    taken: Sequence[Taken], widened: Sequence[Widening], *, seeded: bool, updates: bool
) -> Access:
    """Find what the code of a slice may read and write.

    ``seeded``: the seeds' keys are read as well. ``updates``: what the function returns can update the
    context; it is a trial.
    """
    dynamic = [Site(None, item.span, item.blamed, item.reason) for item in widened if item.dynamic]
    reads = [*_read_sites(taken), *dynamic]
    writes = [*update_sites(taken), *dynamic] if updates else []
    keys = _keys(reads)
    return Access(
        reads=keys if keys is None or not seeded else keys | SEED_KEYS,
        writes=_keys(writes),
        read_sites=tuple(reads),
        write_sites=tuple(writes),
    )


def _keys(sites: Iterable[Site]) -> frozenset[str] | None:
    keys: set[str] = set()
    for site in sites:
        if site.key is None:
            return None
        keys.add(site.key)
    return frozenset(keys)


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
        yield Site(None, span, module.name, "SETUP is reached through another module")
        return
    use = key_of(reference, module, certain)
    if use is None:
        yield Site(None, span, module.name, "SETUP is used as a whole")
    elif use.read and use.key is None:
        yield Site(None, span, module.name, "the key is computed")
    elif use.read:
        yield Site(use.key, span, module.name, f"reads {use.key!r}")
