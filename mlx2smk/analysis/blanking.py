"""Blanks everything outside a slice, so that the remaining code keeps its lines and columns."""

from __future__ import annotations

import ast
import re
from itertools import groupby
from typing import TYPE_CHECKING

from mlx2smk.analysis.modules import absolute
from mlx2smk.analysis.tables import kept_entries
from mlx2smk.language.bindings import is_untaken
from mlx2smk.language.scopes import Function
from mlx2smk.runtime.guards import UNTAKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mlx2smk.analysis.project import Module, Unit
    from mlx2smk.analysis.tables import LookupTable


def groups(module: Module) -> dict[int, tuple[int, ...]]:
    """Return the groups of statements that share physical lines and must be kept together."""
    body, lines = (module.tree.body if module.tree else []), module.source.lines
    together: dict[int, tuple[int, ...]] = {}
    current: list[int] = []
    for index, node in enumerate(body):
        if current and not _is_apart(body[index - 1], node, lines):
            current.append(index)
        else:
            current = [index]
        if len(current) > 1:
            together.update(dict.fromkeys(current, tuple(current)))
    return together


def _is_apart(before: ast.stmt, node: ast.stmt, lines: Sequence[str]) -> bool:
    end = before.end_lineno or before.lineno
    if first_line(node) <= end:
        return False
    # `x = 1; \` continues on the next line.
    return not lines[end - 1].rstrip().endswith("\\")


def blanked(
    module: Module,
    kept: Mapping[int, str | None],
    tables: Iterable[LookupTable] = (),
    *,
    untaken: bool = False,
) -> str:
    """Return a module's text with only the units of these indices left in it.

    A unit whose index stands for a name binds nothing: it only loads the module of that name. Of
    ``tables``, only the entries are left that are needed. Branches that never run are left out, unless ``untaken``.
    """
    if module.tree is None:
        return module.source.text
    result = [""] * len(module.source.lines)
    units: dict[int, list[Unit]] = {}
    for unit in module.units:
        if unit.index in kept:
            units.setdefault(unit.statement, []).append(unit)
    anew = [*_copied(module, units, kept, result)]
    for table in tables:
        _blank_entries(table, result)
    if not untaken:
        anew += _left_out(module, result)
    for node, text in sorted(anew, key=_start, reverse=True):
        _replace(node, text, result)
    return "\n".join(result)


def _copied(
    module: Module,
    units: Mapping[int, Sequence[Unit]],
    kept: Mapping[int, str | None],
    result: list[str],
) -> Iterator[tuple[ast.stmt, str]]:
    """Copy the lines of statements, and yield those imports that are written anew."""
    lines, body = module.source.lines, module.tree.body if module.tree else []
    for statement, parts in units.items():
        node = body[statement]
        start, end = _extent(module, statement)
        result[start:end] = lines[start:end]
        for first, last in _shims(module, statement):
            result[first:last] = [""] * (last - first)
        aliases = [unit.alias for unit in parts if unit.alias is not None]
        if isinstance(node, ast.ImportFrom) and _is_written_anew(node, parts, kept):
            yield node, _import_text(node, parts, kept, module)
        elif isinstance(node, (ast.Import, ast.ImportFrom)) and aliases:
            _blank_names(node, aliases, result)


def _start(part: tuple[ast.stmt, str]) -> tuple[int, int]:
    return part[0].lineno, part[0].col_offset


def _left_out(module: Module, lines: Sequence[str]) -> Iterator[tuple[ast.stmt, str]]:
    """Yield the branches among some lines that never run, with a name that is missing where they run after all."""
    for node in module.untaken:
        if isinstance(node, ast.stmt) and lines[node.lineno - 1]:
            start = lines[node.lineno - 1][_characters(lines[node.lineno - 1], node.col_offset) :]
            yield node, f"else: {UNTAKEN}" if re.match(r"elif\b", start) else UNTAKEN


def leaves_out(module: Module, kept: Collection[int]) -> bool:
    """Whether there are branches that never run in the units of these indices."""
    return bool(module.untaken) and any(
        is_untaken(node) for index in kept for node in module.units[index].nodes
    )


def _is_written_anew(
    node: ast.ImportFrom, parts: Sequence[Unit], kept: Mapping[int, str | None]
) -> bool:
    star = node.names[0].name == "*" and parts[0].alias is not None
    return star or any(kept[unit.index] is not None for unit in parts)


def _import_text(
    node: ast.ImportFrom, parts: Sequence[Unit], kept: Mapping[int, str | None], module: Module
) -> str:
    """Write an import anew: of these names only, and of modules that are only loaded."""
    written: list[str] = []
    for loads, units in groupby(parts, key=lambda unit: kept[unit.index]):
        aliases = [alias for unit in units for alias in getattr(unit.node, "names", ())]
        if loads is not None:
            written.append(f"__import__({loads!r})")
        elif all(unit.certain for unit in parts):
            listed = ", ".join(map(ast.unparse, aliases))
            written.append(f"from {'.' * node.level}{node.module or ''} import {listed}")
        else:
            # What `import *` does not find it does without.
            dotted = absolute(node.module or "", node.level, module.parent_package)
            held = f"vars(__import__({dotted!r}, fromlist=['__name__']))"
            names = [alias.name for alias in aliases]
            taken = f"(name, value) for name, value in {held}.items() if name in {names!r}"
            written.append(f"globals().update({taken})")
    return "; ".join(written)


