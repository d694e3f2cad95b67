"""Determines statically what names and expressions refer to.

*Fresh*: a new container that nothing else refers to. *Plain*: consists of built-in types only, so that its
methods are known. *Definition*: the only function or class that a name can refer to.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from mlx2smk.analysis.import_calls import written_text
from mlx2smk.analysis.known import (
    ALWAYS_PLAIN,
    CHANGING_METHODS,
    FRESH,
    PLAIN_CALLS,
    PLAIN_VALUES,
    READING_METHODS,
    listed,
)
from mlx2smk.analysis.scope_frames import targets_of
from mlx2smk.language.keys import SETUP
from mlx2smk.language.scopes import Function, attribute_of, split_dotted

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from mlx2smk.analysis.names import Comprehension
    from mlx2smk.analysis.project import Module, Project
    from mlx2smk.analysis.scope_frames import Frame
    from mlx2smk.language.bindings import Binding, Imported

_IMPLICIT = frozenset({"__name__", "__file__", "__doc__"})


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A function or class of the experiment or of a local module."""

    module: Module
    node: Function | ast.ClassDef


@dataclass(frozen=True, slots=True)
class Library:
    """Something external: the dotted name of an object in an installed module, or a builtin's name."""

    name: str


class KnownAs(Enum):
    """What is known about a parameter: that its values are plain, or that calling them has no effects."""

    PLAIN = "plain"
    PURE = "pure"


