"""Records what a run asks a module for, where the names are not in the code but in a file of settings, say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any

    from .observing import Observer


def watch(module: types.ModuleType, observer: Observer) -> None:
    """Record the names that anybody asks a module for; Python's own do not count."""
    plain: Any = type(module)
    get, name = plain.__getattribute__, module.__name__
    told: set[str] = set()

    def ask(self: types.ModuleType, attribute: str) -> Any:
        if attribute not in told and attribute[:2] != "__":
            told.add(attribute)
            observer.tell("N", name, attribute)
        return get(self, attribute)

    def reduced(self: types.ModuleType) -> tuple[Any, ...]:
        from importlib import import_module

        # As cloudpickle does, for modules of the plain type only.
        return import_module, (self.__name__,)

    members = {"__getattribute__": ask, "__reduce__": reduced}
    module.__class__ = type(plain.__name__, (plain,), members)
    observer.tell("N", name, "")
