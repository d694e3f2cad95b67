"""The modules that Python's own library is made of, where the public ones take longer to load.

A job pays for what the worker loads, so that milliseconds count. No version of Python promises these
modules: where one is missing, or another implementation of Python runs, its public counterpart serves.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from threading import get_ident
    from typing import Any
else:
    try:
        import _signal as signal
    except ImportError:
        import signal
    try:
        from _thread import get_ident
    except ImportError:
        from threading import get_ident
    try:
        from _frozen_importlib import ModuleSpec
    except ImportError:
        from importlib.machinery import ModuleSpec

__all__ = [
    "ModuleSpec",
    "get_ident",
    "json_accelerator",
    "prctl",
    "set_in_class",
    "sha256",
    "signal",
]

SMALL_SHA = "_sha2" if sys.version_info >= (3, 12) else "_sha256"
"""Without OpenSSL, which takes longer to load than to hash what is small."""

_found: list[Callable[[bytes], Any]] = []


def json_accelerator() -> Any:
    """Return the scanner and encoder in C that `json` uses; None if there are none."""
    try:
        import _json
    except ImportError:
        return None
    return _json


def sha256(data: bytes) -> Any:
    """Return a hash object."""
    if not _found:
        try:
            _found.append(__import__(SMALL_SHA).sha256)
        except (ImportError, AttributeError):
            import hashlib

            _found.append(hashlib.sha256)
    return _found[0](data)


def prctl(option: int, value: int) -> None:
    """Call Linux's prctl, if this Python was built to call libraries."""
    if not _prctl:
        _prctl.append(_found_prctl())
    _prctl[0](option, value, 0, 0, 0)


_prctl: list[Callable[..., Any]] = []


def _found_prctl() -> Callable[..., Any]:
    try:
        from _ctypes import call_function, dlopen, dlsym
    except ImportError:
        return _prctl_of_ctypes()
    address = dlsym(dlopen(None, os.RTLD_NOW), "prctl")  # type: ignore[arg-type,unused-ignore]
    return lambda *arguments: call_function(address, arguments)


def _prctl_of_ctypes() -> Callable[..., Any]:
    try:
        import ctypes
    except ImportError:
        return lambda *_: None
    return ctypes.CDLL(None).prctl


def set_in_class(kind: type, name: str, value: Any) -> None:
    """Set an attribute of a class in C that allows no changes; leave it as it is where that cannot be."""
    try:
        from ctypes import py_object, pythonapi
        from gc import get_referents
    except ImportError:
        return
    if sys.implementation.name == "cpython":
        (members,) = get_referents(vars(kind))  # the dict behind a view that cannot be written
        members[name] = value
        pythonapi.PyType_Modified(py_object(kind))  # methods are cached
