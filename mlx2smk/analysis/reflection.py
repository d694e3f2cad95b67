"""Code that can see more of a program than what it means: docstrings, and the lines of its code.

What reads them may be a library that is given a function, a class or a module. So it is enough that a
slice mentions such a library: all its docstrings, or all its lines, then count.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from mlx2smk.analysis.dynamic import call_of, library_names
from mlx2smk.analysis.fingerprint import Detail
from mlx2smk.analysis.known import (
    DOCSTRING_ATTRIBUTES,
    DOCSTRING_READERS,
    FRAME_FIELDS,
    LINE_ATTRIBUTES,
    LINE_FORMATS,
    LINE_READERS,
    LINE_READERS_WITH,
    QUIET_CODE_ATTRIBUTES,
    listed,
)
from mlx2smk.analysis.uses import uses_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlx2smk.analysis.names import Reference
    from mlx2smk.analysis.project import Module, Project, Unit
    from mlx2smk.analysis.uses import Use


class Reflection:
    """Finds out what units can see, each once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._details: dict[Unit, Detail] = {}
        self._telling: dict[Module, bool] = {}

    def of(self, units: Iterable[tuple[Unit, Module]]) -> Detail:
        """Return what some units can see of all of them."""
        details = [self._of_unit(unit, module) for unit, module in units]
        return Detail(
            docstrings=any(item.docstrings for item in details),
            lines=any(item.lines for item in details),
        )

    def _of_unit(self, unit: Unit, module: Module) -> Detail:
        if unit not in self._details:
            names = list(_attributes(unit))
            texts = list(_texts(unit.nodes)) if self._has_telling_texts(module) else []
            libraries = list(_libraries(unit, module, self.project))
            self._details[unit] = Detail(
                docstrings=_sees_docstrings(unit, names, texts, libraries),
                lines=_sees_lines(unit, names, texts, libraries),
            )
        return self._details[unit]

    def _has_telling_texts(self, module: Module) -> bool:
        """Whether any text of a module may make its docstrings or lines count."""
        if module not in self._telling:
            words = module.words
            named = not words.isdisjoint(_LOOKED_UP | LINE_ATTRIBUTES)
            self._telling[module] = named or any(
                mark in word for word in words for mark in LINE_FORMATS
            )
        return self._telling[module]


_Libraries = list[tuple[str, "Reference | None"]]


def _libraries(
    unit: Unit, module: Module, project: Project
) -> Iterator[tuple[str, Reference | None]]:
    """Yield the dotted names outside that a unit uses, and where, or takes out of their module."""
    for reference in unit.names.references:
        for name in sorted(library_names(reference, module, project)):
            yield name, reference
    for imported, _ in unit.names.imports:
        name = f"{imported.module}.{imported.name}"
        judged_by_use = name in LINE_READERS_WITH or name in FRAME_FIELDS
        if imported.name is not None and not imported.level and not judged_by_use:
            yield name, None


def _reads(name: str, table: frozenset[str]) -> bool:
    """Whether a name is in a table, or that of a module of which anything is."""
    return listed(name, table) or f"{name}.*" in table


def _sees_docstrings(unit: Unit, names: list[str], texts: list[str], libraries: _Libraries) -> bool:
    return (
        not DOCSTRING_ATTRIBUTES.isdisjoint(names)
        or any(reference.name in _BY_NAME for reference in unit.names.references)
        or any(_reads(name, DOCSTRING_READERS) for name, _ in libraries)
        or not _LOOKED_UP.isdisjoint(texts)
    )


_BY_NAME = frozenset({"__doc__", "getdoc", "help"})

_LOOKED_UP = frozenset({"__doc__", "co_consts"})


def _sees_lines(unit: Unit, names: list[str], texts: list[str], libraries: _Libraries) -> bool:
    return (
        not LINE_ATTRIBUTES.isdisjoint(names)
        or not LINE_ATTRIBUTES.isdisjoint(texts)
        or any(mark in text for mark in LINE_FORMATS for text in texts)
        or any(
            _reads(name, LINE_READERS)
            and not _lacks_argument(name, reference)
            and not _takes_no_line(name, reference, unit)
            for name, reference in libraries
        )
    )


def _takes_no_line(name: str, reference: Reference | None, unit: Unit) -> bool:
    """Whether of what ``inspect.stack()`` and its like tell, only names of functions and files are used."""
    call = None if reference is None else call_of(reference)
    if call is None or name not in FRAME_FIELDS:
        return False
    fields = FRAME_FIELDS[name]
    uses = uses_of(call, unit)
    if name != "inspect.getframeinfo":
        uses = [each for use in uses for each in _uses_of_elements(use, unit)]
    return all(_is_field(use, fields) for use in uses)


def _uses_of_elements(use: Use, unit: Unit) -> list[Use]:
    """Return the uses of what a list holds, if it is looked up by subscripts or in a loop; else its own."""
    parent = use.parent
    if isinstance(parent, ast.Subscript) and parent.value is use.node:
        return uses_of(parent, unit)
    target = getattr(parent, "target", None)
    if not isinstance(parent, ast.For | ast.comprehension) or not isinstance(target, ast.Name):
        return [use]
    names = (part for part in ast.walk(unit.node) if isinstance(part, ast.Name))
    same = [part for part in names if part.id == target.id and isinstance(part.ctx, ast.Load)]
    return [each for part in same for each in uses_of(part, unit)]


def _is_field(use: Use, fields: frozenset[str | int]) -> bool:
    parent = use.parent
    if isinstance(parent, ast.Attribute):
        return parent.attr in fields
    index = parent.slice if isinstance(parent, ast.Subscript) else None
    return isinstance(index, ast.Constant) and index.value in fields


def _lacks_argument(name: str, reference: Reference | None) -> bool:
    """Whether this is ``traceback.print_exc()`` or its like, without what would make it tell a line."""
    call = None if reference is None else call_of(reference)
    keyword, place = LINE_READERS_WITH.get(name, ("", 0))
    if call is None or not keyword or any(isinstance(item, ast.Starred) for item in call.args):
        return False
    return len(call.args) <= place and all(
        item.arg not in {keyword, None} for item in call.keywords
    )


def _attributes(unit: Unit) -> Iterator[str]:
    """Yield the attributes of a unit; a whole ``__code__`` holds docstrings and lines."""
    quiet = {node.value for node in unit.names.attributes if node.attr in QUIET_CODE_ATTRIBUTES}
    for node in unit.names.attributes:
        yield node.attr
        if node.attr == "__code__" and node not in quiet:
            yield from ("co_consts", "co_firstlineno")


def _texts(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for part in nodes:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.MatchClass):
            yield from part.kwd_attrs
