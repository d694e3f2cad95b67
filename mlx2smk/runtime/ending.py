"""How a job's process ends: as an interpreter does, but no slower than it must be."""

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

LIBRARY = os.path.dirname(os.__file__) + os.sep
NEEDS_MORE = ("atexit", "threading")


class Ending:
    """Knows what was there before the user's code, and so what it has brought."""

    def __init__(self, own: Iterable[str]) -> None:
        # They stand in the order in which they were loaded. To list them all would touch, and after
        # a fork copy, the memory of every name.
        self._last = next(reversed(sys.modules))
        self._own = tuple(own)
        gc.freeze()
        gc.enable()

    def leave(self) -> NoReturn:
        """End this process.

        Tearing down a whole interpreter takes several times as long as a small job. Where nothing
        but the job's own modules and the plain standard library is there, those are torn down and
        that is all that anybody could notice.
        """
        if self._is_plain():
            for name in self._own:
                _tear_down(sys.modules.get(name))
            gc.collect()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
        sys.exit(0)

    def _is_plain(self) -> bool:
        if any(name in sys.modules for name in NEEDS_MORE):
            return False
        return all(name in self._own or _is_standard(sys.modules[name]) for name in self.brought())

    def brought(self) -> list[str]:
        """Return the modules that were loaded since, the newest first, and touch no others' memory."""

        def since(names: Iterable[str]) -> list[str]:
            return list(itertools.takewhile(lambda name: name != self._last, names))

        try:
            return since(reversed(sys.modules))
        except RuntimeError:  # another thread imports at this moment
            return since(reversed(list(sys.modules)))


def _is_standard(module: Any) -> bool:
    """Tell whether a module is part of Python itself, or a stand-in of the worker's."""
    origin = getattr(getattr(module, "__spec__", None), "origin", "")
    if origin in (None, "built-in", "frozen"):
        return True
    return str(origin).startswith(LIBRARY) and "site-packages" not in str(origin)


def _tear_down(module: types.ModuleType | None) -> None:
    """Let go of what the module holds, so that files are closed and objects finalized."""
    if module is not None:
        for name in list(module.__dict__):
            if name != "__builtins__":
                module.__dict__[name] = None
