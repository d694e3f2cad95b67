"""Finds names that neither the module, nor Python, nor a star import binds."""

from __future__ import annotations

import ast
import builtins
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Final

from mlx2smk.analysis.mistakes.certainty import Nesting
from mlx2smk.diagnostics.about_suspicions import UndefinedName
from mlx2smk.diagnostics.diagnostic import did_you_mean
from mlx2smk.language.decorator_imports import PACKAGES
from mlx2smk.language.origins import EXPORTS, MODULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlx2smk.analysis.mistakes.report import Looked, Report
    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit

_GIVEN: Final = frozenset(dir(builtins)) | {
    *("__file__", "__cached__", "__path__", "__annotations__", "__dict__", "__class__"),
    *("__builtins__", "__module__", "__qualname__", "__conditional_annotations__"),
    # Builtins of other Python versions, which jobs may run with.
    *("WindowsError", "PythonFinalizationError", "ExceptionGroup", "BaseExceptionGroup"),
    *("aiter", "anext", "EncodingWarning", "exit", "quit", "copyright", "credits", "license"),
    *("_", "ic"),  # which gettext.install and icecream.install add to the builtins
}

_USUAL: Final = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "sns": "import seaborn as sns",
    "nn": "from torch import nn",
    "F": "import torch.nn.functional as F",
    "tf": "import tensorflow as tf",
    "jnp": "import jax.numpy as jnp",
    "xr": "import xarray as xr",
    "sp": "import scipy as sp",
    "Path": "from pathlib import Path",
    "Counter": "from collections import Counter",
    "defaultdict": "from collections import defaultdict",
    "partial": "from functools import partial",
    "dataclass": "from dataclasses import dataclass",
    "datetime": "from datetime import datetime",
    "pprint": "from pprint import pprint",
    "deepcopy": "from copy import deepcopy",
    "sleep": "from time import sleep",
    "sqrt": "from math import sqrt",
    "VerificationResult": "from mlx2smk import VerificationResult",
}


def check_undefined_names(report: Report, functions: Sequence[Looked]) -> None:
    """Note the undefined names in the functions' slices, each at its first occurrence."""
    taken = [each for looked in functions if not looked.dynamic for each in looked.taken]
    modules = dict.fromkeys(each.module for each in taken)
    stored = frozenset(
        name for module in modules for unit in module.units for name in _stored(unit)
    )
    names = {module: _Names(module, report.project, stored) for module in modules}
    first: dict[tuple[Module, str], tuple[Reference, Unit]] = {}
    for module, unit in dict.fromkeys((each.module, each.unit) for each in taken):
        for reference in names[module].undefined(unit):
            key = module, reference.name
            first[key] = min(first.get(key, (reference, unit)), (reference, unit), key=_position)
    for (module, name), (reference, unit) in first.items():
        near = names[module].near(name, unit)
        report.add(UndefinedName, module, _name_of(reference), name=name, near=near)


def _position(use: tuple[Reference, Unit]) -> tuple[int, int]:
    node = _name_of(use[0])
    return node.lineno, node.col_offset


def _name_of(reference: Reference) -> ast.expr:
    """Return the node of the name in ``name.attribute`` or ``getattr(name, "attribute")``."""
    node = reference.node
    while not isinstance(node, ast.Name):
        node = node.value if isinstance(node, ast.Attribute) else _first_argument(node)
    return node


def _first_argument(node: ast.expr) -> ast.expr:
    assert isinstance(node, ast.Call)  # noqa: S101 - all that `Reference` knows beside attributes
    return node.args[0]


class _Names:
    """The names that a module has."""

    def __init__(self, module: Module, project: Project, stored: frozenset[str]) -> None:
        self.module = module
        self.project = project
        self.stored = stored

    def undefined(self, unit: Unit) -> Iterator[Reference]:
        """Yield the references in a unit that certainly raise NameError."""
        uses = [use for use in unit.names.references if use.certain and use.evaluated]
        suspects = [use for use in uses if not use.imports and self._is_missing(use.name)]
        if suspects and self._known is not None:
            around = Nesting(unit.node)
            for reference in suspects:
                if not around.expects(_name_of(reference), "NameError"):
                    yield reference

    def _is_missing(self, name: str) -> bool:
        if name in self.module.bindings or name in _GIVEN or name in self.stored:
            return False
        if self.module.package and self.project.load(f"{self.module.dotted}.{name}") is not None:
            return False
        return self._known is not None and name not in self._known

    @cached_property
    def _known(self) -> frozenset[str] | None:
        """The names that the module has besides its own and Python's; None if they are not known."""
        units = self.module.units
        if self.module.tree is None or any(map(self._may_bind_anything, units)):
            return None
        starred = _starred(self.module, self.project, set())
        own = {"SETUP"} if self.module.name is None else set()
        return None if starred is None else frozenset(starred | own)

    def _may_bind_anything(self, unit: Unit) -> bool:
        """Whether a unit changes the builtins, or exports an enum's members into the module."""
        modules = {imported.module for imported, _ in unit.names.imports}
        attributes = {node.attr for node in unit.names.attributes}
        uses = {reference.name for reference in unit.names.references}
        return "builtins" in modules or not {"_convert_", "global_enum"}.isdisjoint(
            attributes | uses
        )

    def near(self, name: str, unit: Unit) -> str:
        """Return a hint about an undefined name."""
        if name == "SETUP":
            return "write `from mlx2smk import SETUP` at the top, or hand over what is needed of it"
        if name in _USUAL:
            return f"write `{_USUAL[name]}` at the top"
        if name in PACKAGES or name in sys.stdlib_module_names:
            return f"write `import {name}` at the top"
        known = {*self.module.bindings, *_GIVEN, *_local_names(unit.node)} - {name}
        names = [each for each in known if not each.startswith("_")]
        return did_you_mean(name, names, "define it, or import it at the top")


def _local_names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.arg):
            yield part.arg
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id


def _stored(unit: Unit) -> Iterator[str]:
    """Yield the attributes that code sets on objects, which may be modules."""
    for node in unit.names.attributes:
        if not isinstance(node.ctx, ast.Load):
            yield node.attr
    for reference in unit.names.references:
        if reference.name in {"setattr", "globals"}:
            yield from _texts(unit.node)


def _texts(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _starred(module: Module, project: Project, seen: set[str]) -> set[str] | None:
    """Return the names that a module's star imports bind; None if they are not known."""
    starred: set[str] = set()
    for unit in module.units:
        for imported, _ in unit.names.imports:
            if imported.star:
                base, _attributes = project.base(imported, module)
                names = _all_names(base, project, seen)
                if names is None:
                    return None
                starred |= names
    return starred


def _all_names(base: str | None, project: Project, seen: set[str]) -> set[str] | None:
    """Return the names of a module, including all that ``import *`` would take from it."""
    other = project.load(base) if base else None
    if other is None:
        return set(EXPORTS) if base in MODULES else None
    if other.tree is None or other.path is None or other.dotted in seen:
        return set() if other.dotted in seen else None
    starred = _starred(other, project, seen | {other.dotted})
    return None if starred is None else starred | set(other.bindings)
