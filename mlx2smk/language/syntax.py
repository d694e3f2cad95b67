"""Text -> syntax tree, with Python's own complaints as messages."""

from __future__ import annotations

import ast
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlx2smk.diagnostics.about_files import InvalidSyntax, NullByte, TooDeep
from mlx2smk.diagnostics.source import Span
from mlx2smk.language.scopes import is_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlx2smk.diagnostics.diagnostic import Findings
    from mlx2smk.diagnostics.source import Source

_ADVICE = "correct the syntax: Python itself cannot read this"


def read_tree(findings: Findings) -> ast.Module | None:
    """Return the file's tree; None, with the reason noted, if Python would not run the file."""
    source = findings.source
    if "\0" in source.text:
        findings.add(NullByte, _null_byte(source))
        return None
    with warnings.catch_warnings():  # a "\d" in a string is no concern of ours
        warnings.simplefilter("ignore")
        tree = _step(findings, offsets_in_bytes=False, tree=None)
        # Some errors, such as `return` outside a function, only show when code is made.
        if tree is not None and _step(findings, offsets_in_bytes=True, tree=tree) is None:
            return None
    return tree


def _step(
    findings: Findings, *, offsets_in_bytes: bool, tree: ast.Module | None
) -> ast.Module | None:
    """Parse the text or, given its tree, compile that; note what Python complains of."""
    try:
        if tree is None:
            return ast.parse(findings.source.text)
        with _without_values(tree):
            compile(tree, "<experiment>", "exec", dont_inherit=True)
    except SyntaxError as error:
        span = _error_span(findings.source, error, offsets_in_bytes=offsets_in_bytes)
        findings.add(InvalidSyntax, span, reason=error.msg, advice=_ADVICE)
        return None
    except (RecursionError, MemoryError):
        findings.add_whole(TooDeep)
        return None
    except (ValueError, OverflowError) as error:  # such as half a surrogate pair
        findings.add(InvalidSyntax, Span(1, 1, 1, 2), reason=error, advice=_ADVICE)
        return None
    return tree


@contextmanager
def _without_values(tree: ast.Module) -> Iterator[None]:
    """Take lists of nothing but constants out of decorators for a while: Python has nothing against these.

    To make code of a million values would take as long as half of what is done with them otherwise.
    """
    lists = [node for node in _lists_in_decorators(tree) if is_data(node)]
    elements = [node.elts for node in lists]
    for node in lists:
        node.elts = []
    try:
        yield
    finally:
        for node, taken in zip(lists, elements, strict=True):
            node.elts = taken


def _lists_in_decorators(tree: ast.Module) -> Iterator[ast.List]:
    """Yield the lists in dicts that are given to decorators, as those of a trial's parameters are."""
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    calls = (d for node in functions for d in node.decorator_list if isinstance(d, ast.Call))
    given = (value for call in calls for value in (*call.args, *(k.value for k in call.keywords)))
    dicts = (value for value in given if isinstance(value, ast.Dict))
    yield from (value for each in dicts for value in each.values if isinstance(value, ast.List))


def _null_byte(source: Source) -> Span:
    for number, line in enumerate(source.lines, start=1):
        column = line.find("\0") + 1
        if column:
            return Span(number, column, number, column + 1)
    raise AssertionError  # the caller has seen one


def _error_span(source: Source, error: SyntaxError, *, offsets_in_bytes: bool) -> Span:
    """Return where Python says that an error is: its parser counts characters, its compiler bytes."""
    line = min(error.lineno or 1, len(source.lines))
    start = _column(source, line, error.offset, in_bytes=offsets_in_bytes)
    end_line = min(error.end_lineno or line, len(source.lines))
    end = _column(source, end_line, error.end_offset, in_bytes=offsets_in_bytes)
    if (end_line, end) <= (line, start):
        return Span(line, start, line, start + 1)
    return Span(line, start, end_line, end)


def _column(source: Source, line: int, offset: int | None, *, in_bytes: bool) -> int:
    text = source.line(line)
    if offset is None or offset < 1:
        return 1
    if in_bytes:
        offset = len(text.encode("utf-8", "surrogatepass")[: offset - 1].decode("utf-8", "replace"))
        return offset + 1
    return min(offset, len(text) + 1)
