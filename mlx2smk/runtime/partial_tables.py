"""Guards dicts of which a slice has only the entries that are looked up: any other use needs the whole file."""

from __future__ import annotations

from .grid import literal
from .guards import GuardedDict, complain_left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable, Mapping
    from typing import Any, NoReturn

    from .documents import Parameters


class PartialTable(GuardedDict):
    """A dict without the entries that nobody looks up, as far as the analysis knows.

    `described` are its name, the file that binds it, and the function that uses it.
    """

    def __init__(
        self, data: Mapping[Any, Any], allowed: Iterable[Any], described: tuple[str, str, str]
    ) -> None:
        super().__init__(data, allowed)
        self._described = described

    def _foreseen(self, key: Any) -> Any:
        if key not in self._allowed:
            self.refuse_key(key)
        return key

    def copy(self) -> NoReturn:
        """Start the run again, with the whole file."""
        self.refuse_whole("copying {}")

    def reduced(self) -> tuple[Any, ...]:
        """Return how to make the same in another process, guard included."""
        items = {
            key: dict.__getitem__(self, key)
            for key in self._allowed
            if dict.__contains__(self, key)
        }
        return PartialTable, (items, list(self._allowed), self._described)

    def refuse_key(self, key: Any) -> NoReturn:
        """Start the run again, with the whole file."""
        del key
        self.refuse_whole("")

    def refuse_whole(self, how: str) -> NoReturn:
        """Start the run again, with the whole file."""
        del how
        name, path, reader = self._described
        complain_left_out([name], path, reader)


def guard_tables(module: types.ModuleType, partial: Parameters, reader: str) -> None:
    """Guard the dicts of a module of which its slice has only the entries under these keys."""
    for name, keys in partial:
        table = module.__dict__.get(name)
        if type(table) is dict:
            described = (name, str(module.__file__), reader)
            module.__dict__[name] = PartialTable(table, map(literal, keys), described)
