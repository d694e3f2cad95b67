"""Loads libraries once for a batch, before its combinations are forked, instead of in each of them.

This is done only if it makes no difference: for numpy, if the experiment's top level imports it anyway,
if it is limited to one thread, and if nothing before it can change what an import finds or does.
`MLX_NO_PREIMPORT=1` switches it off.
"""

from __future__ import annotations

import os
import sys

from . import NO_BYTECODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from .documents import FunctionEntry
    from .plan import Plan

OFF = "MLX_NO_PREIMPORT"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
MEDDLING = ("environ", "putenv", "sys.path", "meta_path")
_loaded: list[Any] = []


def numpy_for(plan: Plan, functions: Iterable[FunctionEntry]) -> None:
    """Import numpy if all combinations, which run these functions, would import it first."""
    texts = [plan.text(function["slice"]) for function in functions]
    if os.environ.get(OFF) or any(os.environ.get(name) != "1" for name in ONE_THREAD):
        return
    if any(word in text for word in MEDDLING for text in texts) or _shadows_library(plan.folder):
        return
    if all(map(_imports_numpy, texts)):
        sys.dont_write_bytecode = NO_BYTECODE
        try:
            _loaded.append(__import__("numpy"))
        except Exception:  # noqa: BLE001 - whatever it is, each combination runs into it again
            return


def forget_state() -> None:
    """Give this process its own random state if it has inherited one."""
    if _loaded and "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def _imports_numpy(text: str) -> bool:
    import ast

    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names = [name.name for s in statements if isinstance(s, ast.Import) for name in s.names]
    names += [s.module or "" for s in statements if isinstance(s, ast.ImportFrom) and not s.level]
    return any(name.partition(".")[0] == "numpy" for name in names)


def _shadows_library(folder: str) -> bool:
    """Tell whether a file beside the experiment is named like a module that numpy may load."""
    library: frozenset[str] = getattr(sys, "stdlib_module_names", frozenset())
    beside = {name.partition(".")[0] for name in os.listdir(folder)}
    return not library or "numpy" in beside or bool(beside & library)
