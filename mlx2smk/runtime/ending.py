"""Ends the process of a job like an interpreter does, but as fast as possible."""

from __future__ import annotations

import gc
import itertools
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from collections.abc import Iterable
    from typing import Any, NoReturn

_exit = os._exit
LIBRARY = os.path.dirname(os.__file__) + os.sep
NEEDS_MORE = ("atexit", "threading")


class Ending:
    """Remembers which modules were loaded before the user's code, to find those that it loaded."""

    def __init__(self, own: Iterable[str]) -> None:
        # Modules are listed in the order in which they were loaded. Listing all of them would touch the
        # memory of every name and, after a fork, copy it.
        self._last = next(reversed(sys.modules))
        self._own = tuple(own)
        gc.freeze()
        gc.enable()

    def leave(self) -> NoReturn:
        """End this process.

        Tearing down a whole interpreter takes several times as long as a small job. If nothing but the
        job's own modules and the plain standard library is loaded, only the job's modules are torn
        down; users cannot notice the difference.
        """
        if self._is_plain():
            for name in self._own:
                _tear_down(sys.modules.get(name))
            gc.collect()
            for stream in (sys.stdout, sys.stderr):
                _flush(stream)
            _exit(0)
        raise SystemExit(0)

    def _is_plain(self) -> bool:
        if any(name in sys.modules for name in NEEDS_MORE):
            return False
        return all(name in self._own or _is_standard(sys.modules[name]) for name in self.brought())

    def brought(self) -> list[str]:
        """Return the modules that were loaded since, newest first, without touching the memory of others."""

        def since(names: Iterable[str]) -> list[str]:
            return list(itertools.takewhile(lambda name: name != self._last, names))

        try:
            return since(reversed(sys.modules))
        except RuntimeError:  # another thread is importing
            return since(reversed(list(sys.modules)))


def _flush(stream: Any) -> None:
    try:
        stream.flush()
    except Exception:  # noqa: BLE001 - the program may have closed or replaced it
        return


def _is_standard(module: Any) -> bool:
    """Tell whether a module is part of Python itself, or a shim of the worker."""
    origin = getattr(getattr(module, "__spec__", None), "origin", "")
    if origin in (None, "built-in", "frozen"):
        return True
    return str(origin).startswith(LIBRARY) and "site-packages" not in str(origin)


def _tear_down(module: types.ModuleType | None) -> None:
    """Release the objects of a module, so that files are closed and finalizers run."""
    if module is not None:
        for name in list(module.__dict__):
            if name != "__builtins__":
                module.__dict__[name] = None
