"""What changed between two finished runs, in the words of ``mlx explain``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlx2smk.emission.archive import read_code
from mlx2smk.forecast.code_changes import code_changes
from mlx2smk.forecast.reasons import CodeChanged, KeyChanged
from mlx2smk.forecast.wording import code_text, key_text
from mlx2smk.runtime.remembering import DIGESTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlx2smk.planning.plan import Plan
    from mlx2smk.runtime.history_documents import HistoryEntry

_KINDS = ("setups", "trials", "verifications")


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """What changed, as lines: in functions, by kind and name, and in what trials saw of SETUP.

    ``keys`` are the changes of all of SETUP after the last trial.
    """

    functions: Mapping[tuple[str, str], tuple[str, ...]]
    seen: Mapping[str, tuple[str, ...]]
    keys: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """All changes, each once."""
        found = [line for lines in self.functions.values() for line in lines]
        return list(dict.fromkeys([*found, *self.keys]))

    def causes(self, trial: str) -> list[str]:
        """Return the changes that bear on the results of a trial: of its code, and of what it saw of SETUP."""
        return [*self.functions.get(("trials", trial), ()), *self.seen.get(trial, ())]


def changes_between(
    directory: Path, plan: Plan, before: HistoryEntry, after: HistoryEntry
) -> VersionChanges:
    """Return what changed between two finished runs; ``plan`` says where modules are."""
    files: dict[str | None, str] = {
        module.name: module.path for function in plan.functions for module in function.modules
    }
    files[None] = after["source"]
    found = {}
    for kind in _KINDS:
        old, new = before["code"][kind], after["code"][kind]
        for name in dict.fromkeys((*new, *old)):
            lines = tuple(_of_function(directory, name, old.get(name), new.get(name), files))
            if lines:
                found[kind, name] = lines
    both = before["trials"].keys() & after["trials"].keys()
    seen = {
        name: tuple(_of_keys(before["trials"][name]["context"], after["trials"][name]["context"]))
        for name in sorted(both)
    }
    return VersionChanges(found, seen, tuple(_of_keys(before["context"], after["context"])))


def _of_function(
    directory: Path, name: str, old: str | None, new: str | None, files: Mapping[str | None, str]
) -> Iterator[str]:
    if old == new:
        return
    if old is None or new is None:
        yield f"{name} is {'new' if old is None else 'gone'}"
        return
    pieces = read_code(directory, old), read_code(directory, new)
    if pieces[0] is None or pieces[1] is None:
        yield f"the code of {name} changed"
        return
    for change in code_changes(pieces[0], pieces[1], files):
        if isinstance(change, CodeChanged):
            yield code_text(change, name)
        else:
            yield f"the order of the statements that {name} needs changed"


def _of_keys(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield key_text(KeyChanged(key, _shown(old.get(key)), _shown(new.get(key))))


def _shown(text: str | None) -> str | None:
    return "another long value" if text is not None and text.startswith(DIGESTED) else text
