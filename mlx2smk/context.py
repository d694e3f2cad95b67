"""Keys of SETUP that a function may read, and those that its ``context_update`` may write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlx2smk.source import Span

SEED_KEYS = frozenset({"seed", "numpy_seed", "torch_seed", "pythonhashseed"})
"""Read for every trial and verification, before its first statement."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place that reads or writes a key; ``key`` None stands for any, ``module`` None for the experiment."""

    key: str | None
    span: Span | None
    module: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Access:
    """Keys that may be read and written; None stands for any key. The sites say where."""

    reads: frozenset[str] | None
    writes: frozenset[str] | None
    read_sites: tuple[Site, ...]
    write_sites: tuple[Site, ...]