class Values:
    """Analyses expressions of one module in the context of some inner scopes."""

    def __init__(self, project: Project, module: Module, frames: tuple[Frame, ...] = ()) -> None:
        self.project = project
        self.module = module
        self.frames = frames
        self._given: Mapping[str, Hashable] = {}  # what is known about parameters
        self._asked: set[tuple[str, tuple[Binding, ...]]] = set()

    def inside(self, frame: Frame, given: Mapping[str, Hashable] | None = None) -> Values:
        """Return the same with one more inner scope, of which some parameters are known."""
        inner = Values(self.project, self.module, (*self.frames, frame))
        inner._asked = self._asked
        outer = {name: which for name, which in self._given.items() if name not in frame}
        inner._given = {**outer, **(given or {})}
        return inner

    def outside(self, name: str) -> Values:
        """Return the same without the scopes that are inside the one that a name belongs to."""
        depth = len(self.frames)
        while depth and name not in self.frames[depth - 1]:
            depth -= 1
        outer = Values(self.project, self.module, self.frames[:depth])
        inner = {each for frame in self.frames[depth:] for each in frame}
        outer._given = {each: which for each, which in self._given.items() if each not in inner}
        return outer

    def given(self, name: str) -> Hashable:
        """Return what is known about a parameter; None if nothing is."""
        return self._given.get(name)

    @property
    def known(self) -> frozenset[tuple[str, Hashable]]:
        """All that is known about parameters of the inner scopes."""
        return frozenset(self._given.items())

    def local(self, name: str) -> tuple[Binding, ...] | None:
        """Return the bindings of a name in the inner scopes; None if it has none there."""
        for frame in reversed(self.frames):
            if name in frame:
                return frame[name]
        return None

    def bindings(self, name: str) -> tuple[Binding, ...]:
        """Return the bindings of a name in the scope that it belongs to."""
        local = self.local(name)
        return self.module.bindings.get(name, ()) if local is None else local

    def meaning(self, node: ast.expr) -> Definition | Library | None:
        """Return what an expression such as ``m.sub.f`` refers to; None if that is not certain."""
        root, chain = split_dotted(self._spelled_out(node))
        if not isinstance(root, ast.Name):
            imported = self.imported_by(root) if chain else ""
            return self._follow(imported, chain, frozenset()) if imported else None
        if self.local(root.id) is not None:
            given = None if chain else self._given.get(root.id)
            return given if isinstance(given, Definition) else None
        if chain and chain[-1] in self.module.replaced:
            return None
        return self._locate(self.module, root.id, chain, frozenset())

    def imported_by(self, node: ast.expr) -> str:
        """Return the local module that ``import_module("m")`` imports; an empty text if this is something else."""
        if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
            return ""
        if self.library(node.func) != "importlib.import_module":
            return ""
        name = written_text(node.args[0]) or ""
        return name if self.project.load(name) is not None else ""

    def _spelled_out(self, node: ast.expr) -> ast.expr:
        """Return ``m.f`` for ``getattr(m, "f")``, and everything else as it is."""
        if not isinstance(node, ast.Call) or len(node.args) != 2 or node.keywords:
            return node
        named = attribute_of(node, node.args[0])
        if named is None or self.library(node.func) != "getattr":
            return node
        return ast.Attribute(node.args[0], named[1], ast.Load())

    def _locate(
        self, module: Module, name: str, chain: tuple[str, ...], seen: frozenset[tuple[str, str]]
    ) -> Definition | Library | None:
        """Return what a name of a module, followed by some attributes, refers to."""
        bindings = module.bindings.get(name, ())
        if not bindings:
            return self._builtin(name, chain) if module is self.module else None
        if len(bindings) == 1 and isinstance(bindings[0].node, (Function, ast.ClassDef)):
            return None if chain else Definition(module, bindings[0].node)
        if (module.dotted, name) in seen:
            # `from package import sub` in the package itself is a submodule.
            inner = f"{module.dotted}.{name}"
            return self._follow(inner, chain, seen) if self.project.load(inner) else None
        seen |= {(module.dotted, name)}
        found = [
            None if base is None else self._follow(base, (*attributes, *chain), seen)
            for base, attributes in self._imports(bindings, module)
        ]
        same = {each.node if isinstance(each, Definition) else each for each in found}
        return found[0] if len(same) == 1 else None

    def _builtin(self, name: str, chain: tuple[str, ...]) -> Library | None:
        known = hasattr(builtins, name) and not self._is_hidden_by_star(name)
        return Library(".".join((name, *chain))) if known else None

    def _imports(
        self, bindings: tuple[Binding, ...], module: Module
    ) -> set[tuple[str | None, tuple[str, ...]]]:
        """Return the modules that a name is imported from, and the attributes of them; none if not certain.

        Several imports may bind a name, as ``import os`` and ``import *``; where it is None, using it fails.
        """
        bindings = tuple(item for item in bindings if not item.is_constant)
        if any(binding.kind != "import" for binding in bindings):
            return set()
        return {self.project.base(each.imported, module) for each in bindings if each.imported}

    def _is_hidden_by_star(self, name: str) -> bool:
        """Whether a star import of a local module may bind a name."""
        stars = (
            module
            for imported in self.module.star_imports
            for module in self.project.loaded_by(imported, self.module)
        )
        return any(name in module.bindings for module in stars)

    def _follow(
        self, base: str, chain: tuple[str, ...], seen: frozenset[tuple[str, str]]
    ) -> Definition | Library | None:
        module = self.project.load(base)
        if module is None:
            return Library(".".join((base, *chain)))
        while chain and chain[0] not in module.bindings:
            submodule = self.project.load(f"{module.dotted}.{chain[0]}")
            if submodule is None:
                return None
            module, chain = submodule, chain[1:]
        return self._locate(module, chain[0], chain[1:], seen) if chain else None

    def behind(self, imported: Imported, chain: tuple[str, ...]) -> Definition | Library | None:
        """Return what an import, followed by some attributes, refers to."""
        base, first = self.project.base(imported, self.module)
        return None if base is None else self._follow(base, (*first, *chain), frozenset())

    def holder(self, node: ast.expr) -> tuple[Module, str] | None:
        """Return the module, and the name in it, that an expression such as ``m.NAME`` refers to."""
        root, chain = split_dotted(node)
        if not isinstance(root, ast.Name) or self.local(root.id) is not None:
            return None
        bindings = self.module.bindings.get(root.id, ())
        if not bindings or any(binding.kind != "import" for binding in bindings):
            return None if chain or not bindings else (self.module, root.id)
        found = self._last_steps(root.id, chain)
        if len(found) != 1 or (chain and found == self._last_steps(root.id, chain[:-1])):
            return None  # the last attribute is one of what the name stands for
        module, name = found.pop()
        return None if name is None else (module, name)

    def _last_steps(self, name: str, chain: tuple[str, ...]) -> set[tuple[Module, str | None]]:
        return {
            (step.module, step.name)
            for imported in self.module.imports(name)
            for step in self.project.trace(imported, self.module, chain)[-1:]
        }

    def library(self, node: ast.expr) -> str:
        """Return the external dotted name that an expression refers to; an empty text if there is none."""
        meaning = self.meaning(node)
        return meaning.name if isinstance(meaning, Library) else ""

    def is_own_container(self, name: str) -> bool:
        """Whether a name is only ever bound to fresh containers."""
        bindings = [
            binding
            for binding in self.bindings(name)
            if binding.kind not in {"augmented", "deleted"}
        ]
        return bool(bindings) and all(
            binding.kind == "value" and self.is_fresh(binding.value) for binding in bindings
        )

    def is_definition(self, name: str) -> bool:
        """Whether a name is only ever bound by definitions of functions and classes."""
        bindings = self.bindings(name)
        return bool(bindings) and all(binding.kind in {"function", "class"} for binding in bindings)

    def is_fresh(self, node: ast.expr | None) -> bool:
        """Whether an expression creates a new container."""
        if isinstance(node, ast.Call):
            name = self.library(node.func)
            # Objects of the user's classes may say themselves what a copy of them is.
            copied = name == "copy.deepcopy" and len(node.args) == 1 and self.is_plain(node.args[0])
            return copied or listed(name, FRESH)
        return isinstance(
            node, (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
        )

    def is_own_value(self, name: str) -> bool:
        """Whether ``name += …`` cannot change an object that something else refers to."""
        bindings = [
            binding
            for binding in self.bindings(name)
            if binding.kind not in {"augmented", "deleted"}
        ]
        return bool(bindings or name == "__doc__") and all(
            binding.kind == "value"
            and (isinstance(binding.value, _NEW) or self.is_fresh(binding.value))
            for binding in bindings
        )

    def is_plain(self, node: ast.expr | None) -> bool:
        """Whether the value of an expression consists of built-in types only."""
        if isinstance(node, _PLAIN):
            return True
        if isinstance(node, _MADE_OF_PARTS):
            parts = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
            return all(self.is_plain(part) for part in parts)
        if isinstance(node, ast.Attribute):
            return (
                node.attr in _NAMES_OF_DEFINITIONS | self._plain_attributes(node.value)
                or (not _is_method(node.attr) and self.is_plain(node.value))
                or listed(self.library(node), PLAIN_VALUES)
            )
        if isinstance(node, ast.Subscript):
            return self.is_plain(node.value)
        if isinstance(node, ast.Name):
            return self._is_plain_name(node.id) or listed(self.library(node), PLAIN_VALUES)
        return self._is_plain_made(node)

    def _plain_attributes(self, node: ast.expr) -> frozenset[str]:
        """Return the attributes known to be plain of the instance that a parameter stands for."""
        given = self._given.get(node.id) if isinstance(node, ast.Name) else None
        return getattr(given, "plain", frozenset())

    def _is_plain_made(self, node: ast.expr | None) -> bool:
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            return self._is_plain_comprehension(node)
        return isinstance(node, ast.Call) and self._is_plain_call(node)

    def _is_plain_name(self, name: str) -> bool:
        if self._given.get(name) is KnownAs.PLAIN:
            return True
        bindings = self.bindings(name)
        if not bindings:
            return name in _IMPLICIT or (name == SETUP and self.module.name is None)
        if (name, bindings) in self._asked:
            return True
        self._asked.add((name, bindings))
        plain = all(
            binding.kind in {"deleted", "augmented"}
            or (binding.kind in {"value", "element"} and self.is_plain(binding.value))
            for binding in bindings
        )
        self._asked.discard((name, bindings))
        return plain

    def _is_plain_call(self, node: ast.Call) -> bool:
        if self.library(node.func) in ALWAYS_PLAIN:
            return True
        if not all(
            self.is_plain(argument)
            for argument in (*node.args, *(key.value for key in node.keywords))
        ):
            return False
        if listed(self.library(node.func), PLAIN_CALLS):
            return True
        function = node.func
        return (
            isinstance(function, ast.Attribute)
            and function.attr in READING_METHODS
            and self.is_plain(function.value)
        )

    def _is_plain_comprehension(self, node: Comprehension) -> bool:
        inner = self.inside(targets_of(node))
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return all(
            inner.is_plain(part)
            for part in (*parts, *(generator.iter for generator in node.generators))
        )


def _is_method(name: str) -> bool:
    """Whether plain values have a method of this name, which is not plain itself."""
    return name.startswith("_") or name in READING_METHODS | CHANGING_METHODS | _OTHER_METHODS


_OTHER_METHODS = frozenset(
    {*("format_map", "fromhex", "fromkeys", "from_bytes", "read", "send", "to_bytes", "write")}
)
_NAMES_OF_DEFINITIONS = frozenset({"__name__", "__qualname__", "__module__"})

_PLAIN = (ast.Constant, ast.JoinedStr, ast.Compare)

_MADE_OF_PARTS = (
    *(ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp),
)

_NEW = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple)
