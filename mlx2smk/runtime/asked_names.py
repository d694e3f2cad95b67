"""Records what a run asks a module for, where the names are not in the code but in a file of settings, say."""

from __future__ import annotations

from . import guards

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any

    from .observing import Observer


def watch(module: types.ModuleType, observer: Observer) -> None:
    """Record the names that anybody asks a module for; Python's own do not count."""
    get, name = type(module).__getattribute__, module.__name__
    told: set[str] = set()

    def ask(self: types.ModuleType, attribute: str) -> Any:
        if attribute not in told and attribute[:2] != "__":
            told.add(attribute)
            observer.tell("N", name, attribute)
        return get(self, attribute)

    guards.give_class(module, {"__getattribute__": ask})
    observer.tell("N", name, "")
