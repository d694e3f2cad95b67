"""Undoes what user code has done to Python itself, so that the worker can finish its work afterwards.

Programs replace functions of `builtins`, `os` and `time`, and clear `sys.modules` and `sys.meta_path`.
Their own code runs with that; what remains when they have returned or failed is the worker's.
"""

from __future__ import annotations

import builtins
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import types
    from typing import Any

BUILTINS = ("dict", "getattr", "int", "isinstance", "len", "list", "map", "str")
FUNCTIONS_OF_OS = ("environ", "getpid", "path")
"""What the worker needs after the user's function has returned, and what programs do replace."""

_kept: list[tuple[dict[str, Any], dict[str, Any]]] = []
_modules: dict[str, types.ModuleType] = {}
_finders: list[Any] = []
_folders: list[str] = []


def remember() -> None:
    """Remember how things are, once, before processes are forked."""
    _kept[:] = [(vars(module), dict(vars(module))) for module in (builtins, os, time)]
    _modules.update(sys.modules)
    _finders[:] = sys.meta_path
    _folders[:] = sys.path


def restore_if_needed() -> None:
    """Put everything back if something is missing or replaced that the worker uses to finish its work.

    To look at all of it would touch the memory of every function and, after a fork, copy it.
    """
    if __name__ not in sys.modules or any(
        live.get(name) is not kept[name]
        for (live, kept), names in zip(_kept, (BUILTINS, FUNCTIONS_OF_OS))
        for name in names
    ):
        restore()


def restore() -> None:
    """Put back what is missing or replaced."""
    for names, kept in _kept:
        names.update(kept)
    if __name__ not in sys.modules or "sys" not in sys.modules:
        sys.modules.update(_modules)
    sys.meta_path += [finder for finder in _finders if finder not in sys.meta_path]
    sys.path += [folder for folder in _folders if folder not in sys.path]