def _replace(node: ast.stmt, text: str, lines: list[str]) -> None:
    """Put a text in the place of a statement; what shares a line with it stays there."""
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start = _characters(lines[first], node.col_offset)
    rest = lines[last][_characters(lines[last], node.end_col_offset or 0) :]
    lines[first] = f"{lines[first][:start]}{text}{rest}"
    lines[first + 1 : last + 1] = [""] * (last - first)


def first_line(node: ast.stmt) -> int:
    """Return the line on which a statement begins, its decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _extent(module: Module, statement: int) -> tuple[int, int]:
    """Return the zero-based range of a statement's lines."""
    body = module.tree.body if module.tree else []
    node = body[statement]
    end = node.end_lineno or node.lineno
    if not getattr(node, "decorator_list", []):
        return node.lineno - 1, end
    earlier = body[statement - 1].end_lineno or 0 if statement else 0
    return _at_sign(module.source.lines, earlier, first_line(node) - 1), end


def _at_sign(lines: Sequence[str], start: int, last: int) -> int:
    """Return the zero-based line of a decorator's ``@``, which may precede that of its expression."""
    return next(
        (line for line in range(start, last + 1) if lines[line].lstrip().startswith("@")), last
    )


def _shims(module: Module, statement: int) -> list[tuple[int, int]]:
    """Return the zero-based line ranges of a statement's decorators that are not executed."""
    hidden = module.blanked.get(statement, ())
    node = module.tree.body[statement] if module.tree else None
    if not hidden or not isinstance(node, Function):
        return []
    starts: list[int] = []
    after = _extent(module, statement)[0]
    for decorator in node.decorator_list:
        starts.append(_at_sign(module.source.lines, after, decorator.lineno - 1))
        after = decorator.end_lineno or decorator.lineno
    ends = [*starts[1:], node.lineno - 1]
    return [
        (start, end)
        for decorator, start, end in zip(node.decorator_list, starts, ends, strict=True)
        if decorator in hidden
    ]


def _blank_names(
    node: ast.Import | ast.ImportFrom, kept: Collection[int], lines: list[str]
) -> None:
    """Blank the names of an import that are not kept, each together with one comma."""
    places = [_place(alias, lines) for alias in node.names]
    continued = _continued(node, lines)
    for index, (start, end) in enumerate(places):
        if index in kept:
            continue
        if any(other < index for other in kept):
            _blank(lines, places[index - 1][1], end)
        else:
            comma = _comma(lines, end)
            _blank(lines, start, end)
            _blank(lines, comma, (comma[0], comma[1] + 1))
    for number in continued:
        rest = "".join(lines[number + 1 : node.end_lineno])
        if rest.strip(" \\") and not lines[number].endswith("\\"):
            lines[number] = lines[number][:-1] + "\\"


def _continued(node: ast.stmt, lines: Sequence[str]) -> list[int]:
    """Return the zero-based lines of a statement that end with a backslash, the last one first."""
    last = node.end_lineno or node.lineno
    return [
        number for number in reversed(range(node.lineno - 1, last)) if lines[number].endswith("\\")
    ]


def _blank_entries(table: LookupTable, lines: list[str]) -> None:
    """Blank the entries of a table that are not needed, each up to the next one."""
    display = table.unit.node.value  # type: ignore[attr-defined]
    kept = set(kept_entries(table))
    starts = [_position(key.lineno, key.col_offset, lines) for key in display.keys]
    end = _position(display.end_lineno, display.end_col_offset - 1, lines)
    for index, (start, stop) in enumerate(zip(starts, [*starts[1:], end], strict=True)):
        if index not in kept:
            _blank(lines, start, stop)


def _position(line: int, offset: int, lines: Sequence[str]) -> tuple[int, int]:
    """Return a place as a zero-based line and a column in characters."""
    return line - 1, _characters(lines[line - 1], offset)


def _place(alias: ast.alias, lines: Sequence[str]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a name starts and ends, as zero-based lines and columns in characters."""
    end_line, end_offset = alias.end_lineno or alias.lineno, alias.end_col_offset or 0
    return (
        (alias.lineno - 1, _characters(lines[alias.lineno - 1], alias.col_offset)),
        (end_line - 1, _characters(lines[end_line - 1], end_offset)),
    )


def _characters(line: str, offset: int) -> int:
    return len(line.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace"))


def _comma(lines: Sequence[str], start: tuple[int, int]) -> tuple[int, int]:
    """Return the position of the next comma outside comments."""
    line, column = start
    while "," not in lines[line][column:].partition("#")[0]:
        line, column = line + 1, 0
    return line, lines[line].index(",", column)


def _blank(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> None:
    for number in range(start[0], end[0] + 1):
        line = lines[number]
        first = start[1] if number == start[0] else 0
        last = end[1] if number == end[0] else len(line)
        lines[number] = line[:first] + " " * (last - first) + line[last:]
